/**
 * References that tell whether a fiber belongs to a streaming context, and to a batch.
 *
 * @module
 */
import * as Context from "effect/Context"

/** Whether the current fiber belongs to a streaming context, as a job, receiver or listener. Such a fiber must not wait for the stop. */
export const RunsInside: Context.Reference<boolean> = Context.Reference<boolean>("@dstream/dstream/RunsInside", {
  defaultValue: () => false,
})

/** Whether the current fiber allocates, evaluates or runs a batch. The test kit moves the clock past the sleeps of such fibers. */
export const InBatch: Context.Reference<boolean> = Context.Reference<boolean>("@dstream/dstream/InBatch", {
  defaultValue: () => false,
})
