/**
 * The streaming context: made, started once with all its outputs, stopped for good.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import { type CallSite, callSite } from "../core/call_site.ts"
import type { InvalidOption } from "../core/errors.ts"
import * as Graph from "../dstream/graph.ts"
import type { AnyOutput, ErrorOf, ServicesOf } from "../dstream/output.ts"
import { fail, type OutputPolicy } from "../dstream/policy.ts"
import { InvalidGraph, validate } from "../dstream/validate.ts"
import { Engine } from "../rdd/engine.ts"
import type { ReceiverFailed } from "../receiver/errors.ts"
import {
  AlreadyStarted,
  AlreadyStopped,
  AnotherContextActive,
  type BatchFailed,
  NotStarted,
  RememberAlreadySet,
  type StartError,
} from "./errors.ts"
import type { StreamingEvent } from "./events.ts"
import type { ReceiverSettings } from "./inputs.ts"
import * as Bus from "./listener_bus.ts"
import { Registry } from "./registry.ts"
import { Runtime } from "./runtime.ts"
import { positiveMillis, Scheduler } from "./scheduler.ts"
import { SparkContext } from "./spark_context.ts"

const TypeId = "~dstream/StreamingContext"

/** The three states of a context, in their only order. */
export type State = "Initialized" | "Active" | "Stopped"

/**
 * A streaming context, with its state in its type: what the state does not allow does not compile. A handle can be kept
 * and used twice, so every rule is checked when the program runs as well. Spark: `StreamingContext`.
 */
export interface StreamingContext<out S extends State, out E = never> {
  readonly [TypeId]: { readonly _E: Types.Covariant<E>; readonly internals: Internals }
  /** The state this handle stands for. */
  readonly state: S
}

/** How a streaming context works, where the defaults do not fit. Durations take everything that Effect's do. */
export interface Settings {
  /** What happens when an output fails, unless the output says so itself: `OutputPolicy.fail`. */
  readonly onFailure?: OutputPolicy<never, unknown, never> | undefined
  /** How long a graceful stop may take: 10 batch intervals. Spark: `spark.streaming.gracefulStopTimeout`. */
  readonly gracefulStopTimeout?: Duration.Input | undefined
  /** How often a receiver's open buffer becomes a block: 200 ms. Spark: `spark.streaming.blockInterval`. */
  readonly blockInterval?: Duration.Input | undefined
  /** Records per second of each receiver: no limit. Spark: `spark.streaming.receiver.maxRate`. */
  readonly maxRate?: number | undefined
  /** Bytes that each receiver may hold before it waits for the batches: 256 MiB. */
  readonly receiverCapacity?: number | undefined
}

interface Internals {
  readonly batchDuration: number
  readonly settings: Settings
  readonly resolved: { readonly gracefulStopTimeout: number; readonly receivers: ReceiverSettings }
  readonly spark: SparkContext
  readonly engine: Engine
  readonly scope: Scope.Closeable
  readonly bus: Bus.ListenerBus
  state: State
  remember: number | undefined
  startedAt: CallSite | undefined
  runtime: Runtime | undefined
  stopping: Deferred.Deferred<void> | undefined
}

const handle = <S extends State, E>(internals: Internals, state: S): StreamingContext<S, E> => ({
  [TypeId]: { _E: (_: never) => _, internals },
  state,
})

const internalsOf = (ssc: StreamingContext<State, unknown>): Internals => ssc[TypeId].internals

/**
 * A new context with settings of your own. Needs a `Scheduler` for the interval and a `SparkContext` for the engine.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { OutputPolicy, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
 * import { Effect, Layer } from "effect"
 *
 * const layer = Layer.merge(
 *   Scheduler.layer("1 second"),
 *   SparkContext.layer({ master: "local", appName: "doc" }),
 * )
 * const made = StreamingContext.makeWith({ onFailure: OutputPolicy.continueOn })
 * assert.equal((await Effect.runPromise(Effect.provide(made, layer))).state, "Initialized")
 * ```
 */
