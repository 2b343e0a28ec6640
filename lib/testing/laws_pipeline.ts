/**
 * Laws of whole pipelines: what their results must not depend on.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as fc from "fast-check"
import type { DStream } from "../dstream/dstream.ts"
import { fromArray } from "../rdd/block.ts"
import { fromBlocks } from "../rdd/creation.ts"
import { type Batches, longEnough } from "./arbitraries.ts"
import { normal, type Reading } from "./compare.ts"
import type { EngineName, Options } from "./harness.ts"
import { input as inputOf } from "./input.ts"
import { type Cases, type Law, lawOfBatches } from "./law.ts"
import { type Inputs, inputsOf, lengthOf, streamsOf } from "./law_streams.ts"
import { neededBy } from "./needed_batches.ts"
import { run, runPartitions } from "./runs.ts"
import { cut, sliced, type Slices, type SlicesOf } from "./slices.ts"

/** A pipeline of one stream. */
export type Pipeline<A, B> = (stream: DStream<A>) => DStream<B, unknown>

/** Options of the laws about pipelines. Results are compared as bags unless `order` says otherwise. */
export interface PipelineOptions<A> extends Reading {
  /** Generates the batches of the stream. */
  readonly input: fc.Arbitrary<Batches<A>>
}

/** Generates batches divided into slices, enough of them for the windows and timeouts of a pipeline. */
const slicedFor = <A, O, B extends ReadonlyArray<A> | null>(
  pipeline: Pipeline<A, O>,
  input: fc.Arbitrary<ReadonlyArray<B>>,
): Cases<ReadonlyArray<SlicesOf<B>>> => ({
  longEnough: (needed) => sliced(longEnough(input, needed)),
  neededBatches: (batchMs) => neededBy([pipeline], 1, batchMs),
  lengthOf: (given) => (given as ReadonlyArray<unknown>).length,
})

/**
 * States that the results do not depend on how batches are partitioned: many, empty or uneven partitions do not change
 * them.
 *
 * @example
 * ```ts
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const counts = (words: DStream.DStream<string>) => DStream.countByValue(words)
 * const law = Testing.laws.partitioningIsInvisible(counts, { input: Testing.arrivals(fc.constantFrom("a", "b")) })
 * await Effect.runPromise(Testing.check(law, { runs: 20 }))
 * ```
 */
export const partitioningIsInvisible = <A, B>(pipeline: Pipeline<A, B>, options: PipelineOptions<A>): Law => {
  type Given = ReadonlyArray<Slices<A> | null>
  const runOn = (batches: Given, how: Options) => {
    const rdds = batches.map((slices) => slices === null ? null : fromBlocks(slices.map(fromArray)))
    return run(pipeline(inputOf<A>(rdds)), { ...how, batches: batches.length })
  }
  return lawOfBatches("partitioning is invisible", slicedFor(pipeline, options.input), {
    left: runOn,
    right: (batches, how) => runOn(batches.map((slices) => slices === null ? null : [slices.flat()]), how),
    reading: normal(options),
  })
}

/**
 * States that the results of a stateless pipeline do not depend on the batch interval: if the records of a batch come
 * in several batches, the results of these together are the same.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const input = Testing.batches(fc.integer())
 * const doubled = Testing.laws.splittingIsInvisible(DStream.map((n: number) => n * 2), { input })
 * await Effect.runPromise(Testing.check(doubled, { runs: 20 }))
 *
 * const counted = Testing.laws.splittingIsInvisible((numbers: DStream.DStream<number>) => DStream.count(numbers), { input })
 * assert.equal((await Effect.runPromise(Effect.flip(Testing.check(counted))))._tag, "LawBroken")
 * ```
 */
export const splittingIsInvisible = <A, B>(
  pipeline: Pipeline<A, B>,
  options: Reading & { readonly input: fc.Arbitrary<Slices<A>> },
): Law => {
  const runOn = (batches: Slices<A>, how: Options) =>
    Effect.map(
      run(pipeline(inputOf(batches)), { ...how, batches: batches.length }),
      (results) => results.map((records) => records ?? []),
    )
  return lawOfBatches("splitting an interval is invisible", slicedFor(pipeline, options.input), {
    left: (intervals, how) =>
      Effect.map(runOn(intervals.flat(), how), (results) => cut(results, intervals.map(({ length }) => length)))
        .pipe(Effect.map((parts) => parts.slice(0, intervals.length).map((part) => part.flat()))),
    right: (intervals, how) => runOn(intervals.map((parts) => parts.flat()), how),
    reading: normal(options),
  })
}

