/** Input records of the benchmarks. They come from a seeded generator, so every run has the same records. */

/** How many words each of `lines` has. */
export const WORDS_PER_LINE = 12

/** The generator mulberry32: gives whole numbers from 0 up to a bound, always the same for a seed. */
export const random = (seed: number): (bound: number) => number => {
  let state = seed | 0
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}

const vocabulary = (): ReadonlyArray<string> => {
  const below = random(1)
  const letter = () => String.fromCharCode(97 + below(26))
  return Array.from({ length: 5000 }, () => Array.from({ length: 7 }, letter).join(""))
}

/** The vocabulary of `lines`: 5,000 words of 7 letters. */
export const words: ReadonlyArray<string> = vocabulary()

/** The word that `grep` searches for. */
export const needle: string = words[42] ?? ""

/** Makes lines of 12 words, 95 characters each. */
export const lines = (pool: number, count: number): ReadonlyArray<string> => {
  const below = random(1000 + pool)
  const word = () => words[below(words.length)]
  return Array.from({ length: count }, () => Array.from({ length: WORDS_PER_LINE }, word).join(" "))
}

const encoder = new TextEncoder()

/** Makes the bytes of a text of `lines`, each with a line end. */
export const textBytes = (pool: number, count: number): Uint8Array => {
  const parts: Array<Uint8Array> = []
  const all = lines(pool, count)
  for (let i = 0; i < count; i += 1000) parts.push(encoder.encode(`${all.slice(i, i + 1000).join("\n")}\n`))
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

// JavaScript engines keep small whole numbers and other numbers in arrays of different kinds, and loops over them differ in
// speed by a factor of three. So each function makes one kind, and nothing but `| 0` says reliably which.

/** Makes whole numbers below 2^20, in an array of small integers. */
export const ints = (pool: number, count: number): ReadonlyArray<number> => {
  const below = random(2000 + pool)
  return Array.from({ length: count }, () => below(2 ** 20) | 0)
}

/** Makes the numbers of `ints`, in an array of doubles. */
export const doubles = (pool: number, count: number): ReadonlyArray<number> => {
  const numbers = ints(pool, count)
  // An array that has held a fraction stays an array of doubles.
  const kept = numbers.map((n) => n + 0.5)
  numbers.forEach((n, i) => kept[i] = n)
  return kept
}

/** A key and a value, both whole numbers. */
export type Pair = readonly [key: number, value: number]

/** Makes pairs for a stream, with keys below `keys` and values below 1,000. */
export const pairs = (stream: number, pool: number, count: number, keys: number): ReadonlyArray<Pair> => {
  const below = random(3000 + 10 * stream + pool)
  return Array.from({ length: count }, (): Pair => [below(keys) | 0, below(1000) | 0])
}

/** Hashes a pair. The sum of the hashes does not depend on the order of pairs. */
export const hashPair = (key: number, value: number): number => Math.imul(Math.imul(key + 1, 0x9e3779b1), value)

/** Hashes word counts. Equal counts have equal checksums, in any order. */
export const checksum = (counts: Iterable<readonly [word: string, count: number]>): number => {
  let sum = 0
  for (const [word, count] of counts) {
    let hash = 0x811c9dc5
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
    sum = (sum + Math.imul(hash, count)) | 0
  }
  return sum
}
