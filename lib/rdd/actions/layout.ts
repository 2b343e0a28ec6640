/**
 * Actions that return the layout of an RDD: getNumPartitions, partitioner.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type ActionError, Engine, type Layout } from "../engine.ts"
import type { Partitioner } from "../partitioner.ts"
import type { RDD } from "../rdd.ts"

/** Asks the engine for the layout of an RDD. */
export const layoutOf = <A, E, R>(self: RDD<A, E, R>): Effect.Effect<Layout, ActionError<E>, R | Engine> =>
  Effect.flatMap(Engine, (engine) => engine.layout(self))

/**
 * Returns the number of partitions.
 *
 * Computes records only if the number depends on them, as after a sort. Spark: `RDD.getNumPartitions`.
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
 * Returns the partitioner of an RDD, or `None` if it has none.
 *
 * Computes records only if the partitioner depends on them, as after a sort. Spark: `RDD.partitioner`.
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
