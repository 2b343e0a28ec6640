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
import * as SteadyClock from "../core/steady_clock.ts"
import { Engine } from "../rdd/engine.ts"
import { endsWithin, STOP_TIMEOUT } from "../receiver/bounded_wait.ts"
import { RunsInside } from "./inside.ts"
import * as Run from "./run.ts"
import { Runtime } from "./runtime.ts"
import { ticks } from "./scheduler.ts"

/** The runtime and the fibers of a started context. */
export interface Running {
  readonly runtime: Runtime
  readonly ticker: Fiber.Fiber<unknown, unknown>
  readonly others: ReadonlyArray<Fiber.Fiber<unknown, unknown>>
}

/**
 * Starts inputs, ticks and batches in a scope. After a fatal failure it runs `stop`, which stops the context in a separate
 * fiber.
 */
export const start = (
  options: Omit<Run.RunOptions, "clock">,
  scope: Scope.Scope,
  stop: Effect.Effect<void>,
): Effect.Effect<Running, unknown, unknown> =>
  Effect.gen(function* () {
    const clock = yield* SteadyClock.make
    const run = yield* Run.start({ ...options, clock }).pipe(
      Effect.provideService(SteadyClock.SteadyClock, clock),
      Scope.provide(scope),
    )
    const runtime = new Runtime(run, stop)
    const fork = <A, E>(self: Effect.Effect<A, E, unknown>) =>
      self.pipe(
        Effect.provideService(RunsInside, true),
        Effect.provideService(SteadyClock.SteadyClock, clock),
        Effect.provideService(Layer.CurrentMemoMap, run.memoMap),
        Effect.provideService(Engine, run.engine),
        Effect.forkIn(scope),
      )
    const ticker = yield* fork(ticks(runtime.due, run.batchDuration, (time) => runtime.tick(time)))
    const batches = yield* fork(Effect.forever(runtime.next, { disableYield: true }))
    const receivers = yield* Effect.forEach(
      run.inputs.flatMap(({ receiver }) => receiver ?? []),
      ({ failure }) => fork(Effect.catch(Deferred.await(failure), (failed) => runtime.fail(failed))),
    )
    return { runtime, ticker, others: [batches, ...receivers] }
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
export const close = ({ runtime, ticker, others }: Running, { graceful, inside }: StopMode): Effect.Effect<void> =>
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
        yield* Effect.logWarning(`Timed out while stopping the job generator (timeout = ${gracefulStopTimeout})`)
      }
    }
    yield* runtime.hold
    yield* interrupt([ticker])
    if (inside) yield* Effect.timeoutOption(runtime.dropWaiting, gracefulStopTimeout)
    yield* interrupt(others)
    const { address } = history.at(history.zeroTime)
    yield* engine.forgetStates(evaluation.keptStreams.map(({ stream }) => address(stream)))
  })
