/**
 * Runs outputs and streams in virtual time, for as many batches as their inputs have.
 *
 * @module
 */
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { describeValue } from "../core/describe_value.ts"
import type { Tupled } from "../core/tupled.ts"
import { type AnyDStream, type DStream, isDStream } from "../dstream/dstream.ts"
import type { Listed } from "../dstream/graph/graph.ts"
import { foreachRDD } from "../dstream/outputs/foreach.ts"
import type { ErrorOf, ServicesOf, UntypedOutput } from "../dstream/outputs/output.ts"
import type { Block } from "../rdd/block.ts"
import { Engine } from "../rdd/engine.ts"
import type { CheckpointFailed } from "../streaming/checkpoint/errors.ts"
import type { ReceiverFailed } from "../receiver/errors.ts"
import type { BatchFailed, StartError } from "../streaming/errors.ts"
import type { StreamingEvent } from "../streaming/listeners/events.ts"
import { firstTick } from "../streaming/scheduler.ts"
import type { BatchResult } from "../streaming/batch/batch.ts"
import * as StreamingContext from "../streaming_context.ts"
import { advance } from "./advance.ts"
import { longest } from "./batch_count.ts"
import { layer, type Options, type Services } from "./harness.ts"
import { type Given, input, type InputOptions } from "./input.ts"

/** The result of a run of outputs. */
export interface Ran<E> {
  /** Everything that was printed on the console. */
  readonly stdout: string
  /** All events, in order. */
  readonly events: ReadonlyArray<StreamingEvent>
  /** How each batch ended. */
  readonly batches: ReadonlyArray<BatchResult>
  /** Success, or why the context failed. */
  readonly exit: Exit.Exit<void, BatchFailed<E> | ReceiverFailed | CheckpointFailed>
}

/** A console that passes what is logged to `write`. */
const capturing = (write: (text: string) => void): Console.Console => ({
  ...globalThis.console,
  log: (...parts) => write(`${parts.map(String).join(" ")}\n`),
})

/** Runs outputs in virtual time, with the console of the caller. */
const ran = (outputs: Listed, options: Options): Effect.Effect<Omit<Ran<unknown>, "stdout">, unknown, unknown> =>
  Effect.suspend(() => {
    const events: Array<StreamingEvent> = []
    const count = options.batches ?? longest(outputs)
    const program = Effect.gen(function* () {
      const ssc = yield* StreamingContext.makeWith({ onFailure: options.onFailure })
      yield* StreamingContext.addStreamingListener(ssc, (event) => Effect.sync(() => void events.push(event)))
      const active = yield* StreamingContext.start(ssc, outputs)
      const batches = yield* advance(active, count)
      yield* StreamingContext.stop(active)
      return { batches, events, exit: yield* Effect.exit(StreamingContext.awaitTermination(active)) }
    })
    return Effect.scoped(program).pipe(Effect.provide(layer(options)))
  })

/**
 * Runs outputs in virtual time, for as many batches as their inputs have. Returns what they printed, all events, and
 * how each batch ended.
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
> =>
  Effect.suspend(() => {
    let stdout = ""
    const console = capturing((text) => stdout += text)
    return Effect.map(
      Effect.provideService(ran(outputs, options), Console.Console, console),
      (shown) => ({ ...shown, stdout }),
    )
  }) as never

/** The partitions of a stream's RDD in one batch; undefined if the stream had no RDD. */
export type Partitions<A> = ReadonlyArray<ReadonlyArray<A>> | undefined

/** A run of a stream, which returns its content in each batch. */
type Run<A, E, R> = Effect.Effect<
  ReadonlyArray<A>,
  StartError | E | BatchFailed<E> | ReceiverFailed | CheckpointFailed,
  Exclude<R, Scope.Scope | Services>
>

/** Streams with records of these types. */
export type InputStreams<B extends ReadonlyArray<unknown>> = { readonly [I in keyof B]: DStream<B[I]> }

/** The batches of several inputs, as `Testing.input` takes them. */
export type InputBatches<B extends ReadonlyArray<unknown>> = { readonly [I in keyof B]: ReadonlyArray<Given<B[I]>> }

/** Returns the stream to run and the options, from the arguments of {@link run}. */
const asked = (
  subject: AnyDStream | ((...streams: ReadonlyArray<never>) => AnyDStream),
  more: Options | ReadonlyArray<unknown> = {},
  options: Options & InputOptions = {},
): readonly [AnyDStream, Options] => {
  if (isDStream(subject)) return [subject, more as Options]
  if (typeof subject !== "function") {
    throw new TypeError(
      `Testing.run takes a stream, or a function of streams and batches for each, but was given: ${
        describeValue(subject)
      }`,
    )
  }
  const inputs = more as ReadonlyArray<ReadonlyArray<Given<unknown>>>
  return [subject(...inputs.map((batches) => input(batches, options) as never)), options]
}

