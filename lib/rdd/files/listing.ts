/**
 * The files of a directory, and how they are cut into partitions.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type FileEntry, FileError, type Files } from "./files.ts"
import { alternatives, isPattern, join, literal, nameMatcher, splitPattern } from "./glob.ts"

/** Whether readers skip a name: one that begins with `_` or `.`, or that a copy in progress has (`…_COPYING_`). */
export const isHidden = (name: string): boolean => /^[._]|\._COPYING_$/.test(name)

/** Lists the files of a directory, and of the directories inside it. */
const filesBelow: (files: Files, path: string, recursive: boolean) => Effect.Effect<Array<FileEntry>, FileError> =
  Effect.fnUntraced(function* (files: Files, path: string, recursive: boolean) {
    const found: Array<FileEntry> = []
    for (const entry of yield* files.list(path)) {
      if (entry.path === path) found.push(entry)
      else if (isHidden(entry.name)) continue
      else if (!entry.isDirectory) found.push(entry)
      else if (recursive) {
        if (entry.isLink === true) continue
        for (const each of yield* filesBelow(files, entry.path, true)) found.push(each)
      } else {
        const cause = "it is a directory inside the directory to read: read it on its own, or with the option recursive"
        return yield* Effect.fail(new FileError({ path: entry.path, operation: "read", reason: "Other", cause }))
      }
    }
    return found
  })

const nothingIfMissing = <A>(list: Effect.Effect<ReadonlyArray<A>, FileError>) =>
  Effect.catchIf(list, ({ reason }) => reason === "NotFound", () => Effect.succeed<ReadonlyArray<A>>([]))

/** Finds the paths that match a pattern without braces, ordered by name. */
const expand = Effect.fnUntraced(
  function* (files: Files, pattern: string) {
    const { base, parts } = splitPattern(pattern)
    let paths: ReadonlyArray<string> = [base]
    for (const part of parts) {
      if (!isPattern(part)) {
        paths = yield* Effect.filter(paths.map((path) => join(path, literal(part))), (path) => files.exists(path))
        continue
      }
      const matches = nameMatcher(part)
      const found = yield* Effect.forEach(
        paths,
        (path) => nothingIfMissing(files.listNew(path, (name) => !matches(name))),
      )
      paths = found.flatMap((entries, i) => entries.map(({ name }) => join(paths[i] ?? base, name)).toSorted())
    }
    return paths
  },
)

/**
 * Lists the files to read: a file itself, or the files of a directory, ordered by name, without those whose names begin
 * with `_` or `.`. The path may be a pattern of files and directories. Fails if nothing is there, and if a directory holds
 * another directory, unless `recursive` is set.
 */
export const filesAt = (
  files: Files,
  path: string,
  recursive = false,
): Effect.Effect<ReadonlyArray<FileEntry>, FileError> => {
  return isPattern(path) ? filesMatching(files, path, recursive) : filesBelow(files, literal(path), recursive)
}

const filesMatching = Effect.fnUntraced(
  function* (files: Files, path: string, recursive: boolean) {
    const paths = (yield* Effect.forEach(alternatives(path), (pattern) => expand(files, pattern))).flat()
    if (paths.length === 0) {
      return yield* Effect.fail(
        new FileError({ path, operation: "find", reason: "NotFound", cause: `Input Pattern ${path} matches 0 files` }),
      )
    }
    return (yield* Effect.forEach(new Set(paths), (each) => filesBelow(files, each, recursive))).flat()
  },
)

/** A part of a file, in units of the caller: bytes or records. */
export interface FilePart {
  readonly file: FileEntry
  /** Where it begins, inclusive, and ends, exclusive. */
  readonly from: number
  readonly to: number
}

/**
 * Part `i` of `n` when files follow one another and are cut into `n` ranges of nearly equal length. A file that cannot be
 * cut belongs to the part that has its middle.
 */
export const partOf = (
  files: ReadonlyArray<FileEntry>,
  i: number,
  n: number,
  lengthOf: (file: FileEntry) => number,
  isWhole: (file: FileEntry) => boolean = () => false,
): ReadonlyArray<FilePart> => {
  const total = files.reduce((sum, file) => sum + lengthOf(file), 0)
  const [start, end] = [Math.floor((i * total) / n), Math.floor(((i + 1) * total) / n)]
  const parts: Array<FilePart> = []
  let offset = 0
  for (const file of files) {
    const length = lengthOf(file)
    const middle = offset + Math.floor(length / 2)
    const isOwn = middle >= start && middle < end
    const [from, to] = isWhole(file)
      ? [0, isOwn ? length : 0]
      : [Math.max(0, start - offset), Math.min(length, end - offset)]
    offset += length
    if (from < to) parts.push({ file, from, to })
  }
  return parts
}
