/** Workloads written by hand, with loops and `Map`s on one thread. The library is compared with them. */
import { hashPair, needle, type Pair } from "./data.ts"

/** A count that can be incremented in place. */
export interface Tally {
  n: number
}

/** Counts words. Finds them in each line without making an array of words. */
export const wordCount = (lines: ReadonlyArray<string>): ReadonlyMap<string, Tally> => {
  const counts = new Map<string, Tally>()
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ""
    for (let start = 0; start <= line.length;) {
      const found = line.indexOf(" ", start)
      const end = found === -1 ? line.length : found
      const word = line.slice(start, end)
      const tally = counts.get(word)
      if (tally === undefined) counts.set(word, { n: 1 })
      else tally.n++
      start = end + 1
    }
  }
  return counts
}

/** Counts the lines that contain the needle. */
export const grep = (lines: ReadonlyArray<string>): number => {
  let found = 0
  for (let i = 0; i < lines.length; i++) {
    if (lines[i]!.includes(needle)) found++
  }
  return found
}

/** Multiplies by three, keeps the even results, adds one, and sums up. */
export const mapFilter = (ints: ReadonlyArray<number>): number => {
  let sum = 0
  for (let i = 0; i < ints.length; i++) {
    const tripled = ints[i]! * 3
    if (tripled % 2 === 0) sum = (sum + tripled + 1) | 0
  }
  return sum
}

/** Hashes a joined pair. The sum of the hashes does not depend on the order of pairs. */
export const hashJoined = (key: number, left: number, right: number): number =>
  hashPair(key, Math.imul(left + 1, right + 1))

/** Joins two lists of pairs by key, and sums up the hashes of the joined pairs. */
export const join = (left: ReadonlyArray<Pair>, right: ReadonlyArray<Pair>): number => {
  const table = new Map<number, Array<number>>()
  for (let i = 0; i < left.length; i++) {
    const [key, value] = left[i]!
    const values = table.get(key)
    if (values === undefined) table.set(key, [value])
    else values.push(value)
  }
  let sum = 0
  for (let i = 0; i < right.length; i++) {
    const [key, value] = right[i]!
    const matches = table.get(key)
    if (matches === undefined) continue
    for (let j = 0; j < matches.length; j++) sum = (sum + hashJoined(key, matches[j]!, value)) | 0
  }
  return sum
}
