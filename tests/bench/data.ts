/** The records that benches work on: always the same, from a seeded generator, so that results can be compared. */

const WORDS_PER_LINE = 12

/** mulberry32: the unsigned 32-bit numbers that follow from a seed. */
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

/** The 5,000 words of 7 letters that lines are made of. */
export const words: ReadonlyArray<string> = vocabulary()

/** The word that `grep` looks for. */
export const needle: string = words[42] ?? ""

/** Lines of 12 words: 95 characters. */
export const lines = (pool: number, count: number): ReadonlyArray<string> => {
  const below = random(1000 + pool)
  const word = () => words[below(words.length)]
  return Array.from({ length: count }, () => Array.from({ length: WORDS_PER_LINE }, word).join(" "))
}

/** Whole numbers below 2^20. */
export const ints = (pool: number, count: number): ReadonlyArray<number> => {
  const below = random(2000 + pool)
  return Array.from({ length: count }, () => below(2 ** 20))
}

/** A key and a value, both whole numbers. */
export type Pair = readonly [key: number, value: number]

/** Pairs of a stream: keys below a bound, values below 1,000. */
export const pairs = (stream: number, pool: number, count: number, keys: number): ReadonlyArray<Pair> => {
  const below = random(3000 + 10 * stream + pool)
  return Array.from({ length: count }, (): Pair => [below(keys), below(1000)])
}

/** One pair as a number, to be summed up. */
export const hashPair = (key: number, value: number): number => Math.imul(Math.imul(key + 1, 0x9e3779b1), value)

/** A word count as one number: equal for equal counts, whatever their order. */
export const checksum = (counts: Iterable<readonly [word: string, count: number]>): number => {
  let sum = 0
  for (const [word, count] of counts) {
    let hash = 0x811c9dc5
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
    sum = (sum + Math.imul(hash, count)) | 0
  }
  return sum
}
