/**
 * The action that counts numbers in buckets: histogram.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { type EmptyCollection, InvalidOption } from "../../core/errors.ts"
import type { ActionError, Engine } from "../engine.ts"
import { last, mergeSome } from "../job.ts"
import { known } from "../operators/known_steps.ts"
import { isRDD, type RDD } from "../rdd.ts"

/**
 * The range of the numbers cannot be divided into buckets: there are no numbers, or one of them is infinite or `NaN`.
 */
export class NoRange extends Data.Error<{
  /** The smallest and the largest number; `[Infinity, -Infinity]` if there are no numbers. */
  readonly range: readonly [min: number, max: number]
}> {
  readonly _tag = "NoRange" as const
  override get message(): string {
    const [min, max] = this.range
    const range = min > max ? "" : ` (from ${min} to ${max})`
    return `Histogram on either an empty RDD or RDD containing +/-infinity or NaN${range}. ` +
      "Give the edges of the buckets in place of their number, or remove such numbers"
  }
}

/** The edges of the buckets, one more than there are buckets, and the count of numbers in each bucket. */
export type Histogram = [edges: ReadonlyArray<number>, counts: ReadonlyArray<number>]

/** Option of a histogram with given edges. */
export interface EdgesOption {
  /** Whether all buckets have the same width, so that buckets are computed rather than searched; false by default. */
  readonly even?: boolean | undefined
}

/** Counts the numbers in the buckets between given edges. */
const countByEdges = <E, R>(
  self: RDD<number, E, R>,
  edges: ReadonlyArray<number>,
  even: boolean,
): Effect.Effect<Array<number>, ActionError<E> | EmptyCollection, R | Engine> => {
  const invalid = edges.length >= 2 ? undefined : new InvalidOption({
    where: "RDD.histogram",
    option: "buckets",
    value: `[${edges.join(",")}]`,
    expected: 'a list of at least two edges (Spark: "buckets array must have at least two elements")',
  })
  const partial = last<Array<number>, E, R>("histogram", self, known("bucketCounts", { edges, even }), invalid)
  return mergeSome(partial, (all) => all.reduce((a, b) => a.map((n, i) => n + b[i]!)))
}

/** Divides the range of the numbers into buckets of equal width, and counts the numbers in them. */
const countByWidth = <E, R>(
  self: RDD<number, E, R>,
  buckets: number,
): Effect.Effect<Histogram, ActionError<E> | EmptyCollection | NoRange, R | Engine> => {
  const invalid = Number.isInteger(buckets) && buckets >= 1 ? undefined : new InvalidOption({
    where: "RDD.histogram",
    option: "buckets",
    value: buckets,
    expected: 'a positive whole number, or a list of edges (Spark: "buckets array must have at least two elements")',
  })
  const ranges = last<readonly [number, number], E, R>("histogram", self, known("range", null), invalid)
  const merge = (all: ReadonlyArray<readonly [number, number]>) =>
    all.reduce(([min, max], [low, high]) => [Math.min(min, low), Math.max(max, high)] as const)
  return Effect.gen(function* () {
    const [min, max] = yield* mergeSome(ranges, merge)
    if (!Number.isFinite(min) || !Number.isFinite(max)) return yield* Effect.fail(new NoRange({ range: [min, max] }))
    const edges = min === max
      ? [min, max]
      : [...Array.from({ length: buckets }, (_, i) => min + (i * (max - min)) / buckets), max]
    const found: Histogram = [edges, yield* countByEdges(self, edges, true)]
    return found
  })
}

/**
 * Counts the numbers in each of a set of buckets.
 *
 * Given a number of buckets, it divides the range from the smallest to the largest number into as many buckets of equal
 * width, and returns their edges and counts. This runs two jobs. It fails with `NoRange` if there are no numbers, or if
 * one is infinite or `NaN`.
 *
 * Given edges in ascending order, it returns the counts of the buckets between them. Numbers outside of the edges and
 * `NaN` are not counted.
 *
 * A bucket includes its lower edge but not its upper one; the last bucket includes both. An RDD without partitions
 * fails with `EmptyCollection`. Spark: `DoubleRDDFunctions.histogram`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const numbers = RDD.parallelize([1, 2, 3, 4, 5, 10])
 * const both = Effect.all([RDD.histogram(numbers, 2), RDD.histogram(numbers, [2, 4, 8])])
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(both, sc)), [[[1, 5.5, 10], [5, 1]], [2, 2]])
 * ```
 */
export const histogram: {
  (
    buckets: number,
  ): <E, R>(
    self: RDD<number, E, R>,
  ) => Effect.Effect<Histogram, ActionError<E> | EmptyCollection | NoRange, R | Engine>
  (
    edges: ReadonlyArray<number>,
    options?: EdgesOption,
  ): <E, R>(
    self: RDD<number, E, R>,
  ) => Effect.Effect<Array<number>, ActionError<E> | EmptyCollection, R | Engine>
  <E, R>(
    self: RDD<number, E, R>,
    buckets: number,
  ): Effect.Effect<Histogram, ActionError<E> | EmptyCollection | NoRange, R | Engine>
  <E, R>(
    self: RDD<number, E, R>,
    edges: ReadonlyArray<number>,
    options?: EdgesOption,
  ): Effect.Effect<Array<number>, ActionError<E> | EmptyCollection, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <E, R>(
    self: RDD<number, E, R>,
    buckets: number | ReadonlyArray<number>,
    options?: EdgesOption,
  ): Effect.Effect<Histogram | Array<number>, ActionError<E> | EmptyCollection | NoRange, R | Engine> =>
    typeof buckets === "number" ? countByWidth(self, buckets) : countByEdges(self, buckets, options?.even === true),
)
