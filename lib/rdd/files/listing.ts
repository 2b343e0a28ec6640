/**
 * Which files there are to read.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type FileEntry, FileError, type Files } from "./files.ts"

const isShown = ({ name }: FileEntry): boolean => !name.startsWith("_") && !name.startsWith(".")

/**
 * A file, or the files in a directory in the order of their names, without those whose names begin with `_` or `.`. A
 * directory among them is a failure.
 */
export const filesAt = (files: Files, path: string): Effect.Effect<ReadonlyArray<FileEntry>, FileError> =>
  Effect.flatMap(files.list(path), (entries) => {
    const shown = entries.length === 1 && entries[0]?.path === path ? entries : entries.filter(isShown)
    const nested = shown.find(({ isDirectory }) => isDirectory)
    if (nested === undefined) return Effect.succeed(shown)
    const cause = "it is a directory in a directory"
    return Effect.fail(new FileError({ path: nested.path, operation: "read", reason: "Other", cause }))
  })

/** A part of a file, in units of whoever asks. */
export interface FilePart {
  readonly file: FileEntry
  readonly from: number
  readonly to: number
}

/** Part `i` of `n` of some files, laid after one another and cut into parts of nearly equal length. */
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
