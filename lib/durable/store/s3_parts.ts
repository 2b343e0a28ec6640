/**
 * The files of logs as objects of S3. An object cannot be appended to, so each sync of a file adds an object with the next
 * number:
 *
 * - `journal-0000000001/0000000000` has no bytes. The file exists as long as this object does.
 * - `journal-0000000001/0000000001` and those after it have the bytes, in order.
 * - An object without bytes after those seals the file: the next number is taken, so the process that wrote the file cannot
 *   go on. It stays when the file is removed.
 *
 * @module
 */
import type { S3Listing } from "../../remote/s3/listing.ts"
import { LOG_FILE } from "../log_store.ts"

/** The objects of one file: their sizes by their numbers. */
export type Parts = ReadonlyMap<number, number>

/** What is in the place of a store. */
export interface Contents {
  /** The objects by the names of files. Those without an object 0 are remains of a file that was removed. */
  readonly files: ReadonlyMap<string, Parts>
  /** When an object of each file was written last, in milliseconds since the epoch. 0 if the store does not tell. */
  readonly times: ReadonlyMap<string, number>
  /** The numbers of the epochs, in order. */
  readonly epochs: ReadonlyArray<number>
  /** Something that no log has written. */
  readonly foreign: string | undefined
}

/** How many bytes an object has at most, so that a request does not take long. */
export const PART_BYTES: number = 8 * 1024 * 1024

const digits = (number: number): string => String(number).padStart(10, "0")

/** The key of an object of a file, behind the prefix of the store. */
export const partKey = (file: string, number: number): string => `${file}/${digits(number)}`

/** The key of the object by which a process takes the store. */
export const epochKey = (epoch: number): string => `lock/${digits(epoch)}`

/** Sorts the objects of a store, whose keys begin with a prefix. */
export const contentsOf = (prefix: string, { objects }: S3Listing): Contents => {
  const files = new Map<string, Map<number, number>>()
  const times = new Map<string, number>()
  const epochs: Array<number> = []
  let foreign: string | undefined
  for (const { key, modifiedMs = 0, size } of objects) {
    const name = key.slice(prefix.length)
    const [, folder = "", digits = ""] = /^([^/]+)\/(\d{10})$/.exec(name) ?? []
    if (folder === "lock") epochs.push(Number(digits))
    else if (LOG_FILE.test(folder)) {
      const parts = files.get(folder) ?? new Map<number, number>()
      files.set(folder, parts.set(Number(digits), size))
      times.set(folder, Math.max(modifiedMs, times.get(folder) ?? 0))
    } else if (name !== "" && !name.startsWith(".")) foreign ??= name
  }
  return { files, times, epochs: epochs.sort((a, b) => a - b), foreign }
}

/** The lowest number that no object of a file has: that of the next one. */
export const nextNumber = (parts: Parts): number => {
  let next = 0
  while (parts.has(next)) next++
  return next
}

/** Whether nothing can be added to a file: an object without bytes is behind those with bytes. */
export const isSealed = (parts: Parts): boolean => {
  const last = nextNumber(parts) - 1
  return last > 0 && parts.get(last) === 0
}

/** A range of bytes of one object. */
export interface PartRange {
  readonly number: number
  readonly from: number
  readonly to: number
}

/** Where the bytes of a file from `from` to `to` are. Undefined if one of its objects is missing. */
export const rangesOf = (parts: Parts, from: number, to: number): ReadonlyArray<PartRange> | undefined => {
  const ranges: Array<PartRange> = []
  const next = nextNumber(parts)
  for (const [number, size] of parts) if (number > next && size > 0) return undefined
  for (let number = 1, offset = 0; number < next; number++) {
    const size = parts.get(number) ?? 0
    const [begin, end] = [Math.max(0, from - offset), Math.min(size, to - offset)]
    offset += size
    if (begin < end) ranges.push({ number, from: begin, to: end })
  }
  return ranges
}
