/**
 * The listener that logs failures. Every context has it.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { ReceiverInfo } from "./events.ts"
import type { StreamingListener } from "./listener_bus.ts"

const textOf = ({ lastError, lastErrorMessage, name }: ReceiverInfo): string =>
  `${name}: ${lastErrorMessage}${lastError === "" || lastError === lastErrorMessage ? "" : ` (${lastError})`}`

/** A failure usually names the output already, unless the program has given it a name of its own. */
const failedJob = (name: string, reason: string): string =>
  reason.includes(` in ${name}`) ? `Error running job: ${reason}` : `Error running job ${name}: ${reason}`

/**
 * Logs errors and restarts of receivers, failed batches and failed outputs. Every context has this listener; provide a
 * `Logger` of your own to get its messages.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { StreamingContext } from "@dstream/dstream"
 * import { Effect, Logger } from "effect"
 *
 * const messages: Array<unknown> = []
 * const logger = Logger.layer([Logger.make(({ message }) => messages.push(message))])
 * const event = { _tag: "BatchGenerationFailed", batchTime: 1000, failureReason: "no parent" } as const
 * await Effect.runPromise(Effect.provide(StreamingContext.logListener(event), logger))
 * assert.deepEqual(messages, [["Error generating jobs for time 1000 ms: no parent"]])
 * ```
 */
export const logListener: StreamingListener = (event): Effect.Effect<void> => {
  switch (event._tag) {
    case "ReceiverError":
      return Effect.logWarning(textOf(event.receiver))
    case "ReceiverStopped": {
      // A stop with an error that restarts was logged by `ReceiverError`. A final stop without an error is normal.
      const isWarning = event.restarts === (event.receiver.lastError === "")
      return isWarning ? Effect.logWarning(textOf(event.receiver)) : Effect.logDebug(textOf(event.receiver))
    }
    case "BatchGenerationFailed":
      return Effect.logError(
        event.failureReason.startsWith(`batch ${event.batchTime} ms `)
          ? `Error generating jobs: ${event.failureReason}`
          : `Error generating jobs for time ${event.batchTime} ms: ${event.failureReason}`,
      )
    case "OutputOperationCompleted":
      return event.operation.failureReason === undefined
        ? Effect.void
        : Effect.logError(failedJob(event.operation.name, event.operation.failureReason))
    case "GraphNotPortable":
      return Effect.logDebug(
        "The graph is a plain list of outputs, so all of it runs on the driver",
      )
    default:
      return Effect.void
  }
}
