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
import { fromText } from "../text_block.ts"
import { checkPartitions } from "../creation.ts"
import { type FileEntry, type FileError, Files } from "./files.ts"
import { filesAt, partOf } from "./listing.ts"
import { make, type RDD } from "../rdd.ts"

/** Options for reading files. */
export interface FileOptions {
  /** The number of partitions. Default: the engine's default parallelism. */
  readonly partitions?: number | undefined
}

function* parsed(block: Block.Block<string>): Piecewise<Block.Block<unknown>> {
  const records: Array<unknown> = []
  yield* Block.forEachPiece(block, (lines, from, to) => {
    for (let i = from; i < to; i++) records.push(parseLine(lines[i]!))
  })
  return Block.fromArray(records)
}

const [CR, LF] = [13, 10]
/** How many bytes beyond its range a partition reads at first, to find the end of its last line. */
const AHEAD = 65_536

/** The index after the first line end, or the length if there is none. */
const firstLine = (bytes: Uint8Array): number => {
  const ends = (i: number) => bytes[i] === LF || (bytes[i] === CR && bytes[i + 1] !== LF)
  for (let i = 0; i < bytes.length; i++) if (ends(i)) return i + 1
  return bytes.length
}

/** The lines of a file that begin in [from, to). A line that goes on beyond `to` belongs to this range, with its end. */
const linesOf = (files: Files, { path, size }: FileEntry, from: number, to: number) =>
  Effect.gen(function* () {
    // One byte earlier, to see whether a line begins at `from`.
    const start = Math.max(0, from - 1)
    // Reads further ahead each time, until the line that is open at `to` has ended. The end must not be the last byte: only
    // the byte after a \r tells whether \n belongs to it.
    for (let ahead = AHEAD;; ahead *= 4) {
      const bytes = yield* files.read(path, start, Math.min(size, to + ahead))
      const begin = from === 0 ? 0 : firstLine(bytes)
      if (start + begin >= to) return Block.empty
      const end = to >= size ? bytes.length : to - 1 - start + firstLine(bytes.subarray(to - 1 - start))
      const isWhole = end < bytes.length || start + bytes.length >= size
      if (isWhole) return fromText(bytes.slice(begin, end))
    }
  })

/** Reads the lines of partition `i` of `n`. */
const load = (path: string, i: number, n: number): Effect.Effect<Block.Block<string>, FileError> =>
  Effect.gen(function* () {
    const files = yield* Files
    const parts = partOf(yield* filesAt(files, path), i, n, ({ size }) => size)
    return Block.concat(yield* Effect.forEach(parts, ({ file, from, to }) => linesOf(files, file, from, to)))
  })

/**
 * Reads the lines of a text file, or of the files of a directory, ordered by name.
 *
 * Files whose names begin with `_` or `.` are skipped. The text is UTF-8; lines end with `\n`, `\r\n` or `\r`. Nothing is
 * read before a job needs it; then each partition reads a range of nearly the same size. A file that cannot be read fails
 * the job with `FileError`. Spark: `sc.textFile`, without its patterns.
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
  return make("textFile", [], { kind: "source", partitions, load: (i, n) => load(path, i, n) }, invalid)
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
  const objects = (i: number, n: number) =>
    Effect.flatMap(load(path, i, n), (block) =>
      tryRun(
        () => parsed(block),
        (cause) => cause instanceof CorruptBlock ? new CorruptBlock({ problem: `${path}, ${cause.problem}` }) : cause,
      ))
  return make("objectFile", [], { kind: "source", partitions, load: objects }, invalid)
}
