/**
 * Broadcasts: read-only values that the functions of RDDs and DStreams share. Spark: `Broadcast`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Broadcast, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const names = Broadcast.make(["zero", "one", "two"])
 * const named = RDD.range(0, 3).pipe(RDD.map((n) => names.value[n] ?? ""), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(named, sc)), ["zero", "one", "two"])
 * ```
 *
 * @module
 */
export { type Broadcast, BroadcastDestroyed, destroy, make, unpersist } from "./rdd/broadcast.ts"
