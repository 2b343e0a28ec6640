/**
 * Laws about streams: two pipelines over the same inputs.
 *
 * @module
 */
import * as fc from "fast-check"
import type { DStream } from "../dstream/dstream.ts"
import type { Batches } from "./arbitraries.ts"
import { normal, type Reading } from "./compare.ts"
import type { Options } from "./harness.ts"
import { input } from "./input.ts"
import { type Law, law } from "./law.ts"
import { run } from "./runs.ts"

/** What streams are given: the batches of each input, and how many partitions each batch has. */
export interface Inputs<out B extends ReadonlyArray<unknown>> {
  /** The batches of each input. */
  readonly inputs: { readonly [I in keyof B]: ReadonlyArray<B[I]> }
  /** Partitions of each batch. */
  readonly partitions: number
}

/** The records in a type of batch, such as `number` in `ReadonlyArray<number> | null`. */
export type RecordIn<B> = NonNullable<B> extends ReadonlyArray<infer A> ? A : never

/** Arbitrary batches for each of several inputs. */
export type Arbitraries<B extends ReadonlyArray<unknown>> = {
  readonly [I in keyof B]: fc.Arbitrary<ReadonlyArray<B[I]>>
}

/** The streams of several inputs. */
export type Streams<B extends ReadonlyArray<unknown>> = { readonly [I in keyof B]: DStream<RecordIn<B[I]>> }

/** The cases of laws about streams: batches for each input, and a number of partitions. */
export const inputsOf = <const B extends ReadonlyArray<unknown>>(inputs: Arbitraries<B>): fc.Arbitrary<Inputs<B>> =>
  // Partitions first: with few of them, fewer records are needed to break a law.
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.tuple(...inputs as ReadonlyArray<fc.Arbitrary<unknown>>))
    .map(([partitions, given]) => ({ inputs: given as unknown as Inputs<B>["inputs"], partitions }))

/** The streams that the inputs of a case are. */
export const streamsOf = <B extends ReadonlyArray<unknown>>({ inputs, partitions }: Inputs<B>): Streams<B> =>
  inputs.map((given) => input(given as Batches<unknown>, { partitions })) as unknown as Streams<B>

/** A stream that may fail as the input of an operator: should it fail, the law sees it. */
export const certain = <A>(stream: DStream<A, unknown>): DStream<A> => stream as DStream<A>

/** Batches to run: all of the longest input's. */
export const lengthOf = ({ inputs }: Inputs<ReadonlyArray<unknown>>): number =>
  Math.max(0, ...inputs.map(({ length }) => length))

/**
 * A law about streams: two pipelines over the same inputs give the same batches.
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
  return law(name, inputsOf<B>(inputs), {
    left: side(pipelines.left),
    right: side(pipelines.right),
    reading: normal(pipelines),
  })
}
