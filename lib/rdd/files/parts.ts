/**
 * Output directories: a file for each partition, written under a temporary name and put in place at the end.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { NotPortable } from "../../core/codec_errors.ts"
import { FunctionFailed, JobFailed } from "../../core/errors.ts"
import { type ActionError, CurrentJob, type Engine } from "../engine.ts"
import { FileError, type FileReason, Files } from "./files.ts"
import { records } from "../job.ts"
import { make, type RDD } from "../rdd.ts"

/** The records of a partition as lines, without their ends. May throw. */
export type ToLines = (records: ReadonlyArray<never>) => Iterable<string>

const PIECE = 65_536

/** Lines as bytes, a good deal of them at a time. */
const piecesOf = (lines: Iterable<string>): ReadonlyArray<Uint8Array> => {
  const encoder = new TextEncoder()
  const pieces: Array<Uint8Array> = []
  let text = ""
  for (const line of lines) {
    text += `${line}\n`
    if (text.length < PIECE) continue
    pieces.push(encoder.encode(text))
    text = ""
  }
  if (text !== "") pieces.push(encoder.encode(text))
  return pieces
}

/** A hidden sibling of a directory, which readers of the directory above it leave out. */
const sibling = (path: string, what: string): string => {
  const trimmed = path.replace(/(?<=[^/\\])[/\\]+$/, "")
  const at = trimmed.search(/[^/\\]*$/)
  return `${trimmed.slice(0, at)}.${trimmed.slice(at)}.${what}`
}

const partName = (index: number): string => `part-${String(index).padStart(5, "0")}`

/** An RDD whose computation writes the partitions to their files, where they are; its records are their indices. */
export const writing = <E, R>(
  operation: string,
  self: RDD<unknown, E, R>,
  path: string,
  toLines: ToLines,
): RDD<number, E | FileError, R> =>
  make(operation, [self], {
    kind: "narrow",
    preserves: false,
    step: {
      kind: "effect",
      f: (part, index) =>
        Effect.flatMap(Files, (files) =>
          Effect.flatMap(
            Effect.try({
              try: () => piecesOf(toLines(part)),
              catch: (cause) => cause instanceof NotPortable ? cause : new FunctionFailed({ cause }),
            }),
            (pieces) => files.write(`${sibling(path, "writing")}/${partName(index)}`, pieces),
          )).pipe(Effect.as([index])),
    },
  })

const isPart = ({ name }: { readonly name: string }): boolean => name.startsWith("part-")

/** Puts a directory in the place of what may be there, which is `old` for a moment. */
const swap = (files: Files, fresh: string, path: string, old: string): Effect.Effect<void, FileError> =>
  Effect.uninterruptible(Effect.gen(function* () {
    const replaces = yield* files.exists(path)
    if (replaces) yield* files.rename(path, old)
    const moved = files.rename(fresh, path)
    yield* replaces ? Effect.onError(moved, () => Effect.ignore(files.rename(old, path))) : moved
    yield* Effect.ignore(files.remove(old))
  }))

const fail = (path: string, reason: FileReason, cause: string): Effect.Effect<never, FileError> =>
  Effect.fail(new FileError({ path, operation: "save to", reason, cause }))

const placing: <E, R>(
  written: RDD<number, E, R>,
  path: string,
  overwrite: boolean,
) => Effect.Effect<void, FileError | ActionError<E>, R | Engine> = Effect.fnUntraced(
  function* <E, R>(written: RDD<number, E, R>, path: string, overwrite: boolean) {
    const files = yield* Files
    const [fresh, old] = [sibling(path, "writing"), sibling(path, "old")]
    let isThere = yield* files.exists(path)
    if (!isThere && (yield* files.exists(old))) {
      // The process that replaced it ended in the middle.
      yield* files.rename(old, path)
      isThere = true
    }
    if (isThere && !overwrite) return yield* fail(path, "AlreadyExists", `Output directory ${path} already exists`)
    yield* files.remove(fresh)
    const filling = Effect.gen(function* () {
      yield* files.makeDirectory(fresh)
      const parts = yield* records(written)
      const found = (yield* files.list(fresh)).filter(isPart)
      if (found.length !== parts.length) {
        return yield* fail(path, "Other", `${found.length} of ${parts.length} partitions have been written`)
      }
      yield* files.write(`${fresh}/_SUCCESS`, [])
      yield* files.remove(old)
      yield* swap(files, fresh, path, old)
    })
    yield* Effect.onError(filling, () => Effect.ignore(files.remove(fresh)))
  },
)

/**
 * Runs the computation that {@link writing} gave, and then puts the directory in its place, with a file `_SUCCESS`. A
 * failure leaves what was there. If the process ends between the two renames of a replacement, what was there has
 * another name until the next run.
 */
export const place = <E, R>(
  written: RDD<number, E, R>,
  path: string,
  overwrite: boolean,
): Effect.Effect<void, ActionError<E | FileError>, R | Engine> =>
  Effect.catchIf(
    placing(written, path, overwrite),
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
