/**
 * The listener that logs failures. Every context has it.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { describe, type Match } from "../checkpoint/matching.ts"
import type { Behind, ReceiverInfo, Recovery, StreamingEvent } from "./events.ts"
import type { StreamingListener } from "./listener_bus.ts"

/** The error of a connection often begins with the message. */
const textOf = ({ lastError, lastErrorMessage, name }: ReceiverInfo): string =>
  lastError.startsWith(lastErrorMessage)
    ? `${name}: ${lastError}`
    : `${name}: ${lastErrorMessage}${lastError === "" ? "" : ` (${lastError})`}`

/** A failure usually names the output already, unless the program has given it a name of its own. */
const failedJob = (name: string, reason: string): string =>
  reason.includes(` in ${name}`) ? `Error running job: ${reason}` : `Error running job ${name}: ${reason}`

const format = (millis: number): string => Duration.format(Duration.millis(millis))

const textOfBehind = ({ interval, lag, recordsLeft, since, slowest }: Behind): string => {
  const how = lag < 2 * interval ? "" : `, ${format(lag)} late at a batch interval of ${format(interval)}`
  const left = recordsLeft === 0 ? "" : `; ${recordsLeft} received records wait for later batches`
  const output = slowest === undefined || 2 * slowest.millis < interval
    ? ""
    : `; ${slowest.name} takes ${format(slowest.millis)} a batch`
  return `Falling behind since ${new Date(since).toISOString()}${how}${left}${output}. ` +
    "Make what takes long faster, or the batch interval longer, or limit the input with maxRate"
}

/** Logs what a context goes on from. Operators that match and have not changed are not listed. */
const logRecovery = ({ directory, lastTime, matches, pending }: Recovery): Effect.Effect<void> => {
  const again = pending.length === 0
    ? ""
    : `; it did not end ${
      pending.length === 1 ? "one batch, which runs" : `${pending.length} batches, which run`
    } again`
  const last = new Date(lastTime).toISOString()
  const changed = matches.filter((match) => match._tag !== "Matched" || match.isChanged)
  const log = ({ _tag }: Match) => _tag === "Dropped" || _tag === "Incompatible" ? Effect.logWarning : Effect.logInfo
  return Effect.andThen(
    Effect.logInfo(`Going on from the checkpoint in ${directory}, whose last batch was that of ${last}${again}`),
    Effect.forEach(changed, (match) => log(match)(`Checkpoint: ${describe(match)}`), { discard: true }),
  )
}

/** The events of each batch that has no failure: {@link logListener} does nothing about them. */
const ofEachBatch: ReadonlySet<StreamingEvent["_tag"]> = new Set<StreamingEvent["_tag"]>([
  "BatchSubmitted",
  "BatchStarted",
  "OutputOperationStarted",
  "BatchCompleted",
])

/** Whether {@link logListener} may have something to say about an event. */
export const isLogged = (event: StreamingEvent): boolean =>
  event._tag === "OutputOperationCompleted" ? event.operation.failureReason !== undefined : !ofEachBatch.has(event._tag)

/**
 * Logs errors and restarts of receivers, failed batches and failed outputs, when the context falls behind or has caught up,
 * and where it goes on if it has a checkpoint. Every context has this listener; provide a `Logger` of your own to get its messages.
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
    case "FallingBehind":
      return Effect.logWarning(textOfBehind(event.behind))
    case "CaughtUp":
      return Effect.logInfo(
        `The context has caught up, after being behind for ${format(event.time - event.since)}`,
      )
    case "CheckpointRecovered":
      return logRecovery(event.recovery)
    case "GraphNotPortable":
      return Effect.logDebug(
        "The graph is a plain list of outputs, so all of it runs on the driver",
      )
    case "StreamRunsOnDriver":
      return Effect.logDebug(`${event.operation} at ${event.callSite.short} is evaluated on the driver only`)
    case "OperationRunsOnDriver":
      return Effect.logInfo(`${event.operation} at ${event.callSite.short} runs on the driver only: ${event.reason}`)
    case "WorkersUnavailable":
      return Effect.logInfo(`All tasks run on one thread: ${event.reason}`)
    default:
      return Effect.void
  }
}
