/**
 * The files of a directory, and how they are cut into partitions.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type FileEntry, FileError, type Files } from "./files.ts"

const isShown = ({ name }: FileEntry): boolean => !name.startsWith("_") && !name.startsWith(".")

/**
 * Lists the files to read: a file itself, or the files of a directory, ordered by name, without those whose names begin
 * with `_` or `.`. Fails if the directory holds another directory.
 */
export const filesAt = (files: Files, path: string): Effect.Effect<ReadonlyArray<FileEntry>, FileError> =>
  Effect.flatMap(files.list(path), (entries) => {
    const shown = entries.length === 1 && entries[0]?.path === path ? entries : entries.filter(isShown)
    const nested = shown.find(({ isDirectory }) => isDirectory)
    if (nested === undefined) return Effect.succeed(shown)
    const cause = "it is a directory inside the directory to read, and must be read on its own"
    return Effect.fail(new FileError({ path: nested.path, operation: "read", reason: "Other", cause }))
  })

/** A part of a file, in units of the caller: bytes or records. */
export interface FilePart {
  readonly file: FileEntry
  /** Where it begins, inclusive, and ends, exclusive. */
  readonly from: number
  readonly to: number
}

/** Part `i` of `n` when files follow one another and are cut into `n` ranges of nearly equal length. */
export const partOf = (
  files: ReadonlyArray<FileEntry>,
  i: number,
  n: number,
  lengthOf: (file: FileEntry) => number,
): ReadonlyArray<FilePart> => {
  const total = files.reduce((sum, file) => sum + lengthOf(file), 0)
  const [start, end] = [Math.floor((i * total) / n), Math.floor(((i + 1) * total) / n)]
  const parts: Array<FilePart> = []
  let offset = 0
  for (const file of files) {
    const length = lengthOf(file)
    const [from, to] = [Math.max(0, start - offset), Math.min(length, end - offset)]
    offset += length
    if (from < to) parts.push({ file, from, to })
  }
  return parts
}
