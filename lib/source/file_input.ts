/**
 * Streams of files as inputs: each batch plans the files that it reads.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { callSite, withCallSite } from "../core/call_site.ts"
import { currentTimeMillis } from "../core/steady_clock.ts"
import type { DStream } from "../dstream/dstream.ts"
import { fromPositions } from "../dstream/inputs/input.ts"
import type { Positions } from "../dstream/inputs/positions.ts"
import { Pacing, run } from "../core/pace.ts"
import { type FileEntry, type FileError, Files } from "../rdd/files/files.ts"
import { type FilePosition, filesOf, type FileSummary, positionOf } from "./file_positions.ts"
import type { RDD } from "../rdd/rdd.ts"
import type { FileSettings } from "./file_options.ts"
import { filesRDD, type Partitions } from "./file_rdd.ts"
import { Selection } from "./file_selection.ts"

/** Warns of directories that cannot be read, but not again as long as nothing changes. */
const warnings = (directory: string) => {
  let last = ""
  return (failures: ReadonlyArray<FileError>): Effect.Effect<void> =>
    Effect.suspend(() => {
      const texts = failures.map((error) =>
        error.reason === "NotFound"
          ? `No directory to scan: ${error.path}: ${error.message}`
          : `Error finding new files under ${directory}: ${error.message}`
      )
      const isKnown = texts.join("\n") === last
      last = texts.join("\n")
      return isKnown ? Effect.void : Effect.forEach(texts, (text) => Effect.logWarning(text), { discard: true })
    })
}

const isEmpty = ({ size }: FileEntry): boolean => size === 0

const warnOfEmpty = ({ path }: FileEntry): Effect.Effect<void> =>
  Effect.logWarning(
    `File ${path} has no data in it. A file must be complete when it appears in the directory: ` +
      "write it elsewhere and rename it, or set the option settleTime",
  )

/** A smaller difference between two clocks is no step of one of them, in milliseconds. */
const SMALLEST_STEP_MS = 1_000

/** How far the wall clock has stepped ahead of batch times since the start, in milliseconds. */
const stepOfWallClock: Effect.Effect<number> = Effect.map(
  Effect.all([Clock.currentTimeMillis, currentTimeMillis]),
  ([wall, steady]) => Math.abs(wall - steady) < SMALLEST_STEP_MS ? 0 : wall - steady,
)

/** How long a look at a large directory goes on before the event loop gets its turn, in milliseconds. */
const TURN_MS = 5

/** Looks run beside the jobs of a batch, so their turns are shorter. */
const inShortTurns = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(
    Pacing,
    (pacing) => Effect.provideService(self, Pacing, { ...pacing, turn: Math.min(pacing.turn, TURN_MS) }),
  )

/** The files of a stream, and how they are read. */
export interface FileSource<A, E, R> {
  readonly directory: string
  readonly settings: FileSettings
  readonly partitions: Partitions<A, E, R>
  /** How many records a file has, where that is known without reading it. */
  readonly recordsOf?: ((file: FileEntry) => number) | undefined
}

const open = <A, E, R>(
  { directory, recordsOf, settings }: FileSource<A, E, R>,
  read: (position: FilePosition | FileSummary) => RDD<A, E, R>,
): Effect.Effect<Positions<FilePosition | FileSummary, A, E | FileError, R>> =>
  Effect.gen(function* () {
    const startedAt = yield* currentTimeMillis
    const selection = new Selection(yield* Files, directory, settings, startedAt)
    const warn = warnings(directory)
    let previous = startedAt
    return {
      begin: inShortTurns(selection.begin),
      resume: (positions) => selection.resume(positions),
      summary: selection.summary,
      plan: Effect.fnUntraced(function* (time: number) {
        const before = yield* currentTimeMillis
        const { failures, files, gone, tooOld } = yield* inShortTurns(
          selection.select(time, yield* stepOfWallClock),
        )
        // A directory that is missing may appear later, but no permission does.
        const denied = failures.find(({ isDenied }) => isDenied === true)
        if (denied !== undefined) return yield* Effect.fail(denied)
        const took = (yield* currentTimeMillis) - before
        const slide = time - previous
        previous = time
        yield* warn(failures)
        yield* Effect.forEach(files.filter(isEmpty), warnOfEmpty, { discard: true })
        // Batches that an earlier process has missed are planned at once.
        if (slide > 0 && took > slide) {
          yield* Effect.logWarning(
            `Finding new files under ${directory} took ${took} ms, longer than the batch interval. ` +
              "Move files that have been read out of the directory, or make the interval longer",
          )
        }
        return Option.some({
          position: yield* run(() => positionOf(selection.base, files, gone, tooOld)),
          records: recordsOf && files.reduce((sum, file) => sum + recordsOf(file), 0),
        })
      }),
      describe: (position) => {
        const paths = planned(position).map(({ path }) => path)
        return { files: paths, Description: paths.join("\n") }
      },
      read: (position) => Effect.sync(() => read(position)),
    }
  })

/** The files of what a batch reads. A summary is never read. */
const planned = (position: FilePosition | FileSummary): ReadonlyArray<FileEntry> =>
  "seen" in position ? [] : filesOf(position)

/** Makes a stream of files. `problems` are those of its arguments beside the options. */
export const fileInput = <A, E, R>(
  operation: string,
  source: FileSource<A, E, R>,
  problems: ReadonlyArray<string> = [],
): DStream<A, E, R> => {
  const { partitions, settings: { problems: ofOptions, readOn, unreadable } } = source
  const site = callSite()
  const read = (position: FilePosition | FileSummary) =>
    withCallSite(site, () => filesRDD(operation, planned(position), partitions, unreadable))
  // Executors without access to the files would skip all of them, with nothing but a warning in their own logs.
  const readInWorkers = readOn === "workers" && unreadable === "fail" ? read : undefined
  const check = () => [...ofOptions, ...problems]
  return withCallSite(
    site,
    () => fromPositions(operation, "File", open(source, read), { check, readInWorkers }),
  ) as DStream<A, E, R>
}
