/**
 * The fibers of a started context: one runs the ticks, one runs the batches, and one for each receiver waits for its failure.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { inFixedContext } from "../core/async_context.ts"
import * as SteadyClock from "../core/steady_clock.ts"
import { Engine } from "../rdd/engine.ts"
import { endsWithin, STOP_TIMEOUT } from "../core/bounded_wait.ts"
import { RunsInside } from "./inside.ts"
import type { StreamingEvent } from "./listeners/events.ts"
import { CHECKED_EVERY, FallingBehind } from "./listeners/falling_behind.ts"
import { Progress } from "./listeners/progress.ts"
import * as Metrics from "./metrics.ts"
import * as Run from "./run.ts"
import { Runtime } from "./runtime.ts"
import { ticks } from "./scheduler.ts"

/** The runtime and the fibers of a started context. */
export interface Running {
  readonly runtime: Runtime
  readonly ticker: Fiber.Fiber<unknown, unknown>
  readonly others: ReadonlyArray<Fiber.Fiber<unknown, unknown>>
  /** Leaves the last values of the metrics. */
  readonly endMetrics: Effect.Effect<void>
}

/** The records that all receivers hold for later batches. */
const heldIn = ({ inputs }: Run.Run): number =>
  inputs.reduce((sum, { receiver }) => sum + (receiver?.holds().records ?? 0), 0)

/**
 * Starts inputs, ticks and batches in a scope. After a fatal failure it runs `stop`, which stops the context in a separate
 * fiber.
 */
export const start = (
  options: Omit<Run.RunOptions, "clock"> & Pick<Metrics.Measured, "droppedEvents">,
  scope: Scope.Scope,
  stop: Effect.Effect<void>,
): Effect.Effect<Running, unknown, unknown> =>
  Effect.gen(function* () {
    const clock = yield* SteadyClock.make
    const progress = new Progress()
    const behind = new FallingBehind(progress, options.batchDuration)
    let recordsLeft = 0
    const checkBehind = () => {
      const event = behind.check(clock.currentTimeMillisUnsafe(), recordsLeft)
      if (event !== undefined) options.publish(event)
    }
    const publish = (event: StreamingEvent) => {
      progress.on(event)
      options.publish(event)
      if (event._tag === "BatchSubmitted") recordsLeft = heldIn(run)
      if (event._tag === "BatchSubmitted" || event._tag === "BatchCompleted") checkBehind()
    }
    const run: Run.Run = yield* Run.start({ ...options, publish, clock }).pipe(
      Effect.provideService(SteadyClock.SteadyClock, clock),
      Scope.provide(scope),
    )
    const endMetrics = yield* Metrics.publish({ run, progress, droppedEvents: options.droppedEvents })
    const runtime = new Runtime(run, stop)
    const fork = <A, E>(self: Effect.Effect<A, E, unknown>) =>
      self.pipe(
        Effect.provideService(RunsInside, true),
        Effect.provideService(SteadyClock.SteadyClock, clock),
        Effect.provideService(Layer.CurrentMemoMap, run.memoMap),
        Effect.provideService(Engine, run.engine),
        Effect.forkIn(scope),
      )
    const { durability, beginning: { earlier, first } } = run
    const makeUp = Effect.forEach(earlier, ({ allocation, time }) => runtime.tick(time, allocation), { discard: true })
    const ticker = yield* fork(
      Effect.andThen(makeUp, ticks(first, run.batchDuration, (time) => runtime.tick(time))),
    )
    const batches = yield* fork(runtime.batches)
    const ending = durability === undefined ? [] : [
      yield* fork(runtime.endings),
      yield* fork(Effect.catch(Deferred.await(durability.checkpoint.failure), (failed) => runtime.fail(failed))),
    ]
    const checks = Effect.forever(Effect.andThen(Effect.sleep(CHECKED_EVERY), Effect.sync(checkBehind)))
    yield* fork(inFixedContext(checks))
    const receivers = yield* Effect.forEach(
      run.inputs.flatMap(({ receiver }) => receiver ?? []),
      ({ failure }) => fork(Effect.catch(Deferred.await(failure), (failed) => runtime.fail(failed))),
    )
    return { runtime, ticker, others: [batches, ...ending, ...receivers], endMetrics }
  })

/** Interrupts fibers. Logs a warning and returns if they have not ended within `STOP_TIMEOUT`. */
const interrupt = (fibers: ReadonlyArray<Fiber.Fiber<unknown, unknown>>): Effect.Effect<void> =>
  Effect.flatMap(
    endsWithin(Fiber.interruptAll(fibers), STOP_TIMEOUT),
    (ended) => ended ? Effect.void : Effect.logWarning("A job cannot be interrupted; the stop does not wait for it"),
  )

/** How a context is stopped. */
export interface StopMode {
  /** Whether to process everything received first. */
  readonly graceful: boolean
  /** Whether a fiber of the context itself asked for the stop, such as a job. The running batch ends first. */
  readonly inside: boolean
}

/** Stops the receivers, the ticks and the batches, in this order. */
export const close = (
  { endMetrics, others, runtime, ticker }: Running,
  { graceful, inside }: StopMode,
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { engine, evaluation, gracefulStopTimeout, history, inputs } = runtime.run
    const timeout = graceful ? gracefulStopTimeout : STOP_TIMEOUT
    yield* Effect.forEach(inputs, ({ receiver }) => receiver?.stopWithin(timeout) ?? Effect.void, {
      discard: true,
      concurrency: "unbounded",
    })
    if (graceful) {
      const drained = yield* Effect.timeoutOption(runtime.drain(inputs), gracefulStopTimeout)
      if (drained._tag === "None") {
        yield* Effect.logWarning(
          `Timed out while stopping the job generator (timeout = ${gracefulStopTimeout}). Received records that no batch ` +
            "has processed are lost, unless the context has a checkpoint; gracefulStopTimeout gives batches more time",
        )
      }
    }
    yield* runtime.hold
    yield* interrupt([ticker])
    if (inside) yield* Effect.timeoutOption(runtime.dropWaiting, gracefulStopTimeout)
    yield* interrupt(others)
    yield* endMetrics
    const { address } = history.at(history.zeroTime)
    yield* engine.forgetStates(evaluation.keptStreams.map(({ stream }) => address(stream)))
  })
