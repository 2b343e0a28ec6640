/**
 * The SparkContext: has the application's name, and the engine that a master URL selects.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { toMillis } from "../core/durations.ts"
import { InvalidOption, JobFailed, SparkContextStopped } from "../core/errors.ts"
import type { Master } from "../core/literals.ts"
import { unsupportedNode } from "../core/runtime_version.ts"
import * as LocalEngine from "./local/engine.ts"
import { type ConnectError, SparkEngineNotLoaded } from "./spark/errors.ts"
import type { ClusterOptions, OpenCluster } from "./spark/options.ts"
import { runtimeCompression } from "./compression.ts"
import { makeFiles } from "./files.ts"
import { makeProcesses } from "./processes.ts"
import * as SpillDirectory from "./spill_directory.ts"
import * as BlockStore from "./storage/block_store.ts"
import * as StateStore from "./state_store.ts"
import * as Threads from "./threads/threads.ts"
import { CurrentJob, Engine } from "../rdd/engine.ts"
import { Compression, unavailable as noCompression } from "../rdd/files/compression.ts"
import { Files, unavailable } from "../rdd/files/files.ts"
import type { AnyRDD } from "../rdd/rdd.ts"

/** A running SparkContext. Several streaming contexts may use it, one after another. */
export interface SparkContext {
  /** The application's name. */
  readonly appName: string
  /** The master URL that it was made with. */
  readonly master: string
  /** The number of partitions of RDDs that are made without a number: the option `defaultParallelism`, or `N` of `local[N]`. */
  readonly defaultParallelism: number
  /** Tells whether it has been stopped. */
  readonly isStopped: Effect.Effect<boolean>
  /** Stops it. Every later action fails with `JobFailed`, whose reason is `SparkContextStopped`. */
  readonly stop: Effect.Effect<void>
}

/**
 * The SparkContext service. Yield it to read the application's name, master and parallelism, or to stop it.
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

/** The options of a SparkContext. */
export interface SparkOptions<M extends string = string> {
  /**
   * `local` (one partition, one thread), `local[N]` (N partitions, up to N threads), `local[*]` (one partition for each core of
   * the machine), or `sc://host:port`: the Connect server of an Apache Spark 4.2 cluster, as in Spark's connection strings. On
   * a cluster, all graphs must be declared with `Graph.module`. On threads, only those graphs use more than one, and only for
   * stages that take longer than about 2 ms.
   */
  readonly master: Master<M>
  /** The application's name, for messages and user interfaces. */
  readonly appName: string
  /**
   * The number of partitions of RDDs that are made without a number, and of the results of RDD operations by key. Without this
   * option, RDDs that are made have `N` partitions (`local[N]`), and RDD operations by key keep the number of their parents. Spark:
   * `spark.default.parallelism`.
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
  /**
   * The time limit of one task in a worker, for example `"1 minute"`. A task that takes longer fails with `TaskTimedOut`, and a
   * worker whose function never returns is replaced. On a cluster, Spark tries a task whose function never returns up to four
   * times. Tasks on the thread of the program have no limit: a function that never returns holds up everything there. Default:
   * no limit.
   */
  readonly taskTimeout?: Duration.Input | undefined
  /**
   * How many bytes the blocks of persisted RDDs, of windows and of receivers may take in memory. Further blocks are written to
   * files or dropped, according to their storage level, and receivers wait for room. Weights are estimates, within a factor
   * of two. Default: a quarter of the limit of the heap, or 512 MiB if the runtime does not tell. Spark:
   * `spark.memory.storageFraction`.
   */
  readonly storageMemory?: number | undefined
  /**
   * The directory for blocks that have no room in memory: a path of the `Files` service. A directory of the SparkContext's own is
   * made in it when it is first needed, and removed when the layer closes. On Deno it needs `--allow-read` and
   * `--allow-write`; without them, a warning is logged and blocks stay in memory. Default: `/tmp`, or the current directory
   * on Windows. Spark: `spark.local.dir`.
   */
  readonly spillDirectory?: string | undefined
  /**
   * How the program uses the cluster of an `sc://` master: where Deno is on its executors, which permissions tasks have, which
   * certificates to trust, and how many copies of states there are. It has no effect on `local`.
   */
  readonly cluster?: ClusterOptions | undefined
}