/**
 * States that the results do not depend on the order of the records in a batch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const input = Testing.batches(fc.string())
 * const joined = Testing.laws.orderIsInvisible(DStream.reduce((a: string, b: string) => a + b), { input })
 * assert.equal((await Effect.runPromise(Effect.flip(Testing.check(joined))))._tag, "LawBroken")
 * ```
 */
export const orderIsInvisible = <A, B>(pipeline: Pipeline<A, B>, options: PipelineOptions<A>): Law => {
  const side =
    (reorder: (batches: Batches<A>) => Batches<A>) => (given: Inputs<[ReadonlyArray<A> | null]>, how: Options) =>
      run(pipeline(inputOf(reorder(given.inputs[0]), { partitions: given.partitions })), {
        ...how,
        batches: lengthOf(given),
      })
  return lawOfBatches(
    "order is invisible",
    inputsOf<[ReadonlyArray<A> | null]>([options.input], [pipeline as Pipeline<unknown, B>]),
    {
      left: side((batches) => batches),
      right: side((batches) => batches.map((records) => records?.toReversed() ?? null)),
      reading: normal(options),
    },
  )
}

/** Runs a pipeline on several engines and returns its results by the name of the engine. */
const runOnEach = <A, B>(
  pipeline: Pipeline<A, B>,
  engines: ReadonlyArray<EngineName>,
  given: Inputs<[ReadonlyArray<A> | null]>,
  how: Options,
) => {
  const [stream] = streamsOf(given)
  return Effect.map(
    Effect.forEach(
      engines,
      (engine) => runPartitions(pipeline(stream as DStream<A>), { ...how, engine, batches: lengthOf(given) }),
    ),
    (results) => Object.fromEntries(engines.map((engine, i) => [engine, results[i]])),
  )
}

/**
 * States that all engines compute the same records in the same partitions: with generated code, with closures, and with
 * every stage sent through the record codec and a copy of the graph.
 *
 * @example
 * ```ts
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const words = (lines: DStream.DStream<string>) => DStream.flatMap(lines, (line) => line.split(" "))
 * const law = Testing.laws.enginesAgree(words, { input: Testing.arrivals(fc.lorem()) })
 * await Effect.runPromise(Testing.check(law, { runs: 20 }))
 * ```
 */
export const enginesAgree = <A, B>(
  pipeline: Pipeline<A, B>,
  options: Pick<PipelineOptions<A>, "input">,
): Law => {
  const others = ["closures", "loopback"] as const
  return lawOfBatches(
    "engines agree",
    inputsOf<[ReadonlyArray<A> | null]>([options.input], [pipeline as Pipeline<unknown, B>]),
    {
      left: (given, how) => runOnEach(pipeline, others, given, how),
      right: (given, how) =>
        Effect.map(
          runOnEach(pipeline, ["local"], given, how),
          ({ local }) => Object.fromEntries(others.map((engine) => [engine, local])),
        ),
    },
  )
}

/**
 * States that a second run on the same batches computes the same records in the same partitions. A pipeline that keeps
 * state of its own between runs, or reads the clock or random numbers, breaks this law. Recovery and retries rely on
 * it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * let seen = 0
 * const numbered = Testing.laws.replayIsDeterministic(
 *   DStream.map((word: string) => [word, seen++]),
 *   { input: Testing.batches(fc.string()) },
 * )
 * assert.equal((await Effect.runPromise(Effect.flip(Testing.check(numbered))))._tag, "LawBroken")
 * ```
 */
export const replayIsDeterministic = <A, B>(
  pipeline: Pipeline<A, B>,
  options: Pick<PipelineOptions<A>, "input">,
): Law => {
  const once = (given: Inputs<[ReadonlyArray<A> | null]>, how: Options) => {
    const [stream] = streamsOf(given)
    return runPartitions(pipeline(stream as DStream<A>), { ...how, batches: lengthOf(given) })
  }
  return lawOfBatches(
    "replay is deterministic",
    inputsOf<[ReadonlyArray<A> | null]>([options.input], [pipeline as Pipeline<unknown, B>]),
    {
      left: once,
      right: once,
    },
  )
}
