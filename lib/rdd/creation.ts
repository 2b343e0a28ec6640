/**
 * Creating RDDs from records in memory: parallelize, range, text, empty.
 *
 * @module
 */
import { InvalidOption } from "../core/errors.ts"
import type { Tupled } from "../core/tupled.ts"
import * as Block from "./block.ts"
import { fromText } from "./text_block.ts"
import { make, type RDD } from "./rdd.ts"

/**
 * Checks that a partition count, if given, is a positive whole number. Spark: `Positive number of partitions required`.
 */
export const checkPartitions = (where: string, partitions: number | undefined): InvalidOption | undefined =>
  partitions === undefined || (Number.isInteger(partitions) && partitions >= 1)
    ? undefined
    : new InvalidOption({ where, option: "partitions", value: partitions, expected: "a positive whole number" })

/**
 * Creates an RDD from records in memory.
 *
 * Each partition is a slice of the records, in their order; slices differ in length by at most one. `partitions`
 * defaults to the engine's default parallelism. The array is copied once, when the RDD is made, so you may change it
 * afterwards; the records themselves are not copied. Spark: `sc.parallelize`, `sc.makeRDD`, which read a changed array.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const slices = RDD.parallelize([1, 2, 3], { partitions: 2 }).pipe(RDD.glom, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(slices, sc)), [[1], [2, 3]])
 * ```
 */
export const parallelize = <A extends Tupled>(
  records: Iterable<A>,
  options?: { readonly partitions?: number | undefined },
): RDD<A> => parallelizeOwned(Array.isArray(records) ? records.slice() : Array.from(records), options)

/** Creates an RDD as {@link parallelize} does, from an array that nothing changes any more. It is not copied. */
export const parallelizeOwned = <A extends Tupled>(
  all: ReadonlyArray<A>,
  options?: { readonly partitions?: number | undefined },
): RDD<A> => {
  const invalid = checkPartitions("RDD.parallelize", options?.partitions)
  return make("parallelize", [], {
    kind: "source",
    partitions: invalid === undefined ? options?.partitions ?? "default" : 1,
    load: (i, n) =>
      Block.fromArray(
        n === 1 ? all : all.slice(Math.floor((i * all.length) / n), Math.floor(((i + 1) * all.length) / n)),
      ),
  }, invalid)
}

/**
 * Creates an RDD without records and without partitions. Spark: `sc.emptyRDD`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.getNumPartitions(RDD.empty()), sc)), 0)
 * ```
 */
export const empty = <A = never>(): RDD<A> =>
  make("emptyRDD", [], { kind: "source", partitions: 0, load: () => Block.empty })

/**
 * Creates an RDD of the numbers from `start` to `end`, in steps of `step` (1 by default), without `end` itself.
 *
 * A negative `step` counts down. A `step` of 0 fails jobs with `InvalidOption`. Spark: `sc.range`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const slices = RDD.range(0, 10, { step: 3, partitions: 2 }).pipe(RDD.glom, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(slices, sc)), [[0, 3], [6, 9]])
 * ```
 */
export const range = (
  start: number,
  end: number,
  options?: { readonly step?: number | undefined; readonly partitions?: number | undefined },
): RDD<number> => {
  const step = options?.step ?? 1
  const invalid = step === 0
    ? new InvalidOption({ where: "RDD.range", option: "step", value: step, expected: "other than 0" })
    : checkPartitions("RDD.range", options?.partitions)
  const length = invalid === undefined ? Math.max(0, Math.ceil((end - start) / step)) : 0
  return make("range", [], {
    kind: "source",
    partitions: invalid === undefined ? options?.partitions ?? "default" : 1,
    load: (i, n) => {
      const from = Math.floor((i * length) / n)
      const count = Math.floor(((i + 1) * length) / n) - from
      return Block.fromArray(Array.from({ length: count }, (_, j) => start + (from + j) * step))
    },
  }, invalid)
}

/**
 * Creates an RDD of the lines of a text in memory.
 *
 * Lines end with `\n`, `\r\n` or `\r`. They are partitioned as by {@link parallelize}. Spark: `sc.textFile`, for a text
 * that is already in memory.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const lines = RDD.text("to be\nor not\n").pipe(RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(lines, sc)), ["to be", "or not"])
 * ```
 */
export const text = (content: string, options?: { readonly partitions?: number | undefined }): RDD<string> =>
  parallelizeOwned(fromText(new TextEncoder().encode(content)).records, options)

/** Creates an RDD from existing blocks, one partition for each block. */
export const fromBlocks = <A>(blocks: ReadonlyArray<Block.Block<A>>): RDD<A> =>
  make("blocks", [], { kind: "source", partitions: blocks.length, load: (i) => blocks[i] ?? Block.empty })
