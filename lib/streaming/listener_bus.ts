/**
 * The listener bus: brings events to listeners without ever making the scheduler wait.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import type { StreamingEvent } from "./events.ts"

/** Listens to a streaming context. Events come one at a time, in order; a failure of the listener is its own affair. */
export type StreamingListener = (event: StreamingEvent) => Effect.Effect<void>

/** Whether the current fiber runs on behalf of a streaming context: as a job, or as a listener. */
export const RunsInside: Context.Reference<boolean> = Context.Reference<boolean>("@dstream/dstream/RunsInside", {
  defaultValue: () => false,
})

/** How many events may wait for one listener; what comes beyond is dropped and counted. */
const CAPACITY = 16_384

interface Subscription {
  readonly queue: Queue.Queue<StreamingEvent, Cause.Done>
  readonly fiber: Fiber.Fiber<void>
}

/** Brings events to listeners, each in a fiber of its own. */
export interface ListenerBus {
  /** Hands an event to all listeners. Never waits. */
  readonly publish: (event: StreamingEvent) => void
  readonly add: (listener: StreamingListener) => Effect.Effect<void>
  readonly remove: (listener: StreamingListener) => Effect.Effect<void>
  /** How many events were dropped because a listener was too slow. */
  readonly dropped: () => number
  /** Lets the listeners see what has been published, and ends them. */
  readonly close: Effect.Effect<void>
}

/** Makes a bus whose listeners run in the given scope. */
export const make = (scope: Scope.Scope): ListenerBus => {
  const subscriptions = new Map<StreamingListener, Subscription>()
  let dropped = 0
  const end = ({ queue, fiber }: Subscription) => Effect.andThen(Queue.end(queue), Fiber.await(fiber))
  return {
    publish: (event) => {
      for (const { queue } of subscriptions.values()) {
        if (!Queue.offerUnsafe(queue, event)) dropped++
      }
    },
    add: Effect.fnUntraced(function* (listener: StreamingListener) {
      const queue = yield* Queue.make<StreamingEvent, Cause.Done>({ capacity: CAPACITY, strategy: "dropping" })
      const one = Effect.flatMap(Queue.take(queue), (event) => Effect.ignoreCause(listener(event)))
      const fiber = yield* Effect.forever(one).pipe(
        Effect.catchCause(() => Effect.void),
        Effect.provideService(RunsInside, true),
        Effect.forkIn(scope),
      )
      subscriptions.set(listener, { queue, fiber })
    }),
    remove: (listener) =>
      Effect.suspend(() => {
        const found = subscriptions.get(listener)
        subscriptions.delete(listener)
        return found === undefined ? Effect.void : Effect.asVoid(Queue.end(found.queue))
      }),
    dropped: () => dropped,
    close: Effect.suspend(() => Effect.forEach(Array.from(subscriptions.values()), end, { discard: true })),
  }
}

/** A listener that logs what went wrong: receivers' errors and restarts, failed batches and outputs. */
export const logListener: StreamingListener = (event) => {
  switch (event._tag) {
    case "ReceiverError":
    case "ReceiverStopped": {
      const { lastError, lastErrorMessage, name } = event.receiver
      if (event._tag === "ReceiverStopped" && lastError === "") return Effect.logDebug(`${name}: ${lastErrorMessage}`)
      return Effect.logWarning(`${name}: ${lastErrorMessage}${lastError === "" ? "" : ` (${lastError})`}`)
    }
    case "BatchGenerationFailed":
      return Effect.logError(`Error generating jobs for time ${event.batchTime} ms: ${event.failureReason}`)
    case "OutputOperationCompleted":
      return event.operation.failureReason === undefined
        ? Effect.void
        : Effect.logError(`Error running job ${event.operation.name}: ${event.operation.failureReason}`)
    case "GraphNotPortable":
      return Effect.logDebug("The graph is a plain list of outputs: it runs on the calling isolate")
    default:
      return Effect.void
  }
}
