/**
 * SparkContexts: the engine that runs the jobs, chosen by a master URL as Spark users know it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[4]", appName: "Count" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.count(RDD.range(0, 10)), sc)), 10)
 * ```
 *
 * @module
 */
export { layer, type LayerError, SparkContext, type SparkOptions } from "./engine/spark_context.ts"
export type { ClusterOptions, Permission } from "./engine/spark/options.ts"
export {
  type ClusterError,
  type ConnectError,
  SparkAccessDenied,
  SparkEngineNotLoaded,
  SparkFailed,
  SparkRecordsLost,
  SparkSessionLost,
  SparkUnavailable,
  SparkVersionUnsupported,
} from "./engine/spark/errors.ts"
export {
  BundlingFailed,
  DenoUnreadable,
  PermissionNotGranted,
  type ShippingError,
} from "./engine/spark/shipping/errors.ts"
