/**
 * RDDs of the lines of files: textFile, objectFile.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { CorruptBlock } from "../../core/codec_errors.ts"
import { parseLine } from "../../core/json_lines.ts"
import { type Piecewise, tryRun } from "../../core/pace.ts"
import * as Block from "../block.ts"
import * as Flow from "../flow.ts"
import { checkPartitions } from "../creation.ts"
import { formatOf } from "./compression.ts"
import { type FileError, Files } from "./files.ts"
import { filesAt, partOf } from "./listing.ts"
import { lineFlow } from "./reading.ts"
import { make, type RDD } from "../rdd.ts"

/** Options for reading files. */
export interface FileOptions {
  /** The number of partitions. Default: the engine's default parallelism. */
  readonly partitions?: number | undefined
  /**
   * Whether to read the directories inside a directory too, but not links to directories. Default: false, and such a
   * directory fails the job.
   */
  readonly recursive?: boolean | undefined
}

function* parsed(block: Block.Block<string>): Piecewise<Block.Block<unknown>> {
  const records: Array<unknown> = []
  yield* Block.forEachPiece(block, (lines, from, to) => {
    for (let i = from; i < to; i++) records.push(parseLine(lines[i]!))
  })
  return Block.fromArray(records)
}

/** Reads the lines of partition `i` of `n`. */
const load = (
  path: string,
  { recursive }: FileOptions,
  i: number,
  n: number,
): Effect.Effect<Flow.Flow<string, FileError>, FileError> =>
  Effect.map(Effect.flatMap(Files, (files) => filesAt(files, path, recursive)), (entries) => {
    const parts = partOf(entries, i, n, ({ size }) => size, ({ name }) => formatOf(name) !== undefined)
    return Flow.concat(parts.map(({ file, from, to }) => lineFlow(file, from, to)))
  })

/**
 * Reads the lines of a text file, or of the files of a directory, ordered by name.
 *
 * The path may be a URL, such as `s3://bucket/logs`, and have patterns of Hadoop: `*`, `?`, `[a-c]`, `{a,b}`. Files whose
 * names begin with `_` or `.`, or end with `._COPYING_`, are skipped. The text is UTF-8; lines end with `\n`, `\r\n` or
 * `\r`. Files that end with `.gz`, `.zst` or `.deflate` are decompressed.
 *
 * Nothing is read before a job needs it. Then each partition reads a range of nearly the same size, in pieces of 1 MiB, so
 * a file may be larger than the memory. A compressed file lies in one partition. A file that cannot be read fails the job
 * with `FileError`. Spark: `sc.textFile`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const file = await Deno.makeTempFile()
 * await Deno.writeTextFile(file, "to be\nor not\n")
 * const lines = RDD.collect(RDD.textFile(file))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(lines, sc)), ["to be", "or not"])
 * await Deno.remove(file)
 * ```
 */
export const textFile = (path: string, options: FileOptions = {}): RDD<string, FileError> => {
  const invalid = checkPartitions("RDD.textFile", options.partitions)
  const partitions = invalid === undefined ? options.partitions ?? "default" : 1
  return make(
    "textFile",
    [],
    { kind: "source", partitions, waits: true, path, load: (i, n) => load(path, options, i, n) },
    invalid,
  )
}

/**
 * Reads the records that `saveAsObjectFile` wrote.
 *
 * The type of the records is not checked. A line that `saveAsObjectFile` cannot have written fails the job with
 * `CorruptBlock`, a file that cannot be read with `FileError`. Spark: `sc.objectFile`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const file = await Deno.makeTempFile()
 * await Deno.writeTextFile(file, '["a",{"$bigint":"1"}]\n["b",{"$bigint":"2"}]\n')
 * const pairs = RDD.objectFile<[string, bigint]>(file).pipe(RDD.values, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(pairs, sc)), [1n, 2n])
 * await Deno.remove(file)
 * ```
 */
export const objectFile = <A = unknown>(
  path: string,
  options: FileOptions = {},
): RDD<A, FileError | CorruptBlock> => {
  const invalid = checkPartitions("RDD.objectFile", options.partitions)
  const partitions = invalid === undefined ? options.partitions ?? "default" : 1
  const parse = (block: Block.Block<string>) =>
    tryRun(
      () => parsed(block),
      (cause) => cause instanceof CorruptBlock ? new CorruptBlock({ problem: `${path}, ${cause.problem}` }) : cause,
    )
  const objects = (i: number, n: number) => Effect.map(load(path, options, i, n), (lines) => Flow.map(lines, parse))
  return make("objectFile", [], { kind: "source", partitions, waits: true, path, load: objects }, invalid)
}
