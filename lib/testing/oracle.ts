/**
 * The batch oracle: a stream gives what its meaning, written with plain arrays, gives for the same batches.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { DStream } from "../dstream/dstream.ts"
import { normal, type Reading } from "./compare.ts"
import type { Options } from "./harness.ts"
import { type Law, law } from "./law.ts"
import {
  type Arbitraries,
  type Inputs,
  inputsOf,
  lengthOf,
  type RecordIn,
  type Streams,
  streamsOf,
} from "./law_streams.ts"
import { run } from "./runs.ts"

/** The batches of each input, as an oracle's meaning takes them. */
export type BatchesOf<B extends ReadonlyArray<unknown>> = { readonly [I in keyof B]: ReadonlyArray<B[I]> }

/** What a stream should give: the records of each batch; `null` or `undefined` for one without an RDD. */
export type Expected<B> = ReadonlyArray<ReadonlyArray<B> | null | undefined>

/** What an oracle is tried with, and how results are compared. */
export interface OracleOptions<B extends ReadonlyArray<unknown>> extends Reading {
  /** Batches for each input of the pipeline. */
  readonly inputs: Arbitraries<B>
  /** What the law is called: `stream = batch`. */
  readonly name?: string | undefined
}

/**
 * A law: the pipeline gives what its meaning says, for all batches of any number of inputs. The meaning is given the
 * batches of each input and says what comes out of each; {@link perBatch} makes one of a function of single batches.
 * Results are compared as bags unless told otherwise. Inputs that are shorter than the longest go on with empty batches,
 * for the meaning as well.
 *
 * @example
 * ```ts
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const sums = Testing.oracle(
 *   (numbers) => DStream.reduce(numbers, (a, b) => a + b),
 *   Testing.perBatch((records) => records.length === 0 ? [] : [records.reduce((a, b) => a + b)]),
 *   { inputs: [Testing.batches(fc.integer())] },
 * )
 * await Effect.runPromise(Testing.check(sums, { runs: 20 }))
 *
 * const zipped = Testing.oracle(
 *   (numbers, words) => DStream.union(numbers, words),
 *   (numbers, words) => numbers.map((records, i) => [...records, ...words[i] ?? []]),
 *   { inputs: [Testing.batches(fc.integer()), Testing.batches(fc.string())], order: "list" },
 * )
 * await Effect.runPromise(Testing.check(zipped, { runs: 20 }))
 * ```
 */
export const oracle = <const B extends ReadonlyArray<unknown>, O>(
  pipeline: (...streams: Streams<B>) => DStream<O, unknown>,
  meaning: (...given: BatchesOf<B>) => Expected<O>,
  options: OracleOptions<B>,
): Law =>
  law(options.name ?? "stream = batch", inputsOf<B>(options.inputs), {
    left: (given: Inputs<B>, surroundings: Options) =>
      run(pipeline(...streamsOf(given)), { ...surroundings, batches: lengthOf(given) }),
    right: (given) => Effect.sync(() => meaning(...padded(given))),
    reading: normal(options),
  })

const padded = <B extends ReadonlyArray<unknown>>(given: Inputs<B>): BatchesOf<B> =>
  given.inputs.map((batches) =>
    Array.from({ length: lengthOf(given) }, (_, i) => batches[i] ?? (batches[i] === null ? null : []))
  ) as unknown as BatchesOf<B>

/**
 * The meaning of a stateless pipeline: `f` for each batch on its own. A batch in which an input has no RDD has none
 * either.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Testing } from "@dstream/dstream/testing"
 *
 * const meaning = Testing.perBatch((records: ReadonlyArray<number>) => records.filter((n) => n > 1))
 * assert.deepEqual(meaning([[1, 2], null]), [[2], null])
 * ```
 */
export const perBatch = <B extends ReadonlyArray<unknown>, O>(
  f: (...batch: { readonly [I in keyof B]: ReadonlyArray<RecordIn<B[I]>> }) => ReadonlyArray<O>,
): (...given: BatchesOf<B>) => Expected<O> =>
(...given) => {
  const length = Math.max(0, ...given.map((batches) => batches.length))
  return Array.from({ length }, (_, i) => {
    const batch = given.map((batches) => batches[i])
    return batch.includes(null) ? null : f(...batch as never)
  })
}
