/**
 * The services that streaming programs need to run in virtual time, on any of the engines.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import type * as Layer from "effect/Layer"
import type { OutputPolicy } from "../dstream/outputs/policy.ts"
import * as LocalEngine from "../engine/local/engine.ts"
import * as StandIn from "../engine/spark/stand_in.ts"
import { runtimeProcesses } from "../engine/processes.ts"
import * as Threads from "../engine/threads/threads.ts"
import type { Engine } from "../rdd/engine.ts"
import type { Scheduler } from "../streaming/scheduler.ts"
import type { SparkContext } from "../engine/spark_context.ts"
import { layerOn } from "./engine_layer.ts"

/**
 * The engines that a test can run on. All give the same results. `local` generates code for stages, `closures` does
 * not. `loopback` encodes and decodes every task with its result, as if it ran in a worker, so records must be plain
 * data, and errors come back without their class. If the graph is made with `Graph.module`, tasks call the functions of
 * a copy of the graph, and what the copy does not have runs in place. `threads` runs all tasks of such a graph that can run
 * elsewhere on the calling thread and real workers; other graphs run as on `local`. `cluster` plans stages as on a Spark
 * cluster and runs them on a stand-in for one.
 */
export type EngineName = "local" | "closures" | "loopback" | "threads" | "cluster"

/** Options of a test run. */
export interface Options {
  /** The batch interval. Default 1 second. */
  readonly batchDuration?: Duration.Input | undefined
  /** The `N` of the master `local[N]`. Default 2. */
  readonly parallelism?: number | undefined
  /**
   * The number of partitions where an operation does not set one, as in `SparkContext.layer`. Default: the parallelism.
   */
  readonly defaultParallelism?: number | undefined
  /** The engine to run on. Default `local`. */
  readonly engine?: EngineName | undefined
  /** Whether records become read-only, to find functions that change them: see `SparkContext.layer`. Default false. */
  readonly freezeRecords?: boolean | undefined
  /** The time at which the clock starts, in milliseconds since the epoch. Default 0. */
  readonly clockStart?: number | undefined
  /** The number of batches to run. Default: as many as the longest input has. */
  readonly batches?: number | undefined
  /** Whether to print log messages. Default false. */
  readonly logs?: boolean | undefined
  /** The failure policy of outputs that have none of their own. Default: the context fails. */
  readonly onFailure?: OutputPolicy<unknown, never> | undefined
}

const engines: Record<EngineName, (parallelism: number) => Omit<LocalEngine.Options, "parallelism">> = {
  local: () => ({}),
  closures: () => ({ generateCode: false }),
  loopback: () => ({ loopback: true }),
  threads: (parallelism) => ({ elsewhere: Threads.make({ workers: parallelism - 1, least: 0, waits: true }) }),
  cluster: () => ({}),
}

const make = (name: EngineName, options: LocalEngine.Options) => {
  const own = { ...options, ...engines[name](options.parallelism) }
  return name === "cluster" ? StandIn.makeEngine(own) : LocalEngine.make(own)
}

/** The services that {@link layer} provides. */
export type Services = Scheduler | SparkContext | Engine

/**
 * Provides a scheduler, a SparkContext, and a clock that moves only when `advance` or `TestClock` moves it. Tests can
 * run at the same time, because each has its own active context.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const slices = RDD.collect(RDD.glom(RDD.range(0, 3)))
 * const layer = Testing.layer({ parallelism: 3 })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(slices, layer)), [[0], [1], [2]])
 * ```
 */
export const layer = (options: Options = {}): Layer.Layer<Services> => {
  const { defaultParallelism, parallelism = 2 } = options
  const batchDuration = Duration.toMillis(options.batchDuration ?? "1 second")
  const engine = make(options.engine ?? "local", {
    parallelism,
    defaultParallelism,
    freezeRecords: options.freezeRecords,
    processes: runtimeProcesses,
  })
  const { clockStart, logs } = options
  return layerOn(engine, { master: `local[${parallelism}]`, batchDuration, clockStart, logs })
}