/** The errors of the layer of a SparkContext: on a cluster also those of connecting to it. */
export type LayerError<M extends string> = M extends `local${string}` ? InvalidOption : InvalidOption | ConnectError

/** The default number of partitions on a cluster. */
const CLUSTER_PARALLELISM = 2

/** The module of clusters. Its name is not in an import statement, so programs that need no cluster do not load its packages. */
const CLUSTER = new URL("./spark/open.ts", import.meta.url).href

const openCluster: OpenCluster = (...args) =>
  Effect.flatMap(
    Effect.tryPromise({
      try: (): Promise<{ readonly open: OpenCluster }> => import(CLUSTER),
      catch: (cause) => new SparkEngineNotLoaded({ cause }),
    }),
    (module) => module.open(...args),
  )

/** Returns the default parallelism of a local master URL; undefined if the URL is not supported. */
const parallelismOf = (master: string): number | undefined => {
  if (master === "local") return 1
  if (master === "local[*]") return Math.max(1, globalThis.navigator?.hardwareConcurrency ?? 1)
  const found = /^local\[([1-9]\d*)\]$/.exec(master)
  return found === null ? undefined : Number(found[1])
}

/** Wraps an engine so that its actions fail with `SparkContextStopped` once the SparkContext has stopped. */
const stoppable = (engine: Engine, appName: string, isStopped: () => boolean): Engine => {
  const guard = <A, E, R>({ operation, site }: AnyRDD, self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() =>
      isStopped()
        ? Effect.flatMap(CurrentJob, ({ batchTime }) =>
          Effect.fail(
            new JobFailed({
              reason: new SparkContextStopped({ appName }),
              operator: operation,
              callSite: site,
              partition: undefined,
              batchTime,
            }) as E,
          ))
        : self
    )
  return {
    ...engine,
    run: (rdd, partitions, each) => guard(rdd, engine.run(rdd, partitions, each)),
    compute: (rdd) => guard(rdd, engine.compute(rdd)),
    layout: (rdd) => guard(rdd, engine.layout(rdd)),
  }
}

/** The files of the program: the service that it provides, or those of the runtime. */
const currentFiles: Effect.Effect<Files> = Effect.flatMap(
  Files,
  (files) => files === unavailable ? makeFiles : Effect.succeed(files),
)

/** Makes the block store of a SparkContext. */
const makeStorage = Effect.fnUntraced(function* (limit: number, parent: string | undefined) {
  const ofRuntime = (yield* Files) === unavailable
  const files = yield* currentFiles
  return yield* BlockStore.make({ limit, files, directory: yield* SpillDirectory.make(files, parent, ofRuntime) })
})

