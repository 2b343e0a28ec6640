/**
 * The batch oracle: compares a pipeline with its meaning, written with plain arrays.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { DStream } from "../dstream/dstream.ts"
import { normal, type Reading } from "./compare.ts"
import type { Options } from "./harness.ts"
import { type Law, lawOfBatches } from "./law.ts"
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

/** The batches of each input, as the meaning of an oracle takes them. */
export type BatchesOf<B extends ReadonlyArray<unknown>> = { readonly [I in keyof B]: ReadonlyArray<B[I]> }

/** The expected records of each batch; `null` or `undefined` for a batch without an RDD. */
export type Expected<B> = ReadonlyArray<ReadonlyArray<B> | null | undefined>

/** Options of {@link oracle}. Results are compared as bags unless `order` says otherwise. */
export interface OracleOptions<B extends ReadonlyArray<unknown>> extends Reading {
  /** Generates the batches of each input of the pipeline. */
  readonly inputs: Arbitraries<B>
  /** The name of the law. Default `stream = batch`. */
  readonly name?: string | undefined
}

/**
 * States that a pipeline has the batches that its meaning expects, for any batches of its inputs.
 *
 * `meaning` takes the batches of each input and returns the expected records of each batch. {@link perBatch} makes one
 * from a function of single batches. If inputs have different lengths, the shorter ones continue with empty batches,
 * also for `meaning`.
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
  lawOfBatches(options.name ?? "stream = batch", inputsOf<B>(options.inputs, [pipeline]), {
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
 * Makes the meaning of a stateless pipeline, which applies `f` to each batch on its own. If an input has no RDD in a
 * batch, no RDD is expected.
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
