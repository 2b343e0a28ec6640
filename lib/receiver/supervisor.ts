/**
 * Runs a receiver: starts it, restarts it, stops it, and collects what it stores.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { effectOf } from "../core/results.ts"
import type { Receiver, Store } from "../dstream/inputs/receiver.ts"
import type { ReceiverStopped } from "../dstream/inputs/receiver_stopped.ts"
import { BlockGenerator } from "./block_generator.ts"
import type { BlockLog } from "./block_log.ts"
import { BlockQueue, type StoredBlock } from "./block_queue.ts"
import { fiberEndsWithin, STOP_TIMEOUT } from "../core/bounded_wait.ts"
import { ReceiverFailed } from "./errors.ts"
import type { Storage } from "../rdd/storage.ts"
import { make as makeLimiter } from "./rate_limiter.ts"
import { StoredParts } from "./stored_parts.ts"

/** Callbacks that report what happens to a receiver. A callback that dies is logged, and the receiver continues. */
export interface ReceiverEvents {
  /** The receiver is about to start, for the first time or again. */
  readonly started: Effect.Effect<void>
  /** The receiver has reported an error, or restarts because of one. */
  readonly error: (message: string, error: unknown) => Effect.Effect<void>
  /** The receiver has stopped. `restarts` tells whether it will start again. */
  readonly stopped: (message: string, error: unknown, restarts: boolean) => Effect.Effect<void>
}

/** A running receiver, as the streaming context sees it. */
export interface RunningReceiver {
  /** Makes a block of the open buffer, so that `take` returns everything stored so far. */
  readonly cut: Effect.Effect<void>
  /** Removes and returns all stored blocks, for the batch that they are allocated to. */
  readonly take: Effect.Effect<ReadonlyArray<StoredBlock>>
  /**
   * Removes and returns the oldest blocks with at most `limit` records, for a batch. `isBehind` makes the receiver wait
   * while much is left for later batches.
   */
  readonly takeUpTo: (limit: number, isBehind: boolean) => Effect.Effect<ReadonlyArray<StoredBlock>>
  /** The number of records that are stored and not taken, or a number of `limit` or more if there are as many. */
  readonly countUpTo: (limit: number) => Effect.Effect<number>
  /**
   * Frees the capacity that these blocks hold, once their batch has ended. `isRemembered`: later batches may read their
   * records.
   */
  readonly release: (blocks: ReadonlyArray<StoredBlock>, isRemembered?: boolean) => Effect.Effect<void>
  /**
   * The records that are stored and not taken, and the estimated bytes that count towards the capacity: also those of
   * batches that have not ended.
   */
  readonly holds: () => { readonly records: number; readonly bytes: number }
  /** The number of blocks that are stored and not taken. */
  readonly waiting: Effect.Effect<number>
  /**
   * Stops the receiver and waits until it has stopped, for at most 10 seconds: the receiver's own finalizers may never
   * return. What has been received can still be taken.
   */
  readonly stop: Effect.Effect<void>
  /** Does the same as `stop`, with another time limit. */
  readonly stopWithin: (timeout: Duration.Input) => Effect.Effect<void>
  /** Fails when the receiver has stopped with an error. */
  readonly failure: Deferred.Deferred<never, ReceiverFailed>
}

/** How a receiver is run. */
export interface SuperviseOptions {
  /** The id of the input stream. */
  readonly streamId: number
  /** The name of the input stream, such as `Socket stream [0]`. */
  readonly name: string
  /** How often the open buffer becomes a block. Default 200 ms. Spark: `spark.streaming.blockInterval`. */
  readonly blockInterval?: Duration.Input | undefined
  /** The estimated bytes that may be stored and not released before storing waits. Default: {@link defaultCapacity}. */
  readonly capacity?: number | undefined
  /**
   * The most records per second, for all ways of storing except `store.block`. Default: no limit.
   * Spark: `spark.streaming.receiver.maxRate`.
   */
  readonly maxRate?: number | undefined
  readonly events: ReceiverEvents
  /** The write-ahead log; undefined if received blocks are not logged. */
  readonly log?: BlockLog | undefined
  /** Where blocks are kept. Undefined: in memory. */
  readonly storage?: Storage | undefined
}

/** The shortest delay before a restart. Without it, a receiver that ends at once would occupy the thread. */
const SHORTEST_DELAY: Duration.Duration = Duration.millis(10)

/** Why one run of a receiver ends. */
type Ending =
  | { readonly kind: "restart"; readonly message: string; readonly error: unknown; readonly delay: Duration.Input }
  | { readonly kind: "stop"; readonly message: string; readonly error: unknown }

/**
 * Runs a receiver until it stops or the scope closes.
 *
 * Each start has a scope of its own, with `onStop` as the finalizer that runs last. If `onStart` fails, the receiver
 * restarts. The first request of a start to restart or stop decides; later ones are ignored, also those that come after
 * that start has ended. Restarts keep what has been stored.
 */