/** What is done before the layer of a SparkContext closes. `exit` is how the program in that layer has ended. */
export type BeforeClose = (exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void>

const usersOf = new WeakMap<SparkContext, Set<BeforeClose>>()

/**
 * Has something done before the layer of a SparkContext closes, while actions still work: the layer may close before the
 * scope of a streaming context does. Returns a function that undoes this.
 */
export const beforeClose = (spark: SparkContext, user: BeforeClose): () => void => {
  const users = usersOf.get(spark)
  users?.add(user)
  return () => void users?.delete(user)
}

/** Provides a SparkContext on the engine that `make` gives, for other engines and for the test kit. */
export const layerEngine = <E, R>(
  options: { readonly master: string; readonly appName: string },
  make: Effect.Effect<Engine, E, R>,
): Layer.Layer<SparkContext | Engine, E, Exclude<R, Scope.Scope>> =>
  Layer.effectContext(Effect.gen(function* () {
    const engine = yield* make
    const files = yield* currentFiles
    const compression = yield* Compression
    let stopped = false
    const stop = Effect.sync(() => {
      stopped = true
    })
    const spark: SparkContext = {
      ...options,
      defaultParallelism: engine.defaultParallelism,
      isStopped: Effect.sync(() => stopped),
      stop,
    }
    const users = new Set<BeforeClose>()
    usersOf.set(spark, users)
    yield* Effect.addFinalizer((exit) =>
      Effect.andThen(Effect.forEach(Array.from(users), (user) => user(exit), { discard: true }), stop)
    )
    return Context.make(SparkContext, spark).pipe(
      Context.add(Engine, stoppable(engine, options.appName, () => stopped)),
      Context.add(Files, files),
      Context.add(Compression, compression === noCompression ? runtimeCompression : compression),
    )
  })) as Layer.Layer<SparkContext | Engine, E, Exclude<R, Scope.Scope>>

/**
 * Provides a SparkContext on the engine that the master URL selects. Fails with `InvalidOption` if an option is not supported,
 * and with an error of type `ConnectError` if there is no connection to the cluster of an `sc://` master. On a version of Node below 22.13 it dies with a message. Spark: `new SparkConf().setMaster(…).setAppName(…)`.
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
 *
 * @example A cluster that is not there
 * ```ts
 * import assert from "node:assert/strict"
 * import { SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "sc://localhost:1", appName: "Away", cluster: { shipDeno: true } })
 * const program = Effect.succeed("connected").pipe(
 *   Effect.provide(sc),
 *   Effect.catchTag("SparkUnavailable", ({ where }) => Effect.succeed(`${where} is away`)),
 * )
 * assert.equal(await Effect.runPromise(program), "localhost:1 is away")
 * ```
 */
export const layer = <const M extends string>(
  options: SparkOptions<M>,
): Layer.Layer<SparkContext | Engine, LayerError<M>> =>
  layerOf({ ...options, master: options.master }) as Layer.Layer<SparkContext | Engine, LayerError<M>>

const layerOf = (options: SparkOptions): Layer.Layer<SparkContext | Engine, InvalidOption | ConnectError> => {
  const isCluster = options.master.startsWith("sc://")
  const parallelism = isCluster ? options.defaultParallelism ?? CLUSTER_PARALLELISM : parallelismOf(options.master)
  const { appName, defaultParallelism, freezeRecords, spillDirectory } = options
  const { storageMemory = BlockStore.defaultLimit() } = options
  const master: string = options.master
  const refused = (option: string, value: unknown, expected: string) =>
    Layer.effectContext(Effect.fail(new InvalidOption({ where: "SparkContext.layer", option, value, expected })))
  const unsupported = unsupportedNode()
  if (unsupported !== undefined) return Layer.effectContext(Effect.die(unsupported))
  if (parallelism === undefined) {
    return refused("master", master, "local, local[N] with N of 1 or more, local[*], or sc://host:port")
  }
  if (defaultParallelism !== undefined && !(Number.isSafeInteger(defaultParallelism) && defaultParallelism > 0)) {
    return refused("defaultParallelism", defaultParallelism, "a positive whole number")
  }
  const taskTimeout = options.taskTimeout === undefined ? undefined : toMillis(options.taskTimeout)
  if (taskTimeout === undefined && options.taskTimeout !== undefined) {
    return refused("taskTimeout", options.taskTimeout, "a positive duration of whole milliseconds")
  }
  if (!(Number.isSafeInteger(storageMemory) && storageMemory >= 0)) {
    return refused("storageMemory", storageMemory, "a whole number of bytes, 0 or more")
  }
  if (spillDirectory === "") return refused("spillDirectory", '""', "the path of a directory")
  return layerEngine(
    { master, appName },
    Effect.gen(function* () {
      const processes = yield* makeProcesses
      const storage = yield* makeStorage(storageMemory, spillDirectory)
      const common = { parallelism, defaultParallelism, freezeRecords, processes, storage }
      if (isCluster) return yield* openCluster(master, { ...common, taskTimeout }, options.cluster)
      return yield* LocalEngine.make({
        ...common,
        elsewhere: parallelism === 1 ? undefined : Threads.make({ workers: parallelism - 1, taskTimeout }),
      })
    }),
  ).pipe(Layer.provide(Layer.fresh(StateStore.layerMemory)))
}
