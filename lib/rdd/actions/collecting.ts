/**
 * Actions that return records or count them: collect, count, take, first, isEmpty.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { withCallSite } from "../../core/call_site.ts"
import { dual } from "../../core/dual.ts"
import { EmptyCollection } from "../../core/errors.ts"
import type { ActionError, Engine } from "../engine.ts"
import { checkCount, last, records } from "../job.ts"
import { known } from "../operators/known_steps.ts"
import { layoutOf } from "./layout.ts"
import type { RDD } from "../rdd.ts"

/**
 * Returns all records, in the order of their partitions. Spark: `RDD.collect`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const all = RDD.collect(RDD.range(0, 3))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(all, sc)), [0, 1, 2])
 * ```
 */
export const collect = <A, E, R>(self: RDD<A, E, R>): Effect.Effect<Array<A>, ActionError<E>, R | Engine> =>
  records(self)

/**
 * Counts the records. Spark: `RDD.count`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.count(RDD.range(0, 3)), sc)), 3)
 * ```
 */
export const count = <A, E, R>(self: RDD<A, E, R>): Effect.Effect<number, ActionError<E>, R | Engine> => {
  const counts = last<number, E, R>("count", self, known("count", null))
  return Effect.map(records(counts), (all) => all.reduce((a, b) => a + b, 0))
}

/**
 * No round of `take` computes more than this many times the partitions of all rounds before it. Spark:
 * `spark.rdd.limit.scaleUpFactor`.
 */
const SCALE_UP = 4

/** How many more partitions than the estimate a round of `take` computes. */
const MARGIN = 1.5

/** Estimates how many partitions the next round of `take` needs, from how many records those before have had. */
const nextRound = (scanned: number, taken: number, n: number): number =>
  scanned === 0
    ? 1
    : taken === 0
    ? scanned * SCALE_UP
    : Math.min(Math.ceil((MARGIN * (n - taken) * scanned) / taken), scanned * SCALE_UP)

/**
 * Returns the first `n` records; none if `n` is 0 or negative.
 *
 * Computes the first partition, and further ones only while there are too few records: in each round, about as many as
 * are needed if they have as many records as those before, and at most four times as many as in all rounds before.
 * Within a partition, functions are called only for the records that are needed. Some operations take whole partitions:
 * `mapPartitions`, `mapEffect`, `filterEffect`, `zip`, and RDDs that are persisted or read by several consumers. All
 * partitions of an RDD are computed below a shuffle, `cartesian`, `zipWithIndex` and `zipWithUniqueId`, and where a
 * persisted RDD has one of these below it. Spark: `RDD.take`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const two = RDD.range(0, 9).pipe(RDD.take(2))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(two, sc)), [0, 1])
 * ```
 */
export const take: {
  (n: number): <A, E, R>(self: RDD<A, E, R>) => Effect.Effect<Array<A>, ActionError<E>, R | Engine>
  <A, E, R>(self: RDD<A, E, R>, n: number): Effect.Effect<Array<A>, ActionError<E>, R | Engine>
} = dual(2, <A, E, R>(self: RDD<A, E, R>, n: number): Effect.Effect<Array<A>, ActionError<E>, R | Engine> => {
  return takeFrom(self, last<A, E, R>("take", self, known("take", n), checkCount("RDD.take", n)), n)
})

/** Takes from more and more partitions. `heads` has the first `n` records of each. */
const takeFrom = Effect.fnUntraced(function* <A, E, R>(self: RDD<A, E, R>, heads: RDD<A, E, R>, n: number) {
  const { partitions } = yield* layoutOf(heads)
  const taken: Array<A> = []
  for (let from = 0; from < partitions && taken.length < n;) {
    const to = Math.min(partitions, from + nextRound(from, taken.length, n))
    const round = Array.from({ length: to - from }, (_, i) => from + i)
    const left = n - taken.length
    const some = left === n ? heads : withCallSite(heads.site, () => last<A, E, R>("take", self, known("take", left)))
    for (const record of yield* records(some, round)) taken.push(record)
    from = to
  }
  return taken.slice(0, Math.max(n, 0))
})

/**
 * Returns the first record. An RDD without records fails with `EmptyCollection`. Spark: `RDD.first`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.first(RDD.range(5, 9)), sc)), 5)
 * ```
 */
export const first = <A, E, R>(
  self: RDD<A, E, R>,
): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> =>
  Effect.flatMap(
    take(self, 1),
    (taken) =>
      taken.length === 0 ? Effect.fail(new EmptyCollection({ operation: "first" })) : Effect.succeed(taken[0]!),
  )

/**
 * Checks whether there are no records.
 *
 * Computes partitions only until it finds a record, as {@link take} does. Spark: `RDD.isEmpty`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.isEmpty(RDD.empty()), sc)), true)
 * ```
 */
export const isEmpty = <A, E, R>(self: RDD<A, E, R>): Effect.Effect<boolean, ActionError<E>, R | Engine> =>
  Effect.map(take(self, 1), (taken) => taken.length === 0)
