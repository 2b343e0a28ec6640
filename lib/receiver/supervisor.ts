/**
 * Running a receiver: starts it, restarts it, stops it, and collects what it stores.
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
import { BlockGenerator } from "./block_generator.ts"
import { ReceiverFailed } from "./errors.ts"
import { forever } from "../core/fresh.ts"
import { endsWithin, PATIENCE } from "./bounded_wait.ts"
import { HandOver, type StoredBlock } from "./block_queue.ts"
import { make as makeLimiter } from "./rate_limiter.ts"

/** Who is told what happens to a receiver. */
export interface ReceiverEvents {
  /** It is about to start, for the first time or again. */
  readonly started: Effect.Effect<void>
  /** It has reported an error, or restarts because of one. */
  readonly error: (message: string, error: unknown) => Effect.Effect<void>
  /** It has stopped, for good or to start again. */
  readonly stopped: (message: string, error: unknown, restarts: boolean) => Effect.Effect<void>
}

/** A receiver at work, as the streaming context sees it. */
export interface RunningReceiver {
  /** Makes a block of the open buffer, so that `take` gives all that has been stored so far. */
  readonly cut: Effect.Effect<void>
  /** Hands all stored blocks to a batch. */
  readonly take: Effect.Effect<ReadonlyArray<StoredBlock>>
  /** The batch of these blocks has ended: makes room for others. */
  readonly release: (blocks: ReadonlyArray<StoredBlock>) => Effect.Effect<void>
  /** How many blocks are stored and not taken. */
  readonly waiting: Effect.Effect<number>
  /**
   * Stops receiving and returns when that is done, or after 10 s if the receiver's own finalizers do not return; what has
   * been received can still be taken.
   */
  readonly stop: Effect.Effect<void>
  /** As `stop`, with a patience of its own. */
  readonly stopWithin: (patience: Duration.Input) => Effect.Effect<void>
  /** Fails when the receiver has stopped with an error. */
  readonly failure: Deferred.Deferred<never, ReceiverFailed>
}

/** How a receiver is run. */
export interface SuperviseOptions {
  readonly streamId: number
  /** The name of its stream. */
  readonly name: string
  /** How often the open buffer becomes a block. Default 200 ms. Spark: `spark.streaming.blockInterval`. */
  readonly blockInterval?: Duration.Input | undefined
  /** How many bytes, estimated, may be stored and not released before storing waits. Default 256 MiB. */
  readonly capacity?: number | undefined
  /** Records a second, for all but `store.block`. Default: no limit. Spark: `spark.streaming.receiver.maxRate`. */
  readonly maxRate?: number | undefined
  readonly events: ReceiverEvents
}

/** The shortest wait before a restart, in milliseconds: a receiver that ends at once must not keep everything else waiting. */
const SHORTEST_DELAY: Duration.Duration = Duration.millis(10)

type Ending =
  | { readonly kind: "restart"; readonly message: string; readonly error: unknown; readonly delay: Duration.Input }
  | { readonly kind: "stop"; readonly message: string; readonly error: unknown }

/**
 * Runs a receiver until it stops or the scope closes. Each start has a scope of its own, with `onStop` as the finalizer
 * that runs last. A failure of `onStart` is a request to restart. Of several requests the first counts; those that come
 * from a start that has ended do not. What has been stored is kept throughout.
 */
