/**
 * The streaming context: started once with all its outputs, stopped for good.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { type CallSite, callSite } from "../core/call_site.ts"
import type { InvalidOption } from "../core/errors.ts"
import * as Graph from "../dstream/graph.ts"
import { fail } from "../dstream/policy.ts"
import { InvalidGraph, validate } from "../dstream/validate.ts"
import type { ReceiverFailed } from "../receiver/errors.ts"
import { PATIENCE, within } from "../receiver/patience.ts"
import { handle, type Internals, internalsOf, type State, type StreamingContext } from "./context.ts"
import {
  AlreadyStarted,
  AlreadyStopped,
  AnotherContextActive,
  type BatchFailed,
  RememberAlreadySet,
  type StartError,
} from "./errors.ts"
import * as Bus from "./listener_bus.ts"
import { Registry } from "./registry.ts"
import { Runtime } from "./runtime.ts"
import { positiveMillis } from "./scheduler.ts"

export { make, makeWith, runtimeOf, type Settings, type State, type StreamingContext } from "./context.ts"
export { addStreamingListener, droppedEvents, events, removeStreamingListener } from "./listening.ts"

/** How long a stop that is not graceful waits for listeners, in milliseconds. */
const LISTENERS_TIMEOUT = 2_000

const shutDown = (
  internals: Internals,
  how: { readonly graceful: boolean; readonly inside: boolean },
  release: () => void,
): Effect.Effect<void> => {
  if (internals.stopping !== undefined) return Deferred.await(internals.stopping)
  const stopping = Deferred.makeUnsafe<void>()
  internals.stopping = stopping
  const { bus, runtime, scope } = internals
  const { gracefulStopTimeout } = internals.resolved
  return Effect.gen(function* () {
    if (runtime !== undefined) {
      yield* runtime.close(how)
      bus.publish({ _tag: "StreamingStopped", time: yield* Clock.currentTimeMillis })
    }
    const patience = how.graceful ? gracefulStopTimeout : Math.min(gracefulStopTimeout, LISTENERS_TIMEOUT)
    yield* Effect.timeoutOption(bus.close, patience)
    if (!(yield* within(Scope.close(scope, Exit.void), PATIENCE))) {
      yield* Effect.logWarning("Something that the context has opened does not close; stopping without waiting for it")
    }
  }).pipe(
    Effect.ensuring(Effect.sync(() => {
      release()
      internals.state = "Stopped"
      runtime?.markStopped()
      Deferred.doneUnsafe(stopping, Effect.void)
    })),
    Effect.uninterruptible,
  )
}

const FORGOTTEN = "The streaming context was stopped before its first batch: its scope closed, and nobody waited. " +
  "To keep it running: yield* StreamingContext.awaitTermination(active)"

/** Says so where a program goes on to its end after `start`, which would print nothing at all. */
const warnForgotten = (internals: Internals, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { isAwaited, runtime, stopping } = internals
    const isForgotten = Exit.isSuccess(exit) && !isAwaited && stopping === undefined && runtime?.ended.size === 0
    return isForgotten ? Effect.logWarning(FORGOTTEN) : Effect.void
  })

const atOnce = { graceful: false, inside: false } as const

const startGraph = Effect.fnUntraced(function* (internals: Internals, graph: Graph.AnyGraph, site: CallSite) {
  const registry = yield* Registry
  if (internals.state === "Stopped") return yield* new AlreadyStopped({ operation: "start" })
  if (internals.startedAt !== undefined) return yield* new AlreadyStarted({ startedAt: internals.startedAt })
  if (registry.active !== undefined) {
    return yield* new AnotherContextActive({ startedAt: internalsOf(registry.active).startedAt ?? site })
  }
  const active = handle<"Active", unknown>(internals, "Active")
  const release = () => {
    if (registry.active === active) registry.active = undefined
  }
  const end = Effect.suspend(() => shutDown(internals, atOnce, release))
  internals.startedAt = site
  const problems = validate(graph, { batchDuration: internals.batchDuration })
  if (problems.length > 0) {
    yield* end
    return yield* new InvalidGraph({ problems })
  }
  // Whoever is interrupted in here has stopped the context, or has its finalizer: it is never left behind as active.
  return yield* Effect.uninterruptibleMask((restore) => {
    registry.active = active
    return Effect.onError(
      Effect.andThen(
        restore(running(internals, graph, site, end)),
        Effect.as(Effect.addFinalizer((exit) => Effect.andThen(warnForgotten(internals, exit), end)), active),
      ),
      () => end,
    )
  })
})

