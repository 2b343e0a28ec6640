/**
 * The harness: what streaming programs run on in virtual time, on any of the engines.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type { OutputPolicy } from "../dstream/outputs/policy.ts"
import * as LocalEngine from "../engine/local/engine.ts"
import { runtimeProcesses } from "../engine/processes.ts"
import * as StateStore from "../engine/state_store.ts"
import type { Engine } from "../rdd/engine.ts"
import { Registry } from "../streaming/context/registry.ts"
import { Scheduler } from "../streaming/scheduler.ts"
import { layerEngine, type SparkContext } from "../streaming/spark_context.ts"
import * as VirtualTime from "./virtual_time.ts"

/** The engines that a test can run on. They give the same results; a test that runs on all of them proves it. */
export type EngineName = "local" | "closures" | "loopback"

/** The surroundings of a test. */
export interface Options {
  /** The batch interval: 1 second. */
  readonly batchDuration?: Duration.Input | undefined
  /** Partitions where nothing else says how many: 2, as in `local[2]`. */
  readonly parallelism?: number | undefined
  /** Partitions where nothing else says how many, as of `SparkContext.layer`: the parallelism. */
  readonly defaultParallelism?: number | undefined
  /** `local` generates code, `closures` does not, `loopback` sends every stage through graph look-up and codec. */
  readonly engine?: EngineName | undefined
  /** The time at which the clock starts, epoch milliseconds: 0. */
  readonly clockStart?: number | undefined
  /** How many batches to run: as many as the longest input has. */
  readonly batches?: number | undefined
  /** Whether what is logged is shown: false. */
  readonly logs?: boolean | undefined
  /** What happens when an output fails: the context fails. */
  readonly onFailure?: OutputPolicy<unknown, never> | undefined
}

const engines: Record<EngineName, Omit<LocalEngine.Options, "parallelism">> = {
  local: {},
  closures: { generateCode: false },
  loopback: { loopback: true },
}

/** What the layer of a test provides. */
export type Services = Scheduler | SparkContext | Engine

/**
 * A scheduler, a SparkContext and a clock that moves only when told to, with a registry of their own so that tests run
 * side by side. `advance` moves the clock.
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
  const engine = LocalEngine.make({
    parallelism,
    defaultParallelism,
    processes: runtimeProcesses,
    ...engines[options.engine ?? "local"],
  })
  return Layer.mergeAll(
    Layer.succeed(Scheduler, { batchDuration }),
    layerEngine({ master: `local[${parallelism}]`, appName: "test" }, engine).pipe(
      Layer.provide(Layer.fresh(StateStore.layerMemory)),
    ),
    Layer.succeed(Registry, { active: undefined }),
    ...(options.logs === true ? [] : [Logger.layer([])]),
  ).pipe(Layer.provideMerge(VirtualTime.layer(options.clockStart ?? 0))) as Layer.Layer<Services>
}
