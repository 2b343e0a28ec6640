/**
 * Operators that store the RDDs of a stream once they are computed: persist, cache.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import * as Result from "effect/Result"
import * as Rdd from "../../rdd/operators/persistence.ts"
import { parse, type StorageLevel } from "../../rdd/storage_level.ts"
import { type DStream, isDStream, lift } from "../dstream.ts"

/**
 * Stores every RDD of the stream when an action first computes it, and releases it when no batch or window needs it any
 * more. The given stream is unchanged: use the result. The level says where they are stored: see `StorageLevel`. It is
 * `MEMORY_ONLY_SER` by default, which stores records as bytes. Spark: `DStream.persist`, which changes the stream itself.
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
      [],
      (rdd) => Rdd.persist(rdd, level),
      Result.isFailure(checked) ? { check: () => [checked.failure.message] } : {},
    )
  },
)

/**
 * Stores every RDD of the stream as {@link persist} does, at the default level. Spark: `DStream.cache`.
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
  lift("cache", self, [], (rdd) => Rdd.persist(rdd, "MEMORY_ONLY_SER"))
