/**
 * Paths relative to a directory.
 *
 * @module
 */
import { join } from "../rdd/files/glob.ts"

/** The directory that some directories are or are in; `.` if they have none in common. */
export const commonDirectory = (directories: ReadonlyArray<string>): string => {
  const [first = ".", ...others] = directories
  if (others.length === 0) return first
  const parts = first.split("/")
  const isCommon = (i: number) => others.every((other) => other.split("/")[i] === parts[i])
  const end = parts.findIndex((_, i) => !isCommon(i))
  if (end < 0) return first
  return end === 0 ? "." : parts.slice(0, end).join("/") || "/"
}

/** A path below a directory, without the directory. `join` undoes it. */
export const relativeTo = (directory: string, path: string): string => path.slice(join(directory, "").length)
