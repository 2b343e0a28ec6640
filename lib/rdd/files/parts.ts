/**
 * Output directories: one file for each partition, in a directory that gets its name when all files are written.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { NotPortable } from "../../core/codec_errors.ts"
import { JobFailed, reasonOf } from "../../core/errors.ts"
import { type ActionError, CurrentJob, type Engine } from "../engine.ts"
import { encodeLines } from "./encoding.ts"
import { FileError, type FileReason, Files } from "./files.ts"
import { records } from "../job.ts"
import { make, type RDD } from "../rdd.ts"

/** How the records of a partition become the bytes of a file. */
export interface PartFormat<in A = never, out E = never> {
  /** Gives the bytes of the file. What it throws fails the job. */
  readonly encode: (records: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<Uint8Array>, E>
  /** What the names of the files end with, such as `.csv`. */
  readonly extension: string
}

/** A format that writes each record as a line, which `toLines` gives without its line end. `toLines` may throw. */
export const linesFormat = <A>(
  toLines: (records: ReadonlyArray<A>) => Iterable<string>,
  extension = "",
): PartFormat<A> => ({ encode: (records) => Effect.sync(() => encodeLines(toLines(records))), extension })

/** A hidden sibling of a directory: `/data/.out.writing` for `/data/out`. Readers of `/data` skip it. */
const sibling = (path: string, suffix: "writing" | "old"): string => {
  const trimmed = path.replace(/(?<=[^/\\])[/\\]+$/, "")
  const at = trimmed.search(/[^/\\]*$/)
  return `${trimmed.slice(0, at)}.${trimmed.slice(at)}.${suffix}`
}

const partName = (index: number, extension: string): string => `part-${String(index).padStart(5, "0")}${extension}`

/** The reason of a failure, made of what an encoder threw. */
const thrown = (cause: unknown): Error => cause instanceof NotPortable ? cause : reasonOf(cause)

/**
 * An RDD whose computation writes each partition to a file, on the executor that has the partition. Its records are the
 * names of the files. {@link place} runs it.
 */
export const writing = <A, E, R, E2>(
  operation: string,
  self: RDD<A, E, R>,
  path: string,
  { encode, extension }: PartFormat<A, E2>,
): RDD<string, E | E2 | FileError, R> =>
  make(operation, [self], {
    kind: "narrow",
    preserves: false,
    step: {
      kind: "effect",
      f: (part, index) =>
        Effect.gen(function* () {
          const files = yield* Files
          const name = partName(index, extension)
          const pieces = yield* Effect.catchDefect(
            Effect.suspend(() => encode(part)),
            (cause) => Effect.fail(thrown(cause)),
          )
          yield* files.write(`${sibling(path, "writing")}/${name}`, pieces)
          return [name]
        }),
    },
  })

const isPart = ({ name }: { readonly name: string }): boolean => name.startsWith("part-")

/** Gives a new directory its path. An existing directory is renamed to `old` first and then removed. */
const moveInPlace = (files: Files, fresh: string, path: string, old: string): Effect.Effect<void, FileError> =>
  Effect.uninterruptible(Effect.gen(function* () {
    const replaces = yield* files.exists(path)
    if (replaces) yield* files.rename(path, old)
    const move = files.rename(fresh, path)
    yield* replaces ? Effect.onError(move, () => Effect.ignore(files.rename(old, path))) : move
    yield* Effect.ignore(files.remove(old))
  }))

const fail = (path: string, reason: FileReason, cause: string): Effect.Effect<never, FileError> =>
  Effect.fail(new FileError({ path, operation: "save to", reason, cause }))

const save: <E, R>(
  written: RDD<string, E, R>,
  path: string,
  overwrite: boolean,
) => Effect.Effect<void, FileError | ActionError<E>, R | Engine> = Effect.fnUntraced(
  function* <E, R>(written: RDD<string, E, R>, path: string, overwrite: boolean) {
    const files = yield* Files
    const [fresh, old] = [sibling(path, "writing"), sibling(path, "old")]
    let replaces = yield* files.exists(path)
    if (!replaces && (yield* files.exists(old))) {
      // A process ended between the two renames of a replacement.
      yield* files.rename(old, path)
      replaces = true
    }
    if (replaces && !overwrite) return yield* fail(path, "AlreadyExists", `Output directory ${path} already exists`)
    yield* files.remove(fresh)
    const fill = Effect.gen(function* () {
      yield* files.makeDirectory(fresh)
      const names = yield* records(written)
      const parts = (yield* files.list(fresh)).filter(isPart)
      if (parts.length !== names.length) {
        return yield* fail(path, "Other", `only ${parts.length} of ${names.length} partitions were written`)
      }
      yield* files.write(`${fresh}/_SUCCESS`, [])
      yield* files.remove(old)
      yield* moveInPlace(files, fresh, path, old)
    })
    yield* Effect.onError(fill, () => Effect.ignore(files.remove(fresh)))
  },
)

/**
 * Runs the computation of {@link writing}, adds a file `_SUCCESS` and gives the directory its path. A failure leaves an
 * existing directory as it was. If the process ends between the two renames of a replacement, the old directory has
 * another name until the next save.
 */
export const place = <E, R>(
  written: RDD<string, E, R>,
  path: string,
  overwrite: boolean,
): Effect.Effect<void, ActionError<E | FileError>, R | Engine> =>
  Effect.catchIf(
    save(written, path, overwrite),
    (error): error is FileError => error instanceof FileError,
    (reason) =>
      Effect.flatMap(CurrentJob, ({ batchTime }) =>
        Effect.fail(
          new JobFailed<FileError>({
            reason,
            operator: written.operation,
            callSite: written.site,
            partition: undefined,
            batchTime,
          }),
        )),
  )
