/**
 * Actions that bring records to the driver, count them, or run a function where they are.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../core/dual.ts"
import * as Option from "effect/Option"
import { EmptyCollection } from "../core/errors.ts"
import { type ConcurrencyOption, mapEffect } from "./effectful.ts"
import { type ActionError, Engine, type Layout } from "./engine.ts"
import { checkCount, last, records } from "./job.ts"
import type { Partitioner } from "./partitioner.ts"
import { isRDD, type RDD } from "./rdd.ts"

/**
 * All records, in the order of their partitions. Spark: `RDD.collect`.
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
 * How many records there are. Spark: `RDD.count`.
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
  const counts = last<number, E, R>("count", self, { kind: "fold", f: (n: number) => n + 1, zero: () => 0 })
  return Effect.map(records(counts), (all) => all.reduce((a, b) => a + b, 0))
}

/** How many times more partitions are run in the next round of `take`. Spark: `spark.rdd.limit.scaleUpFactor`. */
const SCALE_UP = 4

/**
 * The first `n` records. Runs the first partition, and then more of them only while records are missing. None if `n` is
 * not positive. Spark: `RDD.take`.
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
  const heads = last<A, E, R>(
    "take",
    self,
    { kind: "partition", f: (part: ReadonlyArray<A>) => part.slice(0, Math.max(n, 0)) },
    checkCount("RDD.take", n),
  )
  return Effect.gen(function* () {
    const { partitions } = yield* layoutOf(heads)
    const taken: Array<A> = []
    for (let from = 0, to = 1; from < partitions && taken.length < n; from = to, to = from * (1 + SCALE_UP)) {
      const round = Array.from({ length: Math.min(to, partitions) - from }, (_, i) => from + i)
      for (const record of yield* records(heads, round)) taken.push(record)
    }
    return taken.slice(0, Math.max(n, 0))
  })
})

/**
 * The first record; fails with `EmptyCollection` if there is none. Spark: `RDD.first`.
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
 * Whether there is no record. Spark: `RDD.isEmpty`.
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

/**
 * Runs `f` for every record, where the record is. What `f` changes in its surroundings is seen by the caller only on an
 * engine that runs in the same isolate. Spark: `RDD.foreach`.
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
    f(a)
    return false
  }
  return Effect.asVoid(records(last("foreach", self, { kind: "filter", f: run })))
})

/**
 * Runs `f` once for each partition, empty ones too, where its records are. Spark: `RDD.foreachPartition`.
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
      f(part, index)
      return []
    }
    return Effect.asVoid(records(last("foreachPartition", self, { kind: "partition", f: run })))
  },
)

/**
 * Runs an effectful `f` for every record. Spark: `RDD.foreach` with a blocking call.
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
    Effect.asVoid(count(mapEffect(self, (a: A) => Effect.as(f(a), null), options))),
)

const layoutOf = <A, E, R>(self: RDD<A, E, R>): Effect.Effect<Layout, ActionError<E>, R | Engine> =>
  Effect.flatMap(Engine, (engine) => engine.layout(self))

/**
 * How many partitions there are. Spark: `RDD.getNumPartitions`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const three = RDD.getNumPartitions(RDD.range(0, 9, { partitions: 3 }))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(three, sc)), 3)
 * ```
 */
export const getNumPartitions = <A, E, R>(self: RDD<A, E, R>): Effect.Effect<number, ActionError<E>, R | Engine> =>
  Effect.map(layoutOf(self), ({ partitions }) => partitions)

/**
 * The partitioner, if the RDD has one. Spark: `RDD.partitioner`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Partitioner, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect, Option } from "effect"
 *
 * const by = RDD.parallelize<[string, number]>([["a", 1]]).pipe(RDD.groupByKey({ partitions: 3 }), RDD.partitioner)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * const found = await Effect.runPromise(Effect.provide(by, sc))
 * assert.deepEqual(Option.map(found, Partitioner.show), Option.some("HashPartitioner(3)"))
 * ```
 */
export const partitioner = <A, E, R>(
  self: RDD<A, E, R>,
): Effect.Effect<Option.Option<Partitioner>, ActionError<E>, R | Engine> =>
  Effect.map(layoutOf(self), ({ partitioner }) => Option.fromNullishOr(partitioner))
