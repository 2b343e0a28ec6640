/**
 * Whose work a fiber does: whether it runs on behalf of a streaming context, and inside a batch.
 *
 * @module
 */
import * as Context from "effect/Context"

/** Whether the current fiber runs on behalf of a streaming context: as a job, or as a listener. */
export const RunsInside: Context.Reference<boolean> = Context.Reference<boolean>("@dstream/dstream/RunsInside", {
  defaultValue: () => false,
})

/** Whether the current fiber makes or runs a batch: a test in virtual time must let its sleeps pass. */
export const InBatch: Context.Reference<boolean> = Context.Reference<boolean>("@dstream/dstream/InBatch", {
  defaultValue: () => false,
})
