/**
 * Keeping the RDDs of a stream once computed: persist, cache.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import * as Result from "effect/Result"
import * as Rdd from "../../rdd/operators/persistence.ts"
import { parse, type StorageLevel } from "../../rdd/storage_level.ts"
import { type DStream, isDStream, lift } from "../dstream.ts"

/**
 * The same stream, with every RDD of it kept from the first action on it for as long as a batch or window may need it.
 * Use the stream that this gives. Everything is kept in memory, whatever the level (`MEMORY_ONLY_SER` unless given).
 * Spark: `DStream.persist`, which changes the stream itself.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const kept = Testing.input([[1, 2]]).pipe(DStream.persist("MEMORY_ONLY"))
 * assert.deepEqual(await Effect.runPromise(Testing.run(kept)), [[1, 2]])
 * ```
 */
export const persist: {
  (level?: StorageLevel): <A, E, R>(self: DStream<A, E, R>) => DStream<A, E, R>
  <A, E, R>(self: DStream<A, E, R>, level?: StorageLevel): DStream<A, E, R>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(self: DStream<A, E, R>, level: StorageLevel = "MEMORY_ONLY_SER"): DStream<A, E, R> => {
    const checked = parse(level)
    return lift(
      "persist",
      self,
      (rdd) => Rdd.persist(rdd, level),
      Result.isFailure(checked) ? { check: () => [checked.failure.message] } : {},
    )
  },
)

/**
 * {@link persist} with the default level. Spark: `DStream.cache`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const kept = DStream.cache(Testing.input([[1, 2]]))
 * assert.deepEqual(await Effect.runPromise(Testing.run(kept)), [[1, 2]])
 * ```
 */
export const cache = <A, E, R>(self: DStream<A, E, R>): DStream<A, E, R> =>
  lift("cache", self, (rdd) => Rdd.persist(rdd, "MEMORY_ONLY_SER"))
