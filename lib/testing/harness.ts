/**
 * The harness: streaming programs in virtual time, on any of the engines.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import type { DStream } from "../dstream/dstream.ts"
import { inputs, type Listed, make as makeGraph } from "../dstream/graph.ts"
import { type ErrorOf, foreachRDD, type ServicesOf } from "../dstream/output.ts"
import type { OutputPolicy } from "../dstream/policy.ts"
import * as LocalEngine from "../engine/local/engine.ts"
import { runtimeProcesses } from "../engine/processes.ts"
import * as StateStore from "../engine/state_store.ts"
import type { Block } from "../rdd/block.ts"
import { Engine } from "../rdd/engine.ts"
import type { ReceiverFailed } from "../receiver/errors.ts"
import type { BatchFailed, StartError } from "../streaming/errors.ts"
import type { StreamingEvent } from "../streaming/events.ts"
import { Registry } from "../streaming/registry.ts"
import type { BatchEnd, Runtime } from "../streaming/runtime.ts"
import { Scheduler } from "../streaming/scheduler.ts"
import { layerEngine, type SparkContext } from "../streaming/spark_context.ts"
import * as StreamingContext from "../streaming/streaming_context.ts"
import { lengthOf } from "./input.ts"
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
  active: StreamingContext.StreamingContext<StreamingContext.State, unknown>,
  batches?: number,
) => Effect.Effect<ReadonlyArray<BatchEnd>> = Effect.fnUntraced(function* (
  active: StreamingContext.StreamingContext<StreamingContext.State, unknown>,
  batches = 1,
) {
  const runtime = yield* Effect.orDie(StreamingContext.runtimeOf("advance", active))
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

/** What a run of outputs has shown. */
export interface Ran<E> {
  /** Everything printed on the console. */
  readonly stdout: string
  /** All events, in order. */
  readonly events: ReadonlyArray<StreamingEvent>
  /** How each batch ended. */
  readonly batches: ReadonlyArray<BatchEnd>
  /** Success, or why the context failed. */
  readonly exit: Exit.Exit<void, BatchFailed<E> | ReceiverFailed>
}

/** Effects whose console is a text. */
const capturing = (write: (text: string) => void): Console.Console => ({
  ...globalThis.console,
  log: (...parts) => write(`${parts.map(String).join(" ")}\n`),
})

/**
 * Runs outputs in virtual time for as many batches as their inputs have, and tells what happened.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const outputs = [DStream.print(Testing.input([["a"], ["b"]]))] as const
 * const { batches, stdout } = await Effect.runPromise(Testing.runOutputs(outputs))
 * assert.deepEqual(batches, ["completed", "completed"])
 * assert.match(stdout, /Time: 1000 ms\n-+\na\n\n-+\nTime: 2000 ms\n-+\nb\n\n$/)
 * ```
 */
export const runOutputs = <const O extends Listed>(
  outputs: O,
  options: Options = {},
): Effect.Effect<
  Ran<ErrorOf<O[number]>>,
  StartError | ErrorOf<O[number]>,
  Exclude<ServicesOf<O[number]>, Scope.Scope | Services>
> => {
  let stdout = ""
  const seen: Array<StreamingEvent> = []
  const longest = inputs(makeGraph(outputs)).reduce(
    (most, { traits }) => Math.max(most, traits.source === undefined ? 0 : lengthOf(traits.source)),
    0,
  )
  const program = Effect.gen(function* () {
    const ssc = yield* StreamingContext.makeWith({ onFailure: options.onFailure })
    yield* StreamingContext.addStreamingListener(ssc, (event) => Effect.sync(() => void seen.push(event)))
    const active = yield* StreamingContext.start(ssc, outputs)
    const batches = yield* advance(active, options.batches ?? longest)
    yield* StreamingContext.stop(active)
    return { batches, exit: yield* Effect.exit(StreamingContext.awaitTermination(active)) }
  })
  return Effect.map(
    Effect.scoped(program).pipe(
      Effect.provideService(Console.Console, capturing((text) => stdout += text)),
      Effect.provide(layer(options)),
    ),
    ({ batches, exit }) => ({ stdout, events: seen, batches, exit }),
  ) as never
}

/** The partitions of a stream's RDD in one batch; undefined where it had none. */
export type Partitions<A> = ReadonlyArray<ReadonlyArray<A>> | undefined

/**
 * As {@link run}, with the records of each partition apart.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const numbers = Testing.input([[1, 2, 3], null], { partitions: 2 }).pipe(DStream.map((n) => n * 10))
 * assert.deepEqual(await Effect.runPromise(Testing.runPartitions(numbers)), [[[10], [20, 30]], undefined])
 * ```
 */
export const runPartitions = <A, E, R>(
  stream: DStream<A, E, R>,
  options: Options = {},
): Effect.Effect<
  ReadonlyArray<Partitions<A>>,
  StartError | E | BatchFailed<E> | ReceiverFailed,
  Exclude<R, Scope.Scope | Services>
> => {
  const found = new Map<number, Partitions<A>>()
  const output = foreachRDD(stream, (rdd, { time }) =>
    Effect.flatMap(Engine, (engine) => engine.run(rdd)).pipe(
      Effect.map((blocks: ReadonlyArray<Block<A>>) => void found.set(time, blocks.map(({ records }) => records))),
    ))
  const period = Duration.toMillis(options.batchDuration ?? "1 second")
  const first = (Math.floor((options.clockStart ?? 0) / period) + 1) * period
  return Effect.flatMap(
    runOutputs([output], options),
    ({ batches, exit }) =>
      Exit.isFailure(exit)
        ? Effect.failCause(exit.cause)
        : Effect.succeed(batches.map((_, i) => found.get(first + i * period))),
  ) as never
}

/**
 * Runs a stream in virtual time and gives the records of each batch, partition after partition; undefined for a batch
 * in which it had no RDD. Fails as the streaming context does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const sums = Testing.input([[1, 2, 3], [4]]).pipe(DStream.reduce((a, b) => a + b))
 * assert.deepEqual(await Effect.runPromise(Testing.run(sums)), [[6], [4]])
 * ```
 */
export const run = <A, E, R>(
  stream: DStream<A, E, R>,
  options: Options = {},
): Effect.Effect<
  ReadonlyArray<ReadonlyArray<A> | undefined>,
  StartError | E | BatchFailed<E> | ReceiverFailed,
  Exclude<R, Scope.Scope | Services>
> => Effect.map(runPartitions(stream, options), (batches) => batches.map((parts) => parts?.flat()))
