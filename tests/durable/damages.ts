/** Damages to the files of a store. */
import type { MemoryDisk } from "../../lib/durable/store/memory.ts"

/** Damages one file, as the numbers say. Gives what was done, or undefined if that changed nothing. */
export type Damage = (disk: MemoryDisk, foreign: MemoryDisk, file: string, a: number, b: number) => string | undefined

const change = (disk: MemoryDisk, file: string, f: (bytes: Uint8Array) => Uint8Array): string | undefined => {
  const found = disk.files.get(file)!
  const before = found.bytes
  found.bytes = f(before.slice())
  found.synced = found.bytes.length
  return before.join() === found.bytes.join() ? undefined : file
}

/** The kinds of damage by their names. */
export const damages: Readonly<Record<string, Damage>> = {
  truncated: (disk, _, file, a) => change(disk, file, (bytes) => bytes.slice(0, a % (bytes.length + 1))),
  "bit-flipped": (disk, _, file, a, b) =>
    change(disk, file, (bytes) => {
      if (bytes.length > 0) bytes[a % bytes.length]! ^= 1 << (b % 8)
      return bytes
    }),
  zeroed: (disk, _, file, a, b) => change(disk, file, (bytes) => bytes.fill(0, a % (bytes.length + 1), a + b)),
  missing: (disk, _, file) => disk.files.delete(file) ? file : undefined,
  swapped: (disk, _, file, a) => {
    const names = Array.from(disk.files.keys())
    const other = names[a % names.length]!
    const [one, two] = [disk.files.get(file)!, disk.files.get(other)!]
    disk.files.set(file, two)
    disk.files.set(other, one)
    return file === other ? undefined : `${file} with ${other}`
  },
  "copied over another": (disk, _, file, a) => {
    const names = Array.from(disk.files.keys())
    return change(disk, file, () => disk.files.get(names[a % names.length]!)!.bytes.slice())
  },
  foreign: (disk, foreign, file, a) => {
    const names = Array.from(foreign.files.keys())
    const other = foreign.files.has(file) ? file : names[a % names.length]!
    disk.files.set(other, { ...foreign.files.get(other)! })
    return other
  },
  "extended with zeros": (disk, _, file, a) =>
    change(disk, file, (bytes) => Uint8Array.from([...bytes, ...new Uint8Array(1 + a % 100)])),
}
