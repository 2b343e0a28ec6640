/**
 * The start of a context, with all its outputs.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { inFixedContext } from "../../core/async_context.ts"
import { type CallSite, callSite } from "../../core/call_site.ts"
import { SparkContextStopped } from "../../core/errors.ts"
import { addHook } from "../../core/shutdown.ts"
import { isTaskWorker, RunsInWorker } from "../../core/task_worker.ts"
import * as Graph from "../../dstream/graph/graph.ts"
import { fail } from "../../dstream/outputs/policy.ts"
import { beforeClose } from "../../engine/spark_context.ts"
import { nameProblems } from "../../dstream/graph/durable_names.ts"
import { InvalidGraph, validate } from "../../dstream/graph/validate.ts"
import { handle, type Internals, internalsOf, type StreamingContext } from "./context.ts"
import { AnotherContextActive, type StartError } from "../errors.ts"
import { isLogged, logListener } from "../listeners/log_listener.ts"
import { beginStart, endStart, isEnding, requireInitialized, runningOf, startedAt } from "./life.ts"
import { Registry } from "./registry.ts"
import { start as startRunning } from "../running.ts"
import { shutDown } from "./stopping.ts"

const NOT_AWAITED =
  "The streaming context stopped before its first batch, because the program ended without waiting for it. " +
  "To keep it running: yield* StreamingContext.awaitTermination(active)"

/**
 * Warns if a program ends right after `start`. Without the warning, such a program prints nothing, and its author cannot
 * see why.
 */
const warnIfNotAwaited = (internals: Internals, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const results = runningOf(internals)?.runtime.results
    const isEarly = Exit.isSuccess(exit) && !internals.isAwaited && !isEnding(internals) && results?.size === 0
    return isEarly ? Effect.logWarning(NOT_AWAITED) : Effect.void
  })

const atOnce = { graceful: false, inside: false } as const

const startGraph = Effect.fnUntraced(function* (internals: Internals, graph: Graph.AnyGraph, site: CallSite) {
  if (isTaskWorker()) return yield* Effect.die(new RunsInWorker())
  const registry = yield* Registry
  yield* requireInitialized(internals, "start")
  if (registry.active !== undefined) {
    return yield* new AnotherContextActive({ startedAt: startedAt(internalsOf(registry.active)) ?? site })
  }
  const { appName, isStopped } = internals.spark
  if (yield* isStopped) return yield* new SparkContextStopped({ appName })
  const active = handle<"Active", unknown>(internals, "Active")
  const release = () => {
    if (registry.active === active) registry.active = undefined
  }
  const end = shutDown(internals, atOnce, release)
  const graceful = internals.settings.stopGracefullyOnShutdown ?? false
  const atShutdown = shutDown(internals, { graceful, inside: false }, release)
  yield* beginStart(internals, site)
  const problems = [
    ...validate(graph, { batchDuration: internals.batchDuration }),
    ...(internals.checkpoint === undefined ? [] : nameProblems(graph)),
  ]
  if (problems.length > 0) {
    yield* end
    return yield* new InvalidGraph({ problems })
  }
  // An interruption before the finalizer is added runs `end`; after that, the finalizer stops the context. So no interruption
  // leaves an active context behind.
  return yield* Effect.uninterruptibleMask((restore) => {
    registry.active = active
    return Effect.onError(
      Effect.andThen(
        restore(inFixedContext(startRun(internals, graph, end))),
        Effect.as(stopAtShutdown(internals, atShutdown), active),
      ),
      () => end,
    )
  })
})

/** Stops a context when its program ends, whichever of its scopes, layers and fibers ends first. */
const stopAtShutdown = Effect.fnUntraced(function* (internals: Internals, stop: Effect.Effect<void>) {
  const { scope, settings, spark } = internals
  const stopAfter = (exit: Exit.Exit<unknown, unknown>) => Effect.andThen(warnIfNotAwaited(internals, exit), stop)
  yield* Effect.addFinalizer(stopAfter)
  const context = yield* Effect.context<never>()
  const inContext = Effect.provideContext(context)
  const forget = [
    beforeClose(spark, (exit) => inContext(stopAfter(exit))),
    ...(settings.stopGracefullyOnShutdown === true ? [addHook(inContext(stop))] : []),
  ]
  internals.shutdown = { fiberId: yield* Effect.withFiber(({ id }) => Effect.succeed(id)), stop: inContext(stop) }
  yield* Scope.addFinalizer(scope, Effect.sync(() => forget.forEach((each) => each())))
})

/** Starts the run of a context and makes the context active. */
const startRun = Effect.fnUntraced(function* (internals: Internals, graph: Graph.AnyGraph, end: Effect.Effect<void>) {
  const { batchDuration, bus, engine, remember, resolved, scope, settings } = internals
  yield* bus.add(logListener, isLogged)
  if (graph.origin === undefined) bus.publish({ _tag: "GraphNotPortable" })
  const options = {
    ...resolved,
    graph,
    engine,
    batchDuration,
    remember: remember ?? 0,
    checkpoint: internals.checkpoint,
    policy: settings.onFailure ?? fail,
    publish: bus.publish,
    droppedEvents: bus.dropped,
  }
  const running = yield* startRunning(options, scope, Effect.asVoid(Effect.forkDetach(end)))
  yield* endStart(internals, running)
  bus.publish({ _tag: "StreamingStarted", time: yield* running.runtime.run.clock.currentTimeMillis })
})

/**
 * Starts a context with all its outputs: a non-empty list, or a `Graph`.
 *
 * The whole graph is checked before anything runs. Its functions get the services of the fiber that calls `start`. The context
 * stops when the scope closes, for example on Ctrl-C under `runMain`. If your program builds the list at run time, write it as
 * `[first, ...others]`, so that the compiler sees that it is not empty. Spark: `start`.
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
