/**
 * Actions that run a function for its effects: foreach, foreachPartition, foreachEffect, foreachPartitionEffect.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { effectOf, refuseUnrun } from "../../core/results.ts"
import { count } from "./collecting.ts"
import { type ConcurrencyOption, mapEffect, mapPartitionsEffect } from "../operators/effectful.ts"
import type { ActionError, Engine } from "../engine.ts"
import { last, records } from "../job.ts"
import { wholePartition } from "../lists.ts"
import { isRDD, type RDD } from "../rdd.ts"

/**
 * Runs `f` for every record, where the record is computed.
 *
 * The caller sees what `f` changes in variables outside of it only if the engine runs in the caller's isolate; to add
 * something up, use an `Accumulator`. Spark: `RDD.foreach`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * let sum = 0
 * const add = RDD.range(0, 4).pipe(RDD.foreach((n) => void (sum += n)))
 * const sc = SparkContext.layer({ master: "local", appName: "doc" })
 * await Effect.runPromise(Effect.provide(add, sc))
 * assert.equal(sum, 6)
 * ```
 */
export const foreach: {
  <A>(f: (a: A) => void): <E, R>(self: RDD<A, E, R>) => Effect.Effect<void, ActionError<E>, R | Engine>
  <A, E, R>(self: RDD<A, E, R>, f: (a: A) => void): Effect.Effect<void, ActionError<E>, R | Engine>
} = dual(2, <A, E, R>(self: RDD<A, E, R>, f: (a: A) => void): Effect.Effect<void, ActionError<E>, R | Engine> => {
  const run = (a: A): boolean => {
    refuseUnrun(f(a), "foreachEffect")
    return false
  }
  return Effect.asVoid(records(last("foreach", self, { kind: "filter", f: run })))
})

/**
 * Runs `f` once for each partition, also for an empty one, where the partition is computed.
 *
 * `f` takes all records of the partition and its index. Spark: `RDD.foreachPartition`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const lengths: Array<number> = []
 * const run = RDD.range(0, 3, { partitions: 2 }).pipe(RDD.foreachPartition((part) => void lengths.push(part.length)))
 * const sc = SparkContext.layer({ master: "local", appName: "doc" })
 * await Effect.runPromise(Effect.provide(run, sc))
 * assert.deepEqual(lengths, [1, 2])
 * ```
 */
export const foreachPartition: {
  <A>(
    f: (records: ReadonlyArray<A>, index: number) => void,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<void, ActionError<E>, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => void,
  ): Effect.Effect<void, ActionError<E>, R | Engine>
} = dual(
  2,
  <A, E, R>(
    self: RDD<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => void,
  ): Effect.Effect<void, ActionError<E>, R | Engine> => {
    const run = (part: ReadonlyArray<A>, index: number): ReadonlyArray<never> => {
      refuseUnrun(f(part, index), "foreachPartitionEffect")
      return []
    }
    return Effect.asVoid(records(last("foreachPartition", self, wholePartition(run))))
  },
)

/**
 * Runs the Effect that `f` returns for every record, where the record is computed.
 *
 * If the Effect fails, the job fails with its error as the `reason`. Spark: `RDD.foreach` with a blocking call.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect, Ref } from "effect"
 *
 * const sum = Ref.makeUnsafe(0)
 * const add = RDD.range(0, 4).pipe(RDD.foreachEffect((n) => Ref.update(sum, (m) => m + n)))
 * const sc = SparkContext.layer({ master: "local", appName: "doc" })
 * await Effect.runPromise(Effect.provide(add, sc))
 * assert.equal(Ref.getUnsafe(sum), 6)
 * ```
 */
export const foreachEffect: {
  <A, X, E2, R2>(
    f: (a: A) => Effect.Effect<X, E2, R2>,
    options?: ConcurrencyOption,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<void, ActionError<E | E2>, R | R2 | Engine>
  <A, E, R, X, E2, R2>(
    self: RDD<A, E, R>,
    f: (a: A) => Effect.Effect<X, E2, R2>,
    options?: ConcurrencyOption,
  ): Effect.Effect<void, ActionError<E | E2>, R | R2 | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R, X, E2, R2>(
    self: RDD<A, E, R>,
    f: (a: A) => Effect.Effect<X, E2, R2>,
    options?: ConcurrencyOption,
  ): Effect.Effect<void, ActionError<E | E2>, R | R2 | Engine> =>
    Effect.asVoid(count(mapEffect(self, (a: A) => Effect.as(effectOf(f(a)), null), options))),
)

/**
 * Runs the Effect that `f` returns for each partition, also for an empty one, where the partition is computed.
 *
 * `f` takes all records of the partition and its index. Use it to open one connection for a partition rather than for
 * each record. If the Effect fails, the job fails with its error as the `reason`. Spark: `RDD.foreachPartition` with a
 * blocking call.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect, Ref } from "effect"
 *
 * const sent = Ref.makeUnsafe<ReadonlyArray<string>>([])
 * const send = RDD.range(0, 3, { partitions: 2 }).pipe(
 *   RDD.foreachPartitionEffect((part, index) => Ref.update(sent, (all) => [...all, `${index}: ${part}`])),
 * )
 * const sc = SparkContext.layer({ master: "local", appName: "doc" })
 * await Effect.runPromise(Effect.provide(send, sc))
 * assert.deepEqual(Ref.getUnsafe(sent), ["0: 0", "1: 1,2"])
 * ```
 */
export const foreachPartitionEffect: {
  <A, X, E2, R2>(
    f: (records: ReadonlyArray<A>, index: number) => Effect.Effect<X, E2, R2>,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<void, ActionError<E | E2>, R | R2 | Engine>
  <A, E, R, X, E2, R2>(
    self: RDD<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => Effect.Effect<X, E2, R2>,
  ): Effect.Effect<void, ActionError<E | E2>, R | R2 | Engine>
} = dual(
  2,
  <A, E, R, X, E2, R2>(
    self: RDD<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => Effect.Effect<X, E2, R2>,
  ): Effect.Effect<void, ActionError<E | E2>, R | R2 | Engine> =>
    Effect.asVoid(
      count(mapPartitionsEffect(self, (part: ReadonlyArray<A>, index) => Effect.as(effectOf(f(part, index)), []))),
    ),
)
