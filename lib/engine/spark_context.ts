/**
 * The SparkContext: the engine that runs jobs, chosen by a master URL, under an application's name.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { callSite } from "../core/call_site.ts"
import { InvalidOption, JobFailed, SparkContextStopped } from "../core/errors.ts"
import type { Master } from "../core/literals.ts"
import { unsupportedNode } from "../core/runtime_version.ts"
import * as LocalEngine from "./local/engine.ts"
import { makeFiles } from "./files.ts"
import { makeProcesses } from "./processes.ts"
import * as StateStore from "./state_store.ts"
import { CurrentJob, Engine } from "../rdd/engine.ts"
import { Files, unavailable } from "../rdd/files/files.ts"

/** A running SparkContext. One may serve several streaming contexts, one after the other. */
export interface SparkContext {
  /** The application's name. */
  readonly appName: string
  /** The master URL it was made with. */
  readonly master: string
  /** The number of partitions where nothing else says how many: `N` of `local[N]`, or what it was told. */
  readonly defaultParallelism: number
  /** Whether it has been stopped. */
  readonly isStopped: Effect.Effect<boolean>
  /** Stops it: every action from now on fails with `SparkContextStopped`. */
  readonly stop: Effect.Effect<void>
}

/**
 * The SparkContext service: yield it to ask for what the program runs on, or to stop it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const sc = yield* SparkContext.SparkContext
 *   yield* sc.stop
 *   return [sc.appName, sc.defaultParallelism, yield* Effect.flip(RDD.count(RDD.range(0, 3)))] as const
 * })
 * const layer = SparkContext.layer({ master: "local[2]", appName: "Count" })
 * const [appName, parallelism, error] = await Effect.runPromise(Effect.provide(program, layer))
 * assert.deepEqual([appName, parallelism, error.reason._tag], ["Count", 2, "SparkContextStopped"])
 * ```
 */
export const SparkContext: Context.Service<SparkContext, SparkContext> = Context.Service<SparkContext>(
  "@dstream/dstream/SparkContext",
)

/** Which engine a SparkContext runs on, and under what name. */
export interface SparkOptions<M extends string = string> {
  /** `local` (one partition), `local[N]` or `local[*]` (as many as the machine has cores). */
  readonly master: Master<M>
  /** The application's name, for messages and user interfaces. */
  readonly appName: string
  /**
   * Partitions where nothing else says how many: of what is made, and of RDD operations by key, which have as many as their
   * parents otherwise. Default: `N` of `local[N]`, for what is made. Spark: `spark.default.parallelism`.
   */
  readonly defaultParallelism?: number | undefined
  /**
   * A check for development: makes records read-only, so that a function that changes one fails with a `TypeError`, at
   * the line that changes it. Without it, such a change shows in other streams of the same records, in windows and in
   * retries, depending on what is computed first. It covers records that come from inputs and from RDDs in memory, and
   * those that are computed once for several streams; in them, arrays and plain objects. Objects that your own code still
   * holds become read-only as well. It costs time, and is false by default.
   */
  readonly freezeRecords?: boolean | undefined
}

/** The default parallelism that a master URL asks for. */
export const parallelismOf = (master: string): number | undefined => {
  if (master === "local") return 1
  if (master === "local[*]") return Math.max(1, globalThis.navigator?.hardwareConcurrency ?? 1)
  const found = /^local\[([1-9]\d*)\]$/.exec(master)
  return found === null ? undefined : Number(found[1])
}

const stoppable = (engine: Engine, appName: string, isStopped: () => boolean): Engine => {
  const guard = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() =>
      isStopped()
        ? Effect.flatMap(CurrentJob, ({ batchTime }) =>
          Effect.fail(
            new JobFailed({
              reason: new SparkContextStopped({ appName }),
              operator: "action",
              callSite: callSite(),
              partition: undefined,
              batchTime,
            }) as E,
          ))
        : self
    )
  return {
    ...engine,
    run: (rdd, partitions, each) => guard(engine.run(rdd, partitions, each)),
    compute: (rdd) => guard(engine.compute(rdd)),
    layout: (rdd) => guard(engine.layout(rdd)),
  }
}

/** The layer over an engine that is made by hand: for other engines, and for the test kit. */
export const layerEngine = <E, R>(
  options: { readonly master: string; readonly appName: string },
  make: Effect.Effect<Engine, E, R>,
): Layer.Layer<SparkContext | Engine, E, Exclude<R, Scope.Scope>> =>
  Layer.effectContext(Effect.gen(function* () {
    const engine = yield* make
    const files = yield* Files
    let stopped = false
    const stop = Effect.sync(() => {
      stopped = true
    })
    yield* Effect.addFinalizer(() => stop)
    return Context.make(SparkContext, {
      ...options,
      defaultParallelism: engine.defaultParallelism,
      isStopped: Effect.sync(() => stopped),
      stop,
    }).pipe(
      Context.add(Engine, stoppable(engine, options.appName, () => stopped)),
      Context.add(Files, files === unavailable ? yield* makeFiles : files),
    )
  })) as Layer.Layer<SparkContext | Engine, E, Exclude<R, Scope.Scope>>

/**
 * A SparkContext on the engine that the master URL names. On a version of Node below 22.13 it dies with a message. Spark: `new SparkConf().setMaster(…).setAppName(…)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "Sum" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.count(RDD.range(0, 100)), sc)), 100)
 * ```
 */
export const layer = <const M extends string>(
  options: SparkOptions<M>,
): Layer.Layer<SparkContext | Engine, InvalidOption> => {
  const parallelism = parallelismOf(options.master)
  const { appName, defaultParallelism, freezeRecords } = options
  const master: string = options.master
  const refused = (option: string, value: unknown, expected: string) =>
    Layer.effectContext(Effect.fail(new InvalidOption({ where: "SparkContext.layer", option, value, expected })))
  const unsupported = unsupportedNode()
  if (unsupported !== undefined) return Layer.effectContext(Effect.die(unsupported))
  if (parallelism === undefined) {
    return refused("master", master, "local, local[N] with N of 1 or more, or local[*]")
  }
  if (defaultParallelism !== undefined && !(Number.isSafeInteger(defaultParallelism) && defaultParallelism > 0)) {
    return refused("defaultParallelism", defaultParallelism, "a positive whole number")
  }
  return layerEngine(
    { master, appName },
    Effect.flatMap(
      makeProcesses,
      (processes) => LocalEngine.make({ parallelism, defaultParallelism, freezeRecords, processes }),
    ),
  ).pipe(Layer.provide(Layer.fresh(StateStore.layerMemory)))
}
