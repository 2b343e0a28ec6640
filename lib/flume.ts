/**
 * Apache Flume: streams of the events that agents push with their Avro sinks, or that are polled from
 * their Spark sinks.
 *
 * **Guarantee.** At least once, if the context has a checkpoint.
 *
 * Needs no npm package, and the permission net.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Flume from "@dstream/dstream/flume"
 *
 * const lines = Flume.pushStream({ host: "0.0.0.0", port: 4141 }).pipe(
 *   DStream.map(({ body }) => new TextDecoder().decode(body)),
 * )
 * assert.equal(lines.operation, "map")
 * ```
 *
 * @module
 */
export type { FlumeEvent } from "./connector/flume/protocol.ts"
export { type FlumeAddress, type FlumePollingOptions, pollingStream } from "./connector/flume/polling.ts"
export { FlumeError, type FlumeOptions, pushStream } from "./connector/flume/receiving.ts"
