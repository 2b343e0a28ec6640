/**
 * Which streaming context is active: one per process, as in Spark, or one per registry.
 *
 * @module
 */
import * as Context from "effect/Context"
import type { StreamingContext } from "./streaming_context.ts"

/** Holds the context that has been started and not stopped. */
export interface Registry {
  active: StreamingContext<"Active", unknown> | undefined
}

const process: Registry = { active: undefined }

/**
 * The registry of active contexts: that of the process, unless another one is provided. The test kit provides one for
 * each run, so that tests can run side by side.
 */
export const Registry: Context.Reference<Registry> = Context.Reference<Registry>("@dstream/dstream/Registry", {
  defaultValue: () => process,
})