export const makeWith: (
  settings: Settings,
) => Effect.Effect<StreamingContext<"Initialized">, InvalidOption, Scheduler | SparkContext | Engine> = Effect
  .fnUntraced(function* (settings: Settings) {
    const where = "StreamingContext.makeWith"
    const { batchDuration } = yield* Scheduler
    const timeout = settings.gracefulStopTimeout ?? 10 * batchDuration
    const blockInterval = settings.blockInterval ?? 200
    const scope = yield* Scope.make()
    const internals: Internals = {
      batchDuration,
      settings,
      resolved: {
        gracefulStopTimeout: yield* positiveMillis(where, "gracefulStopTimeout", timeout),
        receivers: {
          blockInterval: yield* positiveMillis(where, "blockInterval", blockInterval),
          maxRate: settings.maxRate,
          capacity: settings.receiverCapacity,
        },
      },
      spark: yield* SparkContext,
      engine: yield* Engine,
      scope,
      bus: Bus.make(scope),
      state: "Initialized",
      remember: undefined,
      startedAt: undefined,
      runtime: undefined,
      stopping: undefined,
    }
    return handle<"Initialized", never>(internals, "Initialized")
  })

/** A new context with default settings. Spark: `new StreamingContext(sparkContext, batchDuration)`. */
export const make: Effect.Effect<StreamingContext<"Initialized">, never, Scheduler | SparkContext | Engine> = Effect
  .orDie(makeWith({}))

const startGraph = Effect.fnUntraced(function* (internals: Internals, graph: Graph.AnyGraph, site: CallSite) {
  const registry = yield* Registry
  if (internals.state === "Stopped") return yield* new AlreadyStopped({ operation: "start" })
  if (internals.startedAt !== undefined) return yield* new AlreadyStarted({ startedAt: internals.startedAt })
  if (registry.active !== undefined) {
    return yield* new AnotherContextActive({ startedAt: internalsOf(registry.active).startedAt ?? site })
  }
  const { batchDuration, bus, engine, resolved, scope, settings } = internals
  const problems = validate(graph, { batchDuration })
  if (problems.length > 0) {
    internals.state = "Stopped"
    return yield* new InvalidGraph({ problems })
  }
  internals.startedAt = site
  const active = handle<"Active", unknown>(internals, "Active")
  registry.active = active
  yield* bus.add(Bus.logListener)
  if (graph.origin === undefined) bus.publish({ _tag: "GraphNotPortable" })
  const release = (registry: Registry) => {
    if (registry.active === active) registry.active = undefined
  }
  const end = Effect.suspend(() => shutDown(internals, { graceful: false, inside: false }, () => release(registry)))
  internals.runtime = yield* Runtime.start(
    {
      graph,
      engine,
      batchDuration,
      remember: internals.remember ?? 0,
      policy: settings.onFailure ?? fail,
      gracefulStopTimeout: resolved.gracefulStopTimeout,
      receivers: resolved.receivers,
      bus,
      site,
    },
    scope,
    Effect.asVoid(Effect.forkDetach(end)),
  ).pipe(Effect.onError(() =>
    Effect.suspend(() => {
      release(registry)
      internals.state = "Stopped"
      return Scope.close(scope, Exit.void)
    })
  ))
  internals.state = "Active"
  bus.publish({ _tag: "StreamingStarted", time: internals.runtime.timeline.zeroTime })
  yield* Effect.addFinalizer(() => end)
  return active
})

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
export const start: {
  <const O extends Graph.Outputs>(
    ssc: StreamingContext<"Initialized">,
    outputs: O,
  ): Effect.Effect<
    StreamingContext<"Active", ErrorOf<O[number]>>,
    StartError | ErrorOf<O[number]>,
    ServicesOf<O[number]> | Scope.Scope
  >
  <E, R>(
    ssc: StreamingContext<"Initialized">,
    graph: Graph.Graph<E, R>,
  ): Effect.Effect<StreamingContext<"Active", E>, StartError | E, R | Scope.Scope>
} = (ssc: StreamingContext<"Initialized">, outputs: Graph.Outputs | Graph.AnyGraph): never => {
  const site = callSite()
  const graph = Graph.isGraph(outputs) ? outputs : Graph.make(outputs as readonly [AnyOutput])
  return startGraph(internalsOf(ssc), graph, site) as never
}

/** How to stop. */
export interface StopOptions {
  /** Stop the SparkContext as well (true). Otherwise the next streaming context may use it. */
  readonly stopSparkContext?: boolean | undefined
  /** Let everything received become batches, and the batches end, within `gracefulStopTimeout` (false). */
  readonly stopGracefully?: boolean | undefined
}