export const supervise = <R>(
  receiver: Receiver<unknown, unknown, R>,
  options: SuperviseOptions,
): Effect.Effect<RunningReceiver, never, R | Scope.Scope> =>
  Effect.gen(function* () {
    const handOver = new HandOver(options.streamId, options.capacity)
    const generator = new BlockGenerator(handOver, yield* makeLimiter(options.maxRate))
    const cut = Effect.sync(() => generator.cut())
    const failure = Deferred.makeUnsafe<never, ReceiverFailed>()
    const stopped = Deferred.makeUnsafe<Ending>()
    const events = guarded(options.events)

    /** Once a start has stored something, it has not failed in starting. */
    let hasStored = false
    const storing = (stored: Effect.Effect<void>): Effect.Effect<void> => {
      hasStored = true
      return stored
    }
    const storeOf = (restart: Deferred.Deferred<Ending>): Store<unknown> => ({
      one: (record) => storing(generator.one(record)),
      all: (records) => storing(generator.all(records)),
      append: (block, bytes) => storing(generator.append(block, bytes)),
      block: (records) => storing(generator.block(records)),
      reportError: (message, error) => events.error(message, error),
      restart: (message, error, delay = receiver.restartDelay) =>
        Effect.asVoid(Deferred.succeed(restart, { kind: "restart", message, error, delay })),
      stop: (message, error) => Effect.asVoid(Deferred.succeed(stopped, { kind: "stop", message, error })),
    })

    const once = Effect.scoped(Effect.gen(function* () {
      const ended = Deferred.makeUnsafe<Ending>()
      const store = storeOf(ended)
      hasStored = false
      yield* Effect.addFinalizer(() =>
        Effect.catchCause(receiver.onStop, (cause) => events.error("Error stopping receiver", Cause.squash(cause)))
      )
      yield* events.started
      yield* Effect.forkScoped(
        Effect.catchCause(
          Effect.suspend(() => effectOf(receiver.onStart(store))),
          (cause) =>
            store.restart(`Error ${hasStored ? "in" : "starting"} receiver ${options.streamId}`, Cause.squash(cause)),
        ),
        { startImmediately: true },
      )
      const ending = yield* Effect.raceFirst(Deferred.await(stopped), Deferred.await(ended))
      if (ending.kind === "stop") yield* generator.open()
      else if (ending.error !== undefined) yield* events.error(ending.message, ending.error)
      return ending
    }))

    const round = Effect.gen(function* () {
      if (Deferred.isDoneUnsafe(stopped)) return yield* Cause.done()
      const ending = yield* once
      if (ending.kind === "stop") return yield* Cause.done()
      const delay = Duration.max(Duration.fromInputUnsafe(ending.delay), SHORTEST_DELAY)
      const restarting = `Restarting receiver with delay ${Duration.toMillis(delay)} ms: ${ending.message}`
      yield* events.stopped(restarting, ending.error, true)
      yield* Effect.raceFirst(Effect.sleep(delay), Deferred.await(stopped))
    })

    const life = Effect.gen(function* () {
      // The first starts at once, and what restarts for ever must not grow.
      const rounds = Effect.andThen(Effect.repeat(round, { times: 63 }), forever(round))
      yield* Effect.catch(rounds, () => Effect.void)
      const { message, error } = yield* Deferred.await(stopped)
      generator.close()
      yield* events.stopped(message, error, false)
      if (error === undefined) return
      const { streamId, name: streamName } = options
      yield* Deferred.fail(failure, new ReceiverFailed({ streamId, streamName, problem: message, reason: error }))
    })

    const interval = Effect.sleep(options.blockInterval ?? "200 millis")
    yield* Effect.forkScoped(forever(Effect.andThen(interval, cut)))
    let abandoned = false
    const stopWith = (fiber: Fiber.Fiber<void>, patience: Duration.Input) =>
      Effect.gen(function* () {
        yield* Deferred.succeed(stopped, { kind: "stop", message: "Stopped by driver", error: undefined })
        if (abandoned || (yield* endsWithin(fiber, patience))) return
        abandoned = true
        generator.close()
        yield* Effect.logWarning(`The receiver of ${options.name} does not stop; going on without waiting for it`)
      })
    // Not in the scope: closing it must stop the receiver in order rather than interrupt this fiber.
    const fiber = yield* Effect.acquireRelease(
      Effect.forkDetach(life, { startImmediately: true }),
      (fiber) => stopWith(fiber, PATIENCE),
    )
    return {
      cut,
      take: Effect.sync(() => handOver.take()),
      release: (blocks) => Effect.sync(() => handOver.release(blocks)),
      waiting: Effect.sync(() => handOver.waiting),
      stop: stopWith(fiber, PATIENCE),
      stopWithin: (patience) => stopWith(fiber, patience),
      failure,
    }
  })

/** A listener that dies must not take the receiver with it. */
const guarded = (events: ReceiverEvents): ReceiverEvents => ({
  started: Effect.ignoreCause(events.started, { log: "Warn" }),
  error: (message, error) => Effect.ignoreCause(events.error(message, error), { log: "Warn" }),
  stopped: (...told) => Effect.ignoreCause(events.stopped(...told), { log: "Warn" }),
})
