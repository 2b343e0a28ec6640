/**
 * Ranges of keys: the partitioner that sorting uses, and the pairs in a range.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { checkPartitions } from "../creation.ts"
import { known } from "../actions/known_steps.ts"
import { narrow } from "./element.ts"
import type { ActionError, Engine } from "../engine.ts"
import { last, onDriver, records } from "../job.ts"
import { compare, type Comparison, orderOf, type OrderOption } from "../ordering.ts"
import { make as makePartitioner, type Partitioner } from "../partitioner.ts"
import { isRDD, type RDD } from "../rdd.ts"

/** In which order. */
export interface DirectionOption<in K> extends OrderOption<K> {
  /** Smallest first, unless false. */
  readonly ascending?: boolean | undefined
}

/** How many keys the bounds are taken from, spread evenly over all of them. */
const SAMPLE = 100_000

/** The last key of each range but the last; ranges hold about as many keys each, equal keys are in one. */
const bounds = (keys: ReadonlyArray<unknown>, partitions: number, order: Comparison<never>): ReadonlyArray<never> => {
  const ranges = Math.min(partitions, keys.length)
  if (ranges < 2) return []
  const step = Math.ceil(keys.length / SAMPLE)
  const sorted = (keys.filter((_, i) => i % step === 0) as Array<never>).sort(order)
  const found: Array<never> = []
  let target = sorted.length / ranges
  for (let i = 0; i < sorted.length && found.length < ranges - 1; i++) {
    const key = sorted[i]!
    if (i + 1 < target || (found.length > 0 && order(key, found.at(-1)!) === 0)) continue
    found.push(key)
    target += sorted.length / ranges
  }
  return found
}

const rangeOf = (bounds: ReadonlyArray<never>, order: Comparison<never>, key: unknown): number => {
  let low = 0
  let high = bounds.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (order(key as never, bounds[middle]!) <= 0) high = middle
    else low = middle + 1
  }
  return low
}

/** Cuts keys into at most `partitions` ranges. */
export const rangesOf = (
  keys: ReadonlyArray<unknown>,
  partitions: number,
  { ascending = true, order: given }: DirectionOption<never>,
): Partitioner => {
  const order: Comparison<never> = given ?? compare
  const upper = bounds(keys, partitions, given ?? orderOf(keys))
  return makePartitioner({
    name: "RangePartitioner",
    numPartitions: upper.length + 1,
    detail: given === undefined ? [ascending, ...upper] : Symbol("order"),
    getPartition: (key) => {
      const range = rangeOf(upper, order, key)
      return ascending ? range : upper.length - range
    },
  })
}

/**
 * A partitioner that cuts the keys of an RDD into at most `partitions` ranges with about as many pairs each: fewer if
 * there are not as many different keys, one if there is none. Looks at the keys, at 100,000 of them at the most, which takes
 * a job. Spark: `new RangePartitioner(partitions, rdd, ascending)`, which looks at a smaller sample.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Partitioner, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const pairs = RDD.range(0, 10).pipe(RDD.map((n) => [n, n]))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * const halves = await Effect.runPromise(Effect.provide(Partitioner.range(pairs, 2), sc))
 * assert.deepEqual([0, 4, 5, 99].map(halves.getPartition), [0, 0, 1, 1])
 * ```
 */
export const range: {
  <K>(
    partitions: number,
    options?: DirectionOption<K>,
  ): <E, R>(self: RDD<readonly [K, unknown], E, R>) => Effect.Effect<Partitioner, ActionError<E>, R | Engine>
  <K, E, R>(
    self: RDD<readonly [K, unknown], E, R>,
    partitions: number,
    options?: DirectionOption<K>,
  ): Effect.Effect<Partitioner, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <K, E, R>(
    self: RDD<readonly [K, unknown], E, R>,
    partitions: number,
    options: DirectionOption<K> = {},
  ): Effect.Effect<Partitioner, ActionError<E>, R | Engine> => {
    const invalid = checkPartitions("Partitioner.range", partitions)
    const keys = last<K, E, R>("range", self, known("keys", null), invalid)
    return Effect.flatMap(records(keys), (all) => onDriver(keys, () => rangesOf(all, partitions, options)))
  },
)

/**
 * The pairs with keys from `lower` to `upper`, both included. The partitioner stays. Spark:
 * `OrderedRDDFunctions.filterByRange`, which also drops the partitions that cannot have any of them; here they are empty.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const some = RDD.range(0, 9).pipe(RDD.keyBy((n) => n), RDD.filterByRange(3, 5), RDD.keys, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(some, sc)), [3, 4, 5])
 * ```
 */
export const filterByRange: {
  <K>(
    lower: K,
    upper: K,
    options?: OrderOption<NoInfer<K>>,
  ): <V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, V], E, R>
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    lower: K,
    upper: K,
    options?: OrderOption<K>,
  ): RDD<[K, V], E, R>
} = dual(
  (args) => isRDD(args[0]),
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    lower: K,
    upper: K,
    options: OrderOption<K> = {},
  ): RDD<[K, V], E, R> => {
    const order: Comparison<K> = options.order ?? compare
    const isIn = ([key]: readonly [K, V]): boolean => order(key, lower) >= 0 && order(key, upper) <= 0
    return narrow("filterByRange", self, { kind: "filter", f: isIn }, true)
  },
)