const shutDown = (
  internals: Internals,
  how: { readonly graceful: boolean; readonly inside: boolean },
  release: () => void,
): Effect.Effect<void> => {
  if (internals.stopping !== undefined) return Deferred.await(internals.stopping)
  const stopping = Deferred.makeUnsafe<void>()
  internals.stopping = stopping
  const { bus, runtime, scope } = internals
  return Effect.gen(function* () {
    if (runtime !== undefined) {
      yield* runtime.close(how)
      bus.publish({ _tag: "StreamingStopped", time: runtime.timeline.zeroTime })
    }
    yield* Effect.timeoutOption(bus.close, internals.resolved.gracefulStopTimeout)
    yield* Scope.close(scope, Exit.void)
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

/**
 * Stops a context, started or not. Called from inside one of its own jobs or listeners it lets that job end and does not
 * wait for itself: the context is stopped soon after. Stopping twice is fine, and a second call may still stop the
 * SparkContext. Spark: `stop`.
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
 * Waits until the context is stopped, or fails with the reason why it could not go on. Under `OutputPolicy.continueOn`
 * it fails as well while the context goes on, as Spark's does. Asking again gives the same answer. Spark:
 * `awaitTermination`.
 */
export const awaitTermination = <E>(
  active: StreamingContext<"Active" | "Stopped", E>,
): Effect.Effect<void, BatchFailed<E> | ReceiverFailed> => {
  const { runtime } = internalsOf(active)
  if (runtime === undefined) return Effect.void
  const ended = runtime.until(() => runtime.failure !== undefined)
  const waited = Effect.raceFirst(ended, Deferred.await(runtime.stopped))
  return Effect.andThen(waited, Effect.asVoid(outcome(runtime))) as Effect.Effect<void, BatchFailed<E> | ReceiverFailed>
}

/** As {@link awaitTermination}, for a while: true when the context has stopped, false when the time was up first. */
export const awaitTerminationOrTimeout = <E>(
  active: StreamingContext<"Active" | "Stopped", E>,
  timeout: Duration.Input,
): Effect.Effect<boolean, BatchFailed<E> | ReceiverFailed> =>
  Effect.map(Effect.timeoutOption(awaitTermination(active), timeout), Option.isSome)

/** The state of a context, whatever its handle says. Spark: `getState`. */
export const getState = (ssc: StreamingContext<State, unknown>): Effect.Effect<State> =>
  Effect.sync(() => internalsOf(ssc).state)

/** The context that has been started and not stopped, if there is one. Spark: `StreamingContext.getActive`. */
export const getActive: Effect.Effect<Option.Option<StreamingContext<"Active", unknown>>> = Effect.map(
  Registry,
  (registry) => Option.fromUndefinedOr(registry.active),
)

/** The active context, or the one that `creating` gives. Spark: `StreamingContext.getActiveOrCreate`. */
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

/** Keeps the RDDs of every batch for at least this long, for `slice`. Set once, before start. Spark: `remember`. */
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

/**
 * Adds a listener, before or after start. It sees the events from then on, one at a time; it never slows the batches
 * down. Spark: `addStreamingListener`.
 */
export const addStreamingListener = (
  ssc: StreamingContext<State, unknown>,
  listener: Bus.StreamingListener,
): Effect.Effect<void> => internalsOf(ssc).bus.add(listener)

/** Removes a listener. Spark: `removeStreamingListener`. */
export const removeStreamingListener = (
  ssc: StreamingContext<State, unknown>,
  listener: Bus.StreamingListener,
): Effect.Effect<void> => internalsOf(ssc).bus.remove(listener)

/** How many events have been dropped because a listener was too slow. */
export const droppedEvents = (ssc: StreamingContext<State, unknown>): Effect.Effect<number> =>
  Effect.sync(() => internalsOf(ssc).bus.dropped())

/** The events of a context as a stream, from now on until it stops. */
export const events = (ssc: StreamingContext<State, unknown>): Stream.Stream<StreamingEvent> =>
  Stream.unwrap(Effect.gen(function* () {
    const queue = yield* Queue.make<StreamingEvent, Cause.Done>({ capacity: 16_384, strategy: "dropping" })
    const listener: Bus.StreamingListener = (event) =>
      Effect.andThen(
        Queue.offer(queue, event),
        event._tag === "StreamingStopped" ? Queue.end(queue) : Effect.void,
      )
    yield* Effect.acquireRelease(addStreamingListener(ssc, listener), () => removeStreamingListener(ssc, listener))
    return Stream.fromQueue(queue)
  }))

/** The running part of a context, for the test kit and for `slice`. */
export const runtimeOf = (
  operation: string,
  active: StreamingContext<State, unknown>,
): Effect.Effect<Runtime, NotStarted> =>
  Effect.suspend(() => {
    const { runtime } = internalsOf(active)
    return runtime === undefined ? Effect.fail(new NotStarted({ operation })) : Effect.succeed(runtime)
  })
