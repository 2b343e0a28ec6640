/**
 * The harness: streaming programs in virtual time, on any of the engines.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import type { OutputPolicy } from "../dstream/policy.ts"
import * as LocalEngine from "../engine/local/engine.ts"
import { runtimeProcesses } from "../engine/processes.ts"
import * as StateStore from "../engine/state_store.ts"
import type { Engine } from "../rdd/engine.ts"
import { runtimeOf, type State, type StreamingContext } from "../streaming/context.ts"
import { Registry } from "../streaming/registry.ts"
import type { BatchEnd, Runtime } from "../streaming/runtime.ts"
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
  /** `local` generates code, `closures` does not, `loopback` sends every stage through graph look-up and codec. */
  readonly engine?: EngineName | undefined
  /** The time at which the clock starts, epoch milliseconds: 0. */
  readonly clockStart?: number | undefined
  /** How many batches to run: as many as the longest input has. */
  readonly batches?: number | undefined
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
  const parallelism = options.parallelism ?? 2
  const batchDuration = Duration.toMillis(options.batchDuration ?? "1 second")
  const engine = LocalEngine.make({ parallelism, processes: runtimeProcesses, ...engines[options.engine ?? "local"] })
  return Layer.mergeAll(
    Layer.succeed(Scheduler, { batchDuration }),
    layerEngine({ master: `local[${parallelism}]`, appName: "test" }, engine).pipe(
      Layer.provide(Layer.fresh(StateStore.layerMemory)),
    ),
    Layer.succeed(Registry, { active: undefined }),
    Logger.layer([]),
  ).pipe(Layer.provideMerge(VirtualTime.layer(options.clockStart ?? 0))) as Layer.Layer<Services>
}

/**
 * Moves the clock on by whole batch intervals, one by one, each time until the batch that was due has ended: where something in
 * it sleeps, the clock goes on as far as that takes, and ticks wait behind a batch that takes longer than an interval. Gives how
 * each of them ended; fewer than asked for if the context stops on the way. Dies with a message where a batch never ends.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const sums: Array<number> = []
 * const output = Testing.input([[1, 2], [3]]).pipe(
 *   DStream.reduce((a, b) => a + b),
 *   DStream.foreachPartition((found) => Effect.sync(() => void sums.push(...found))),
 * )
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [output])
 *   assert.deepEqual(yield* Testing.advance(active), ["completed"])
 *   assert.deepEqual(sums, [3])
 *   assert.deepEqual(yield* Testing.advance(active), ["completed"])
 *   assert.deepEqual(sums, [3, 3])
 * })
 * await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * ```
 */
export const advance: (
  active: StreamingContext<State, unknown>,
  batches?: number,
) => Effect.Effect<ReadonlyArray<BatchEnd>> = Effect.fnUntraced(function* (
  active: StreamingContext<State, unknown>,
  batches = 1,
) {
  const runtime = yield* Effect.orDie(runtimeOf("advance", active))
  const { batchDuration } = runtime.options
  const ends: Array<BatchEnd> = []
  for (let i = 0; i < batches; i++) {
    const now = yield* Clock.currentTimeMillis
    const known = progress.get(runtime)
    const { due, target } = known?.seen === runtime.due ? known : { due: runtime.due, target: now }
    const next = target + batchDuration
    if (next > now) yield* TestClock.adjust(next - now)
    yield* VirtualTime.untilEnded(runtime, due)
    progress.set(runtime, { due: due + batchDuration, target: next, seen: runtime.due })
    const end = runtime.ended.get(due)
    if (end === undefined) break
    ends.push(end)
  }
  return ends
})

/**
 * How far each context has been advanced: the batch that is to be waited for next, and when that would be if none had been
 * slow; as long as nobody else has moved the clock beyond another tick.
 */
const progress = new WeakMap<Runtime, { readonly due: number; readonly target: number; readonly seen: number }>()
