/**
 * Operators that keep computed records: persist, cache, unpersist, getStorageLevel, localCheckpoint, isCheckpointed.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import * as Result from "effect/Result"
import * as Block from "../block.ts"
import { type ActionError, Engine } from "../engine.ts"
import { type AnyRDD, isRDD, make, type RDD } from "../rdd.ts"
import { parse, type StorageLevel } from "../storage_level.ts"

/**
 * Returns an RDD that keeps its records once they are computed, so that later actions do not compute them again.
 *
 * Records are kept from the first action until {@link unpersist} or the end of the SparkContext. An action such as `take`
 * computes and keeps only the partitions that it needs, unless there is a shuffle below: then all are kept. Use the
 * returned RDD: `self` is still computed anew by each action. The level says where records are kept, and what happens if
 * memory has no room for them: see `StorageLevel`. `NONE` returns `self`; any text that is not a level fails jobs with
 * `InvalidOption`.
 *
 * Spark: `RDD.persist`, which changes the RDD itself and refuses to change the level. Here, persisting with another
 * level returns another RDD.
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
    if (level === "NONE") return self
    const checked = parse(level)
    return make("persist", [self], { kind: "persist", level }, Result.isFailure(checked) ? checked.failure : undefined)
  },
)

/**
 * Does the same as {@link persist} with the default level, `MEMORY_ONLY`. Spark: `RDD.cache`.
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
export const cache = <A, E, R>(self: RDD<A, E, R>): RDD<A, E, R> =>
  make("cache", [self], { kind: "persist", level: "MEMORY_ONLY" })

/**
 * Releases the records that a persisted RDD keeps. The next action computes them again. Spark: `RDD.unpersist`.
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

/**
 * Returns the storage level of an RDD: `NONE` unless it is the result of {@link persist} or {@link cache}.
 *
 * Spark: `RDD.getStorageLevel`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD } from "@dstream/dstream"
 *
 * const numbers = RDD.range(0, 3)
 * assert.equal(RDD.getStorageLevel(numbers), "NONE")
 * assert.equal(RDD.getStorageLevel(RDD.persist(numbers, "MEMORY_AND_DISK")), "MEMORY_AND_DISK")
 * ```
 */
export const getStorageLevel = (self: AnyRDD): StorageLevel =>
  self.primitive.kind === "persist" ? self.primitive.level : "NONE"

/** The operation name that marks checkpointed RDDs. */
const CHECKPOINT = "localCheckpoint"

/**
 * Computes an RDD now, and returns an RDD of its records that has no lineage.
 *
 * The result has the same partitions and partitioner, but no parents: persisted parents can be released, and jobs on it
 * do not run the functions of its parents again. Its records stay in memory as long as the result is referenced. Use it
 * where lineage would grow without end, such as in a loop.
 *
 * Spark: `RDD.localCheckpoint`, which changes the RDD itself at its next job. `RDD.checkpoint`, which writes to files,
 * is not available.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const cut = yield* RDD.localCheckpoint(RDD.map(RDD.range(0, 3), (n) => n * 2))
 *   return [cut.parents.length, RDD.isCheckpointed(cut), yield* RDD.collect(cut)]
 * })
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(program, sc)), [0, true, [0, 2, 4]])
 * ```
 */
export const localCheckpoint: <A, E, R>(self: RDD<A, E, R>) => Effect.Effect<RDD<A>, ActionError<E>, R | Engine> =
  Effect.fnUntraced(function* <A, E, R>(self: RDD<A, E, R>) {
    const engine = yield* Engine
    const { partitioner } = yield* engine.layout(self)
    const blocks = yield* engine.run(self)
    return make<A>(CHECKPOINT, [], {
      kind: "source",
      partitions: blocks.length,
      partitioner,
      load: (i) => blocks[i] ?? Block.empty,
    })
  })

/**
 * Checks whether an RDD is the result of {@link localCheckpoint}. Spark: `RDD.isCheckpointed`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD } from "@dstream/dstream"
 *
 * assert.equal(RDD.isCheckpointed(RDD.range(0, 3)), false)
 * ```
 */
export const isCheckpointed = (self: AnyRDD): boolean =>
  self.primitive.kind === "source" && self.operation === CHECKPOINT
