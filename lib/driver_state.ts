/**
 * Named values of the driver that `transform` and `foreachRDD` read and write, and that are committed with each batch: a
 * model, a counter, a cursor. With a checkpoint they survive a restart.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DriverState, DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const most = DriverState.make("most", 0)
 * const records = Testing.input([[3, 9], [4]])
 * const learn = DStream.foreachRDD(records, (rdd) =>
 *   Effect.flatMap(RDD.max(rdd), (found) => DriverState.update(most, (before) => Math.max(before, found))))
 * const shown: Array<number> = []
 * const show = DStream.foreachRDD(records, () => Effect.map(DriverState.get(most), (n) => void shown.push(n)))
 * await Effect.runPromise(Testing.runOutputs([learn, show]))
 * assert.deepEqual(shown, [9, 9])
 * ```
 *
 * @module
 */
export { type DriverState, get, make, OutsideBatch, set, update } from "./dstream/driver_state.ts"
