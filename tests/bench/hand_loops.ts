/** Workloads on lines and numbers, written by hand with loops and `Map`s on one thread. The library is compared with them. */
import { needle } from "./data.ts"

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

const decoder = new TextDecoder()

/** Decodes a text in which every line has an end. */
export const linesOf = (bytes: Uint8Array): ReadonlyArray<string> => {
  const lines = decoder.decode(bytes).split("\n")
  lines.pop()
  return lines
}

/** Multiplies small integers by three, keeps the even results, adds one, and sums up. */
export const mapFilterInts = (ints: ReadonlyArray<number>): number => {
  let sum = 0
  for (let i = 0; i < ints.length; i++) {
    const tripled = ints[i]! * 3
    if (tripled % 2 === 0) sum = (sum + tripled + 1) | 0
  }
  return sum
}

/** Does with doubles what {@link mapFilterInts} does with integers. */
export const mapFilterDoubles = (doubles: ReadonlyArray<number>): number => {
  let sum = 0
  for (let i = 0; i < doubles.length; i++) {
    const tripled = doubles[i]! * 3
    if (tripled % 2 === 0) sum = sum + tripled + 1
  }
  return sum
}
