/**
 * Keeping what was computed: persist, cache, unpersist.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Result from "effect/Result"
import { Engine } from "./engine.ts"
import { isRDD, make, type RDD } from "./rdd.ts"
import { parse, type StorageLevel } from "./storage_level.ts"

/**
 * The same records, kept from the first action on it until {@link unpersist} or the end of the SparkContext. Use the
 * RDD that this gives: the one it was made of is computed anew each time. Everything is kept in memory, whatever the
 * level. Spark: `RDD.persist`, which changes the RDD itself and does not let the level change.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * let calls = 0
 * const kept = RDD.parallelize([1, 2]).pipe(RDD.map((n) => n + calls++ * 0), RDD.persist("MEMORY_ONLY"))
 * const twice = Effect.andThen(RDD.count(kept), RDD.collect(kept))
 * const sc = SparkContext.layer({ master: "local", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(twice, sc)), [1, 2])
 * assert.equal(calls, 2)
 * ```
 */
export const persist: {
  (level?: StorageLevel): <A, E, R>(self: RDD<A, E, R>) => RDD<A, E, R>
  <A, E, R>(self: RDD<A, E, R>, level?: StorageLevel): RDD<A, E, R>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(self: RDD<A, E, R>, level: StorageLevel = "MEMORY_ONLY"): RDD<A, E, R> => {
    const checked = parse(level)
    return make("persist", [self], { kind: "persist" }, Result.isFailure(checked) ? checked.failure : undefined)
  },
)

/**
 * {@link persist} with the default level, `MEMORY_ONLY`. Spark: `RDD.cache`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const kept = RDD.parallelize([1, 2]).pipe(RDD.cache)
 * const sc = SparkContext.layer({ master: "local", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.count(kept), sc)), 2)
 * ```
 */
export const cache = <A, E, R>(self: RDD<A, E, R>): RDD<A, E, R> => make("cache", [self], { kind: "persist" })

/**
 * Forgets the records that a persisted RDD keeps; the next action computes them anew. Spark: `RDD.unpersist`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const kept = RDD.parallelize([1, 2]).pipe(RDD.cache)
 * const counts = Effect.all([RDD.count(kept), RDD.unpersist(kept), RDD.count(kept)])
 * const sc = SparkContext.layer({ master: "local", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(counts, sc)), [2, undefined, 2])
 * ```
 */
export const unpersist = <A, E, R>(self: RDD<A, E, R>): Effect.Effect<void, never, Engine> =>
  Effect.flatMap(Engine, (engine) => engine.release(self))