/** Starts the runtime of a context. */
const running = Effect.fnUntraced(
  function* (internals: Internals, graph: Graph.AnyGraph, site: CallSite, end: Effect.Effect<void>) {
    const { batchDuration, bus, engine, resolved, scope, settings } = internals
    yield* bus.add(Bus.logListener)
    if (graph.origin === undefined) bus.publish({ _tag: "GraphNotPortable" })
    const runtime = yield* Runtime.start(
      {
        graph,
        engine,
        batchDuration,
        remember: internals.remember ?? 0,
        policy: settings.onFailure ?? fail,
        ...resolved,
        bus,
        site,
      },
      scope,
      Effect.asVoid(Effect.forkDetach(end)),
    )
    // Somebody may have stopped the context while its inputs were opened.
    if (internals.stopping !== undefined) return yield* new AlreadyStopped({ operation: "start" })
    internals.runtime = runtime
    internals.state = "Active"
    bus.publish({ _tag: "StreamingStarted", time: yield* Clock.currentTimeMillis })
  },
)

/**
 * Starts a context with all its outputs: a non-empty list, or a `Graph`. The graph is checked as a whole first. The
 * services that its functions need are those of the fiber that starts it. When the scope closes, which Ctrl-C does under
 * `runMain`, the context is stopped. Spark: `start`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
 * import { Effect, Layer } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   const stopped = yield* StreamingContext.stop(active)
 *   return [ssc.state, active.state, stopped.state]
 * })
 * const layer = Layer.merge(
 *   Scheduler.layer("1 minute"),
 *   SparkContext.layer({ master: "local", appName: "doc" }),
 * )
 * const states = await Effect.runPromise(Effect.scoped(Effect.provide(program, layer)))
 * assert.deepEqual(states, ["Initialized", "Active", "Stopped"])
 * ```
 */
export const start = <const O extends Graph.Listed | Graph.AnyGraph>(
  ssc: StreamingContext<"Initialized">,
  outputs: O,
): Effect.Effect<
  StreamingContext<"Active", Graph.ErrorsOf<O>>,
  StartError | Graph.ErrorsOf<O>,
  Graph.RequirementsOf<O> | Scope.Scope
> => {
  const site = callSite()
  const given: Graph.Listed | Graph.AnyGraph = outputs
  return startGraph(internalsOf(ssc), Graph.isGraph(given) ? given : Graph.make(given), site) as never
}

/** How to stop. */
export interface StopOptions {
  /** Stop the SparkContext as well (true). Otherwise the next streaming context may use it. */
  readonly stopSparkContext?: boolean | undefined
  /** Let everything received become batches, and the batches end, within `gracefulStopTimeout` (false). */
  readonly stopGracefully?: boolean | undefined
}

/**
 * Stops a context, started or not. Called from inside one of its own jobs or listeners it lets that job end and does not
 * wait for itself: the context is stopped soon after. Stopping twice is fine, and a second call may still stop the
 * SparkContext. Spark: `stop`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   const stopped = yield* StreamingContext.stop(active, { stopSparkContext: false, stopGracefully: true })
 *   return [stopped.state, yield* RDD.count(RDD.range(0, 3))]
 * })
 * const result = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(result, ["Stopped", 3])
 * ```
 */
export const stop: <E>(
  ssc: StreamingContext<State, E>,
  options?: StopOptions,
) => Effect.Effect<StreamingContext<"Stopped", E>> = Effect.fnUntraced(function* <E>(
  ssc: StreamingContext<State, E>,
  options: StopOptions = {},
) {
  const internals = internalsOf(ssc)
  const registry = yield* Registry
  const inside = yield* Bus.RunsInside
  const release = () => {
    if (registry.active !== undefined && internalsOf(registry.active) === internals) registry.active = undefined
  }
  const spark = options.stopSparkContext ?? true ? internals.spark.stop : Effect.void
  const how = { graceful: options.stopGracefully ?? false, inside }
  const stopping = Effect.andThen(Effect.suspend(() => shutDown(internals, how, release)), spark)
  if (inside) yield* Effect.forkDetach(stopping)
  else yield* stopping
  return handle<"Stopped", E>(internals, "Stopped")
})

const outcome = (runtime: Runtime): Effect.Effect<boolean, BatchFailed<unknown> | ReceiverFailed> =>
  Effect.suspend(() =>
    runtime.failure !== undefined ? Effect.fail(runtime.failure) : Effect.succeed(runtime.hasStopped)
  )

/**
 * Waits until the context is stopped, and fails with the reason if it could not go on. Under `OutputPolicy.continueOn`
 * it fails as well while the context goes on, as Spark's does. Asking again gives the same answer. Spark:
 * `awaitTermination`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const refuse = DStream.foreachRDD(Testing.input([["hello"]]), () => Effect.fail("refused"))
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [refuse])
 *   yield* Testing.advance(active)
 *   return yield* Effect.flip(StreamingContext.awaitTermination(active))
 * })
 * const error = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(error._tag === "BatchFailed" && [error.batchTime, error.reason], [1000, "refused"])
 * ```
 */