export const supervise: <R>(
  receiver: Receiver<unknown, unknown, R>,
  options: SuperviseOptions,
) => Effect.Effect<RunningReceiver, never, R | Scope.Scope> = Effect.fnUntraced(
  function* <R>(receiver: Receiver<unknown, unknown, R>, options: SuperviseOptions) {
    const { name, streamId } = options
    const { capacity, log, storage } = options
    const queue = new BlockQueue(streamId, capacity, log, storage && new StoredParts(storage, receiver.storageLevel))
    const unwatch = queue.watchRoom()
    yield* Effect.addFinalizer(() => Effect.sync(unwatch))
    const generator = new BlockGenerator(queue, yield* makeLimiter(options.maxRate), name)
    const cut = Effect.sync(() => generator.cut())
    const failure = Deferred.makeUnsafe<never, ReceiverFailed>()
    const stopped = Deferred.makeUnsafe<Ending>()
    const events = logDefects(options.events)

    /** Whether this start has stored anything: a failure then is one in receiving, not in starting. */
    let hasStored = false
    const storing = (stored: Effect.Effect<void, ReceiverStopped>): Effect.Effect<void, ReceiverStopped> => {
      hasStored = true
      return stored
    }
    const makeStore = (restart: Deferred.Deferred<Ending>): Store<unknown> => ({
      one: (record) => storing(generator.one(record)),
      all: (records) => storing(generator.all(records)),
      append: (block, bytes) => storing(generator.append(block, bytes)),
      block: (records, position) => storing(generator.block(records, position)),
      last: Effect.sync(() => generator.last),
      reportError: (message, error) => events.error(message, error),
      restart: (message, error, delay = receiver.restartDelay) =>
        Effect.asVoid(Deferred.succeed(restart, { kind: "restart", message, error, delay })),
      stop: (message, error) => Effect.asVoid(Deferred.succeed(stopped, { kind: "stop", message, error })),
    })

    const runOnce = Effect.scoped(Effect.gen(function* () {
      const ended = Deferred.makeUnsafe<Ending>()
      const store = makeStore(ended)
      hasStored = false
      yield* Effect.addFinalizer(() =>
        Effect.catchCause(receiver.onStop, (cause) => events.error("Error stopping receiver", Cause.squash(cause)))
      )
      yield* events.started
      yield* Effect.forkScoped(
        Effect.catchCause(
          Effect.suspend(() => effectOf(receiver.onStart(store))),
          (cause) => store.restart(`Error ${hasStored ? "in" : "starting"} receiver ${streamId}`, Cause.squash(cause)),
        ),
        { startImmediately: true },
      )
      const ending = yield* Effect.raceFirst(Deferred.await(stopped), Deferred.await(ended))
      if (ending.kind === "stop") yield* generator.drain()
      else if (ending.error !== undefined) yield* events.error(ending.message, ending.error)
      return ending
    }))

    /** Runs the receiver once and waits for the restart delay. Fails with `Done` when the receiver is to stop. */
    const runAndDelay = Effect.gen(function* () {
      if (Deferred.isDoneUnsafe(stopped)) return yield* Cause.done()
      const ending = yield* runOnce
      if (ending.kind === "stop") return yield* Cause.done()
      const delay = Duration.max(Duration.fromInputUnsafe(ending.delay), SHORTEST_DELAY)
      const message = `Restarting receiver with delay ${Duration.toMillis(delay)} ms: ${ending.message}`
      yield* events.stopped(message, ending.error, true)
      yield* Effect.raceFirst(Effect.sleep(delay), Deferred.await(stopped))
    })

    const runUntilStopped = Effect.gen(function* () {
      yield* Effect.catch(Effect.forever(runAndDelay, { disableYield: true }), () => Effect.void)
      const { message, error } = yield* Deferred.await(stopped)
      generator.close()
      yield* events.stopped(message, error, false)
      if (error === undefined) return
      yield* Deferred.fail(failure, new ReceiverFailed({ streamId, streamName: name, problem: message, reason: error }))
    })

    yield* Effect.forkScoped(
      Effect.forever(Effect.andThen(Effect.sleep(options.blockInterval ?? "200 millis"), cut), { disableYield: true }),
    )
    let isAbandoned = false
    const stopFiber = Effect.fnUntraced(function* (fiber: Fiber.Fiber<void>, timeout: Duration.Input) {
      yield* Deferred.succeed(stopped, { kind: "stop", message: "Stopped by driver", error: undefined })
      if (isAbandoned || (yield* fiberEndsWithin(fiber, timeout))) return
      isAbandoned = true
      generator.close()
      yield* Effect.logWarning(
        `The receiver of ${name} has not stopped within ${Duration.format(Duration.fromInputUnsafe(timeout))}: ` +
          "its onStart, its onStop or one of its finalizers does not return. Stopping without it",
      )
    })
    // Detached, because closing the scope must stop the receiver in order and not interrupt its fiber.
    const fiber = yield* Effect.acquireRelease(
      Effect.forkDetach(runUntilStopped, { startImmediately: true }),
      (fiber) => stopFiber(fiber, STOP_TIMEOUT),
    )
    return {
      cut,
      take: Effect.sync(() => queue.takeAll()),
      takeUpTo: (limit, isBehind) => Effect.sync(() => queue.take(limit, isBehind)),
      countUpTo: (limit) => Effect.sync(() => queue.countUpTo(limit)),
      holds: () => ({ records: queue.countUpTo(Infinity), bytes: queue.held }),
      release: (blocks, isRemembered) => Effect.sync(() => queue.release(blocks, isRemembered)),
      waiting: Effect.sync(() => queue.waiting),
      stop: stopFiber(fiber, STOP_TIMEOUT),
      stopWithin: (timeout) => stopFiber(fiber, timeout),
      failure,
    }
  },
)

/** Logs a callback that dies, so that it does not end the receiver. */
const logDefects = (events: ReceiverEvents): ReceiverEvents => ({
  started: Effect.ignoreCause(events.started, { log: "Warn" }),
  error: (message, error) => Effect.ignoreCause(events.error(message, error), { log: "Warn" }),
  stopped: (message, error, restarts) => Effect.ignoreCause(events.stopped(message, error, restarts), { log: "Warn" }),
})
