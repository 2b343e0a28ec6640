/**
 * Names of files, and of the files that they are written to first.
 *
 * @module
 */
import type { FileEntry } from "../../rdd/files/files.ts"

/** The order in which JavaScript compares strings. */
export const byName = (a: FileEntry, b: FileEntry): number => a.name < b.name ? -1 : a.name > b.name ? 1 : 0

/**
 * A hidden sibling that a file is written to before it gets its name, which is the end of the path. Another one for each call:
 * an attempt in another process may be writing the same file.
 */
export const hiddenSibling = (path: string, name: string): string =>
  `${path.slice(0, path.length - name.length)}.${name}.${crypto.randomUUID().slice(0, 8)}.tmp`