/** Runs streams, and other outputs after them. Returns the partitions of each stream by batch. */
const partitionsOfAll = (
  streams: ReadonlyArray<AnyDStream>,
  others: ReadonlyArray<UntypedOutput>,
  options: Options,
): Effect.Effect<ReadonlyArray<ReadonlyArray<Partitions<unknown>>>, unknown, unknown> => {
  const found = streams.map(() => new Map<number, Partitions<unknown>>())
  const collecting = streams.map((stream, i) =>
    foreachRDD(stream, (rdd, { time }) =>
      Effect.flatMap(Engine, (engine) => engine.run(rdd)).pipe(
        Effect.map((blocks: ReadonlyArray<Block<unknown>>) =>
          void found[i]?.set(time, blocks.map(({ records }) => records))
        ),
      ))
  )
  const period = Duration.toMillis(options.batchDuration ?? "1 second")
  const first = firstTick(options.clockStart ?? 0, period)
  return Effect.flatMap(
    ran([...collecting, ...others] as unknown as Listed, options),
    ({ batches, exit }) =>
      Exit.isFailure(exit)
        ? Effect.failCause(exit.cause)
        : Effect.succeed(found.map((batchesOf) => batches.map((_, i) => batchesOf.get(first + i * period)))),
  )
}

const partitionsOf = (stream: AnyDStream, options: Options): Run<Partitions<unknown>, unknown, unknown> =>
  Effect.map(partitionsOfAll([stream], [], options), ([batches]) => batches ?? []) as Run<
    Partitions<unknown>,
    unknown,
    unknown
  >

/**
 * Runs a stream as {@link run} does, and returns the records of each batch by partition.
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
export const runPartitions: {
  <A, E, R>(stream: DStream<A, E, R>, options?: Options): Run<Partitions<A>, E, R>
  <B extends ReadonlyArray<Tupled>, A, E, R>(
    pipeline: (...streams: InputStreams<B>) => DStream<A, E, R>,
    inputs: InputBatches<B>,
    options?: Options & InputOptions,
  ): Run<Partitions<A>, E, R>
} = ((...args: Parameters<typeof asked>) => partitionsOf(...asked(...args))) as never

/**
 * Runs a stream in virtual time and returns the records of each batch; undefined for a batch in which it had no RDD.
 *
 * It takes either a stream whose inputs are made by `Testing.input`, or a pipeline (a function of streams) and the
 * batches for each of its inputs. The records are in the order of the partitions. Fails with the error with which the
 * context fails.
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
 *
 * type Named<A> = DStream.DStream<readonly [string, A]>
 * const pipeline = (ages: Named<number>, towns: Named<string>) => DStream.join(ages, towns)
 * const joined = Testing.run(pipeline, [[[["ann", 31]], []], [[["ann", "Oslo"]], [["bob", "Rome"]]]])
 * assert.deepEqual(await Effect.runPromise(joined), [[["ann", [31, "Oslo"]]], []])
 * ```
 */
export const run: {
  <A, E, R>(stream: DStream<A, E, R>, options?: Options): Run<ReadonlyArray<A> | undefined, E, R>
  <B extends ReadonlyArray<Tupled>, A, E, R>(
    pipeline: (...streams: InputStreams<B>) => DStream<A, E, R>,
    inputs: InputBatches<B>,
    options?: Options & InputOptions,
  ): Run<ReadonlyArray<A> | undefined, E, R>
} =
  ((...args: Parameters<typeof asked>) =>
    Effect.map(partitionsOf(...asked(...args)), (batches) => batches.map((parts) => parts?.flat()))) as never

/** Options of {@link collecting}. */
export interface CollectingOptions<O extends ReadonlyArray<UntypedOutput>> extends Options {
  /** Outputs that run after the streams, in every batch. Default: none. */
  readonly outputs?: O | undefined
}

/** Streams by name. */
export type NamedStreams = Readonly<Record<string, AnyDStream>>

/** The records of several streams by name and batch; undefined for a batch in which the stream had no RDD. */
export type Collected<S extends NamedStreams> = {
  readonly [N in keyof S]: ReadonlyArray<
    S[N] extends DStream<infer A, unknown, unknown> ? ReadonlyArray<A> | undefined : never
  >
}

type ErrorIn<D> = D extends DStream<infer _A, infer E, infer _R> ? E : never
type ServiceIn<D> = D extends DStream<infer _A, infer _E, infer R> ? R : never

/**
 * Runs several streams of one graph together and returns the records of each, by the names they are given here and by
 * batch.
 *
 * The streams share their inputs and what they are computed from, as in a program: each is computed once in a batch. It
 * fails as {@link run} does. To run outputs as well, such as one whose failure policy is tested, pass them as `outputs`;
 * they run after the streams.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const words = Testing.input([["a", "b"], ["a"]])
 * const lastTwo = words.pipe(DStream.countByWindow("2 seconds"))
 * const seen = await Effect.runPromise(Testing.collecting({ count: DStream.count(words), lastTwo }))
 * assert.deepEqual(seen, { count: [[2], [1]], lastTwo: [[2], [3]] })
 * ```
 */
export const collecting = <S extends NamedStreams, const O extends ReadonlyArray<UntypedOutput> = readonly []>(
  streams: S,
  options: CollectingOptions<O> = {},
): Effect.Effect<
  Collected<S>,
  | StartError
  | ErrorIn<S[keyof S]>
  | ErrorOf<O[number]>
  | BatchFailed<ErrorIn<S[keyof S]> | ErrorOf<O[number]>>
  | ReceiverFailed
  | CheckpointFailed,
  Exclude<ServiceIn<S[keyof S]> | ServicesOf<O[number]>, Scope.Scope | Services>
> => {
  const names = Object.keys(streams)
  const { outputs = [], ...rest } = options
  return Effect.map(
    partitionsOfAll(Object.values(streams), outputs, rest),
    (found) => Object.fromEntries(names.map((name, i) => [name, found[i]?.map((parts) => parts?.flat())])),
  ) as never
}
