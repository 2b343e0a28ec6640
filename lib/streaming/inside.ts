/**
 * References that tell whether a fiber belongs to a streaming context, and whether it processes a batch.
 *
 * @module
 */
import * as Context from "effect/Context"

/**
 * Whether the current fiber belongs to a streaming context: it runs a batch, a receiver or a listener. Such a fiber must not wait
 * until the context has stopped, because the stop waits for the fiber.
 */
export const RunsInside: Context.Reference<boolean> = Context.Reference<boolean>("@dstream/dstream/RunsInside", {
  defaultValue: () => false,
})

/**
 * Whether the current fiber allocates, evaluates or runs a batch. The test kit advances its clock while such a fiber
 * sleeps.
 */
export const InBatch: Context.Reference<boolean> = Context.Reference<boolean>("@dstream/dstream/InBatch", {
  defaultValue: () => false,
})