export const awaitTermination = <E>(
  active: StreamingContext<"Active" | "Stopped", E>,
): Effect.Effect<void, BatchFailed<E> | ReceiverFailed> => {
  const internals = internalsOf(active)
  const { runtime } = internals
  if (runtime === undefined) return Effect.void
  const stopped = Deferred.await(runtime.stopped)
  const waited = Effect.suspend(() => {
    internals.isAwaited = true
    return runtime.hasFailed ? stopped : Effect.raceFirst(Deferred.await(runtime.reported), stopped)
  })
  return Effect.andThen(waited, Effect.asVoid(outcome(runtime))) as Effect.Effect<void, BatchFailed<E> | ReceiverFailed>
}

/**
 * As {@link awaitTermination}, for a while: true when the context has stopped, false when the time was up first. Spark:
 * `awaitTerminationOrTimeout`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   const before = yield* StreamingContext.awaitTerminationOrTimeout(active, 0)
 *   yield* StreamingContext.stop(active)
 *   return [before, yield* StreamingContext.awaitTerminationOrTimeout(active, "1 minute")]
 * })
 * const stopped = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(stopped, [false, true])
 * ```
 */
export const awaitTerminationOrTimeout = <E>(
  active: StreamingContext<"Active" | "Stopped", E>,
  timeout: Duration.Input,
): Effect.Effect<boolean, BatchFailed<E> | ReceiverFailed> =>
  Effect.map(Effect.timeoutOption(awaitTermination(active), timeout), Option.isSome)

/**
 * The state of a context, whatever its handle says. Spark: `getState`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   return [ssc.state, yield* StreamingContext.getState(ssc)]
 * })
 * const states = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(states, ["Initialized", "Active"])
 * ```
 */
export const getState = (ssc: StreamingContext<State, unknown>): Effect.Effect<State> =>
  Effect.sync(() => internalsOf(ssc).state)

/**
 * The context that has been started and not stopped, if there is one. Spark: `StreamingContext.getActive`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   const during = yield* StreamingContext.getActive
 *   yield* StreamingContext.stop(active)
 *   return [during, yield* StreamingContext.getActive].map(Option.isSome)
 * })
 * const found = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(found, [true, false])
 * ```
 */
export const getActive: Effect.Effect<Option.Option<StreamingContext<"Active", unknown>>> = Effect.map(
  Registry,
  (registry) => Option.fromUndefinedOr(registry.active),
)

/**
 * The active context, or the one that `creating` gives. Spark:
 * `StreamingContext.getActiveOrCreate`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const running = StreamingContext.getActiveOrCreate(
 *   Effect.flatMap(StreamingContext.make, (ssc) =>
 *     StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])),
 * )
 * const program = Effect.gen(function* () {
 *   const first = yield* running
 *   return first === (yield* running)
 * })
 * const same = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.equal(same, true)
 * ```
 */
export const getActiveOrCreate = <S extends State, E2, E, R>(
  creating: Effect.Effect<StreamingContext<S, E2>, E, R>,
): Effect.Effect<StreamingContext<S | "Active", unknown>, E, R> =>
  Effect.flatMap(
    getActive,
    Option.match({
      onSome: (active): Effect.Effect<StreamingContext<S | "Active", unknown>, E, R> => Effect.succeed(active),
      onNone: () => creating,
    }),
  )

/**
 * Keeps the RDDs of every batch for at least this long, for `slice`. Set once, before start; fails with `InvalidOption` where
 * it is no duration of whole milliseconds. Spark: `remember`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const numbers = Testing.input([[1], [2], [3]])
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   yield* StreamingContext.remember(ssc, "1 minute")
 *   const active = yield* StreamingContext.start(ssc, [DStream.foreachRDD(numbers, () => Effect.void)])
 *   yield* Testing.advance(active, 3)
 *   const rdds = yield* StreamingContext.slice(active, numbers, 1000, 2000)
 *   return yield* Effect.forEach(rdds, (rdd) => RDD.collect(rdd))
 * })
 * const slices = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(slices, [[1], [2]])
 * ```
 */
export const remember = (
  ssc: StreamingContext<"Initialized">,
  duration: Duration.Input,
): Effect.Effect<void, RememberAlreadySet | InvalidOption | AlreadyStarted | AlreadyStopped> =>
  Effect.flatMap(
    positiveMillis("StreamingContext.remember", "duration", duration),
    (millis) =>
      Effect.suspend((): Effect.Effect<void, RememberAlreadySet | AlreadyStarted | AlreadyStopped> => {
        const internals = internalsOf(ssc)
        if (internals.remember !== undefined) {
          return Effect.fail(new RememberAlreadySet({ remember: internals.remember }))
        }
        if (internals.state === "Stopped") return Effect.fail(new AlreadyStopped({ operation: "remember" }))
        if (internals.startedAt !== undefined) {
          return Effect.fail(new AlreadyStarted({ startedAt: internals.startedAt }))
        }
        internals.remember = millis
        return Effect.void
      }),
  )
