/**
 * Output directories: one file for each partition, in a directory that gets its name when all files are written. Where
 * directories cannot be renamed, the files get their names at once, and the file `_SUCCESS` says that all are written.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { NotPortable } from "../../core/codec_errors.ts"
import { JobFailed, reasonOf } from "../../core/errors.ts"
import { type ActionError, CurrentJob, type Engine } from "../engine.ts"
import { encodeLines } from "./encoding.ts"
import { FileError, type FileReason, Files, type WriteOptions } from "./files.ts"
import { join } from "./glob.ts"
import { records } from "../job.ts"
import { make, type RDD } from "../rdd.ts"

/** Whether the files of an output must survive a loss of power: as its options say, or else as the context needs it. */
const isDurable = (given: boolean | undefined): Effect.Effect<boolean> =>
  Effect.map(CurrentJob, ({ durable = false }) => given ?? durable)

/** How the records of a partition become the bytes of a file. */
export interface PartFormat<in A = never, out E = never> {
  /** Gives the bytes of the file. What it throws fails the job. */
  readonly encode: (records: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<Uint8Array>, E>
  /** What the names of the files end with, such as `.csv`. */
  readonly extension: string
}

/** A format that writes each record as a line, which `toLines` gives without its line end. `toLines` may throw. */
export const linesFormat = <A>(toLines: (records: ReadonlyArray<A>) => Iterable<string>): PartFormat<A> => ({
  encode: (records) => Effect.sync(() => encodeLines(toLines(records))),
  extension: "",
})

const withoutSlashes = (path: string): string => path.replace(/(?<=[^/\\])[/\\]+$/, "")

/** Cuts a path in front of its last name. */
const splitName = (path: string): readonly [directory: string, name: string] => {
  const trimmed = withoutSlashes(path)
  const at = trimmed.search(/[^/\\]*$/)
  return [trimmed.slice(0, at), trimmed.slice(at)]
}

const parentOf = (path: string): string => withoutSlashes(splitName(path)[0]) || "."

/** A hidden sibling of a directory: `/data/.out.writing` for `/data/out`. Readers of `/data` skip it. */
const sibling = (path: string, suffix: "writing" | "old"): string => {
  const [directory, name] = splitName(path)
  return `${directory}.${name}.${suffix}`
}

const partName = (index: number, extension: string): string => `part-${String(index).padStart(5, "0")}${extension}`

/** The reason of a failure, made of what an encoder threw. */
const thrown = (cause: unknown): Error => cause instanceof NotPortable ? cause : reasonOf(cause)

const renamesDirectories = (files: Files, path: string): boolean => files.renamesDirectories?.(path) ?? true

/** The directory that partitions are written to. */
const targetOf = (files: Files, path: string): string =>
  renamesDirectories(files, path) ? sibling(path, "writing") : path

/**
 * An RDD whose computation writes each partition to a file, on the executor that has the partition. Its records are the
 * names of the files. {@link place} runs it.
 */
export const writing = <A, E, R, E2>(
  operation: string,
  self: RDD<A, E, R>,
  path: string,
  { encode, extension }: PartFormat<A, E2>,
  durable?: boolean,
): RDD<string, E | E2 | FileError, R> =>
  make(operation, [self], {
    kind: "narrow",
    preserves: false,
    step: {
      kind: "effect",
      f: (part, index) => {
        const pieces = Effect.catchDefect(
          Effect.suspend(() => encode(part)),
          (cause) => Effect.fail(thrown(cause)),
        )
        return writePart(path, partName(index, extension), pieces, durable)
      },
    },
  })

/** Writes a partition. Gives the name of its file. */
const writePart = Effect.fnUntraced(function* <E, R>(
  path: string,
  name: string,
  pieces: Effect.Effect<ReadonlyArray<Uint8Array>, E, R>,
  durable: boolean | undefined,
) {
  const files = yield* Files
  yield* files.write(join(targetOf(files, path), name), yield* pieces, { durable: yield* isDurable(durable) })
  return [name]
})

/** Gives a new directory its path. An existing directory is renamed to `old` first and then removed. */
const moveInPlace = (
  files: Files,
  fresh: string,
  path: string,
  old: string,
  options: WriteOptions,
): Effect.Effect<void, FileError> =>
  Effect.uninterruptible(Effect.gen(function* () {
    const replaces = yield* files.exists(path)
    if (replaces) yield* files.rename(path, old)
    const move = files.rename(fresh, path, options)
    yield* replaces ? Effect.onError(move, () => Effect.ignore(files.rename(old, path))) : move
    yield* Effect.ignore(files.remove(old))
  }))

/** Makes the directory that an output stands in, if it is missing, so that it survives a loss of power. */
const makeParent = (files: Files, path: string): Effect.Effect<void, FileError> => {
  const parent = parentOf(path)
  return Effect.flatMap(
    files.exists(parent),
    (isThere) => isThere ? Effect.void : files.makeDirectory(parent, { durable: true }),
  )
}

const fail = (path: string, reason: FileReason, cause: string): Effect.Effect<never, FileError> =>
  Effect.fail(new FileError({ path, operation: "save to", reason, cause }))

const alreadyExists = (path: string) => fail(path, "AlreadyExists", `Output directory ${path} already exists`)

/** Computes and writes all partitions to a directory. Gives the names of the files. */
const writeParts: <E, R>(
  files: Files,
  written: RDD<string, E, R>,
  path: string,
  directory: string,
) => Effect.Effect<ReadonlySet<string>, FileError | ActionError<E>, R | Engine> = Effect.fnUntraced(
  function* <E, R>(files: Files, written: RDD<string, E, R>, path: string, directory: string) {
    const names = new Set(yield* records(written))
    const parts = names.size === 0 ? [] : (yield* files.list(directory)).filter(({ name }) => names.has(name))
    return parts.length === names.size
      ? names
      : yield* fail(path, "Other", `only ${parts.length} of ${names.size} partitions were written`)
  },
)

/** Saves where a directory can be renamed in one step. */
const saveByRenaming: <E, R>(
  files: Files,
  written: RDD<string, E, R>,
  path: string,
  overwrite: boolean,
  options: WriteOptions,
) => Effect.Effect<void, FileError | ActionError<E>, R | Engine> = Effect.fnUntraced(
  function* <E, R>(files: Files, written: RDD<string, E, R>, path: string, overwrite: boolean, options: WriteOptions) {
    const [fresh, old] = [sibling(path, "writing"), sibling(path, "old")]
    let replaces = yield* files.exists(path)
    if (!replaces && (yield* files.exists(old))) {
      // A process ended between the two renames of a replacement.
      yield* files.rename(old, path)
      replaces = true
    }
    if (replaces && !overwrite) return yield* alreadyExists(path)
    yield* files.remove(fresh)
    const fill = Effect.gen(function* () {
      if (options.durable === true) yield* makeParent(files, path)
      yield* files.makeDirectory(fresh)
      yield* writeParts(files, written, path, fresh)
      yield* files.write(`${fresh}/_SUCCESS`, [], options)
      yield* files.remove(old)
      yield* moveInPlace(files, fresh, path, old, options)
    })
    yield* Effect.onError(fill, () => Effect.ignore(files.remove(fresh)))
  },
)

/**
 * Saves where directories cannot be renamed. `_SUCCESS` is removed first and written last. What an earlier output has and this
 * one has not is removed before that.
 */
const saveInPlace: <E, R>(
  files: Files,
  written: RDD<string, E, R>,
  path: string,
  overwrite: boolean,
  options: WriteOptions,
) => Effect.Effect<void, FileError | ActionError<E>, R | Engine> = Effect.fnUntraced(
  function* <E, R>(files: Files, written: RDD<string, E, R>, path: string, overwrite: boolean, options: WriteOptions) {
    const replaces = yield* files.exists(path)
    if (replaces && !overwrite) return yield* alreadyExists(path)
    const success = join(path, "_SUCCESS")
    if (replaces) yield* files.remove(success)
    const fill = Effect.gen(function* () {
      const names = yield* writeParts(files, written, path, path)
      if (replaces) {
        const others = (yield* files.list(path)).filter(({ name }) => !names.has(name))
        yield* Effect.forEach(others, (other) => files.remove(other.path), { discard: true })
      }
      yield* files.write(success, [], options)
    })
    yield* Effect.onError(fill, () => Effect.ignore(files.remove(path)))
  },
)

const save = <E, R>(
  written: RDD<string, E, R>,
  path: string,
  overwrite: boolean,
  durable: boolean | undefined,
): Effect.Effect<void, FileError | ActionError<E>, R | Engine> =>
  Effect.gen(function* () {
    const files = yield* Files
    const saving = renamesDirectories(files, path) ? saveByRenaming : saveInPlace
    yield* saving(files, written, path, overwrite, { durable: yield* isDurable(durable) })
  })

/**
 * Runs the computation of {@link writing}, adds a file `_SUCCESS` and gives the directory its path. A failure leaves an
 * existing directory as it was. If the process ends between the two renames of a replacement, the old directory has
 * another name until the next save. Where directories cannot be renamed, a failure removes the directory, and one without
 * `_SUCCESS` is not whole.
 */
export const place = <E, R>(
  written: RDD<string, E, R>,
  path: string,
  overwrite: boolean,
  durable?: boolean,
): Effect.Effect<void, ActionError<E | FileError>, R | Engine> =>
  Effect.catchIf(
    save(written, path, overwrite, durable),
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
