/**
 * Laws about streams: two pipelines have the same batches for the same inputs.
 *
 * @module
 */
import * as fc from "fast-check"
import type { AnyDStream, DStream } from "../dstream/dstream.ts"
import { type Batches, longEnough } from "./arbitraries.ts"
import { normal, type Reading } from "./compare.ts"
import type { Options } from "./harness.ts"
import { input } from "./input.ts"
import { type Cases, type Law, lawOfBatches } from "./law.ts"
import { neededBy } from "./needed_batches.ts"
import { run } from "./runs.ts"

/** One case of a law about streams: the batches of each input, and the number of partitions. */
export interface Inputs<out B extends ReadonlyArray<unknown>> {
  /** The batches of each input. */
  readonly inputs: { readonly [I in keyof B]: ReadonlyArray<B[I]> }
  /** The number of partitions of each batch. */
  readonly partitions: number
}

/** The type of the records of a batch: `number` for `ReadonlyArray<number> | null`. */
export type RecordIn<B> = NonNullable<B> extends ReadonlyArray<infer A> ? A : never

/** A generator of batches for each of several inputs. */
export type Arbitraries<B extends ReadonlyArray<unknown>> = {
  readonly [I in keyof B]: fc.Arbitrary<ReadonlyArray<B[I]>>
}

/** A stream for each of several inputs. */
export type Streams<B extends ReadonlyArray<unknown>> = { readonly [I in keyof B]: DStream<RecordIn<B[I]>> }

/**
 * Generates the cases of a law about streams: batches for each input, and a number of partitions. There are enough
 * batches for the windows and timeouts of the pipelines.
 */
export const inputsOf = <const B extends ReadonlyArray<unknown>>(
  inputs: Arbitraries<B>,
  pipelines: ReadonlyArray<(...streams: Streams<B>) => AnyDStream>,
): Cases<Inputs<B>> => ({
  longEnough: (needed) =>
    // fast-check shrinks the partitions first: with few of them, fewer records are needed to break a law.
    fc.tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.tuple(...(inputs as ReadonlyArray<fc.Arbitrary<unknown>>).map((each) => longEnough(each, needed))),
    ).map(([partitions, given]) => ({ inputs: given as unknown as Inputs<B>["inputs"], partitions })),
  neededBatches: (batchMs) =>
    neededBy(pipelines as ReadonlyArray<(...streams: ReadonlyArray<never>) => AnyDStream>, inputs.length, batchMs),
  lengthOf: (given) => lengthOf(given as Inputs<B>),
})

/** Makes an input stream of the batches of each input of a case. */
export const streamsOf = <B extends ReadonlyArray<unknown>>({ inputs, partitions }: Inputs<B>): Streams<B> =>
  inputs.map((given) => input(given as Batches<unknown>, { partitions })) as unknown as Streams<B>

/** Hides the error type of a stream, so that it can be the input of another operator. The law still sees a failure. */
export const withoutErrorType = <A>(stream: DStream<A, unknown>): DStream<A> => stream as DStream<A>

/** Returns the number of batches to run: that of the longest input. */
export const lengthOf = ({ inputs }: Inputs<ReadonlyArray<unknown>>): number =>
  Math.max(0, ...inputs.map(({ length }) => length))

/**
 * Makes a law about streams: two pipelines have the same batches for the same inputs.
 *
 * @example
 * ```ts
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const twice = Testing.sameStreams("doubling is adding to itself", [Testing.batches(fc.integer())], {
 *   left: (numbers) => DStream.map(numbers, (n) => n * 2),
 *   right: (numbers) => DStream.map(numbers, (n) => n + n),
 * })
 * await Effect.runPromise(Testing.check(twice, { engines: ["local", "loopback"], runs: 20 }))
 * ```
 */
export const sameStreams = <const B extends ReadonlyArray<unknown>>(
  name: string,
  inputs: Arbitraries<B>,
  pipelines: {
    readonly left: (...streams: Streams<B>) => DStream<unknown, unknown>
    readonly right: (...streams: Streams<B>) => DStream<unknown, unknown>
  } & Reading,
): Law => {
  const side =
    (pipeline: (...streams: Streams<B>) => DStream<unknown, unknown>) => (given: Inputs<B>, options: Options) =>
      run(pipeline(...streamsOf(given)), { ...options, batches: lengthOf(given) })
  return lawOfBatches(name, inputsOf<B>(inputs, [pipelines.left, pipelines.right]), {
    left: side(pipelines.left),
    right: side(pipelines.right),
    reading: normal(pipelines),
  })
}
