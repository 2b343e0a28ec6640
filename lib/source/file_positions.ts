/**
 * The positions of file streams: which files a batch reads, and which ones have been seen, as small plain data.
 *
 * @module
 */
import type { FileEntry } from "../rdd/files/files.ts"
import { join } from "../rdd/files/glob.ts"
import { inPieces, type Piecewise } from "../core/pace.ts"
import { relativeTo } from "./relative_paths.ts"

/** What a batch reads: files, as they were when they were selected. The arrays have one item for each file. */
export interface FilePosition {
  /** The directory that all names are relative to. */
  readonly base: string
  readonly names: ReadonlyArray<string>
  /** In bytes. */
  readonly sizes: ReadonlyArray<number>
  /** When the files were modified, in milliseconds since the epoch; null if that is not known. */
  readonly times: ReadonlyArray<number | null>
  /** Names that have disappeared since the position before. A file of such a name is a new one. */
  readonly gone?: ReadonlyArray<string> | undefined
  /** Files that were modified at or before this time were too old for the batch. */
  readonly tooOld?: number | undefined
}

/** What stands for all positions so far: the files that must not be read, because they have been or were there at the start. */
export interface FileSummary {
  readonly base: string
  readonly seen: ReadonlyArray<string>
  /** When the files of `seen` were modified. Empty with `newBy: "name"`, which does not use times. */
  readonly times: ReadonlyArray<number | null>
  /** Files that were modified at or before this time are not in `seen`, and must not be read either. */
  readonly tooOld?: number | undefined
}

/** The files of a position. */
export const filesOf = ({ base, names, sizes, times }: FilePosition): ReadonlyArray<FileEntry> =>
  names.map((name, i) => ({
    path: join(base, name),
    name: name.slice(name.lastIndexOf("/") + 1),
    isDirectory: false,
    size: sizes[i] ?? 0,
    modifiedMs: times[i] ?? undefined,
  }))

/** Makes the position of files. */
export function* positionOf(
  base: string,
  files: ReadonlyArray<FileEntry>,
  gone: ReadonlyArray<string>,
  tooOld: number | undefined,
): Piecewise<FilePosition> {
  const names: Array<string> = []
  const sizes: Array<number> = []
  const times: Array<number | null> = []
  yield* inPieces(files.length, (from, to) => {
    for (let i = from; i < to; i++) {
      const { modifiedMs, path, size } = files[i]!
      names.push(relativeTo(base, path))
      sizes.push(size)
      times.push(modifiedMs ?? null)
    }
  })
  const goneNames: Array<string> = []
  yield* inPieces(gone.length, (from, to) => {
    for (let i = from; i < to; i++) goneNames.push(relativeTo(base, gone[i]!))
  })
  return {
    base,
    names,
    sizes,
    times,
    ...(goneNames.length > 0 && { gone: goneNames }),
    ...(tooOld !== undefined && { tooOld }),
  }
}
