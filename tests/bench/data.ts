/** Input records of the benchmarks. They come from a seeded generator, so every run has the same records. */

const WORDS_PER_LINE = 12

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

/** Makes whole numbers below 2^20. */
export const ints = (pool: number, count: number): ReadonlyArray<number> => {
  const below = random(2000 + pool)
  return Array.from({ length: count }, () => below(2 ** 20))
}

/** A key and a value, both whole numbers. */
export type Pair = readonly [key: number, value: number]

/** Makes pairs for a stream, with keys below `keys` and values below 1,000. */
export const pairs = (stream: number, pool: number, count: number, keys: number): ReadonlyArray<Pair> => {
  const below = random(3000 + 10 * stream + pool)
  return Array.from({ length: count }, (): Pair => [below(keys), below(1000)])
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
