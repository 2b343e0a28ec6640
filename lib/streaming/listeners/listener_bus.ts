/**
 * The listener bus: delivers events to listeners. Publishing never waits for a listener.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { inFixedContext } from "../../core/async_context.ts"
import { effectOf } from "../../core/results.ts"
import type { StreamingEvent } from "./events.ts"
import { RunsInside } from "../inside.ts"

/**
 * A function that gets the events of a streaming context, one at a time and in order. A failure of a listener is logged; it
 * affects neither the context nor other listeners.
 */
export type StreamingListener = (event: StreamingEvent) => Effect.Effect<void>

/** How many events can wait for one listener. Further events are dropped and counted. */
const CAPACITY = 16_384

/** The events that wait for one subscriber. The queue ends when the bus is closed. */
type Events = Queue.Queue<StreamingEvent, Cause.Done>

/** Whether a listener does something about an event. */
type Takes = (event: StreamingEvent) => boolean

const takesAll: Takes = () => true

interface Subscription {
  readonly listener: StreamingListener
  readonly queue: Events
  readonly fiber: Fiber.Fiber<void>
}

/** Delivers events to listeners. Each listener runs in a fiber of its own. */
export interface ListenerBus {
  /** Puts an event into the queue of every listener. Never waits. */
  readonly publish: (event: StreamingEvent) => void
  /**
   * Adds a subscription. A listener that is added twice gets every event twice. `takes` says which events the listener gets;
   * without it, all.
   */
  readonly add: (listener: StreamingListener, takes?: Takes) => Effect.Effect<void>
  /** Ends the oldest subscription of a listener. Does nothing if the listener has none. */
  readonly remove: (listener: StreamingListener) => Effect.Effect<void>
  /** Subscribes to the events from now on. The queue ends when the bus closes; closing does not wait for the queue's reader. */
  readonly subscribe: Effect.Effect<Events, never, Scope.Scope>
  /** How many events have been dropped because a listener was too slow. */
  readonly dropped: () => number
  /** Ends all subscriptions, and waits until the listeners have processed the events published before. */
  readonly close: Effect.Effect<void>
}

/** What a listener does about an event. Calling it may throw. */
const called = (listener: StreamingListener, event: StreamingEvent): Effect.Effect<void> => {
  try {
    return effectOf(listener(event))
  } catch (cause) {
    return Effect.die(cause)
  }
}

/** Gives events to a listener, one after the other. Those that it has nothing to do for cost no Effect. */
const tellAll = (listener: StreamingListener, events: ReadonlyArray<StreamingEvent>): Effect.Effect<void> => {
  let next = 0
  const tellNext = () => {
    for (let event = events[next++]; event !== undefined; event = events[next++]) {
      const effect = called(listener, event)
      if (effect === Effect.void) continue
      return Effect.ignoreCause(effect, {
        log: "Warn",
        message: `A streaming listener failed on the event ${event._tag}`,
      })
    }
    return Effect.void
  }
  return Effect.whileLoop({ while: () => next < events.length, body: tellNext, step: () => {} })
}

/** Makes a bus. Its listeners run in the given scope. */
export const make = (scope: Scope.Scope): ListenerBus => {
  const queues = new Map<Events, Takes>()
  const subscriptions = new Set<Subscription>()
  let dropped = 0
  let closed = false
  const open = (takes: Takes) =>
    Effect.tap(
      Queue.make<StreamingEvent, Cause.Done>({ capacity: CAPACITY, strategy: "dropping" }),
      (queue) => {
        if (closed) return Queue.end(queue)
        queues.set(queue, takes)
        return Effect.void
      },
    )
  const remove = (listener: StreamingListener) =>
    Effect.suspend(() => {
      const found = Array.from(subscriptions).find((subscription) => subscription.listener === listener)
      if (found === undefined) return Effect.void
      subscriptions.delete(found)
      queues.delete(found.queue)
      return Effect.asVoid(Queue.end(found.queue))
    })
  const listen = (queue: Events, listener: StreamingListener) =>
    Effect.flatMap(Queue.takeAll(queue), (events) => tellAll(listener, events)).pipe(
      Effect.forever({ disableYield: true }),
      Effect.catch(() => Effect.void),
      Effect.provideService(RunsInside, true),
    )
  return {
    publish: (event) => {
      for (const [queue, takes] of queues) if (takes(event) && !Queue.offerUnsafe(queue, event)) dropped++
    },
    add: Effect.fnUntraced(function* (listener: StreamingListener, takes: Takes = takesAll) {
      const queue = yield* open(takes)
      const fiber = yield* Effect.forkIn(inFixedContext(listen(queue, listener)), scope)
      if (!closed) subscriptions.add({ listener, queue, fiber })
    }),
    remove,
    subscribe: Effect.acquireRelease(open(takesAll), (queue) => {
      queues.delete(queue)
      return Queue.shutdown(queue)
    }),
    dropped: () => dropped,
    close: Effect.suspend(() => {
      closed = true
      for (const queue of queues.keys()) Queue.endUnsafe(queue)
      queues.clear()
      return Effect.forEach(Array.from(subscriptions), ({ fiber }) => Fiber.await(fiber), {
        discard: true,
        concurrency: "unbounded",
      })
    }),
  }
}
