/**
 * Apache Flume: streams of the events that agents push with their Avro sinks, or that are polled from
 * their Spark sinks.
 *
 * **Guarantee.** With a checkpoint, in: at least once.
 *
 * Needs no npm package, and the permission net, as well as env if settings are read from the environment.
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
export { FlumeError, type FlumeTls } from "./connector/flume/listening.ts"
export type { FlumeAddress } from "./connector/flume/options.ts"
export { type FlumePollingOptions, pollingStream } from "./connector/flume/polling.ts"
export { type FlumeOptions, pushStream } from "./connector/flume/receiving.ts"
export { type SecretSetting, type Setting, SettingError } from "./connector/settings.ts"
