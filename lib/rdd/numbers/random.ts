/**
 * Random number generators that produce the same numbers as Spark's for the same seed.
 *
 * Each task creates its own generator, so a sample depends only on the seed and the partition, not on the engine or the
 * run.
 *
 * @module
 */
import { InvalidOption } from "../../core/errors.ts"

/** A generator of uniformly distributed random numbers. */
export interface Generator {
  /** Returns the next number: at least 0 and less than 1. */
  readonly nextDouble: () => number
}

/** Checks that a seed is a whole number that JavaScript represents exactly. */
export const checkSeed = (where: string, seed: number): InvalidOption | undefined =>
  Number.isSafeInteger(seed)
    ? undefined
    : new InvalidOption({ where, option: "seed", value: seed, expected: "a safe integer" })

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))

const mixed = (word: number): number => Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593)

/** Computes MurmurHash3 of the eight bytes of a Java `long`, read as two little-endian words. */
const murmur = (high: number, low: number, seed: number): number => {
  let hash = seed
  for (const word of [high, low]) {
    const swapped = (rotate(word, 8) & 0x00ff00ff) | (rotate(word, 24) & 0xff00ff00)
    hash = (Math.imul(rotate(hash ^ mixed(swapped), 13), 5) + 0xe6546b64) | 0
  }
  hash ^= 8
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** The seed that Scala's `MurmurHash3` uses for arrays; Spark hashes seeds with it. */
const ARRAY_SEED = 0x3c074a61

const halves = (seed: bigint): readonly [high: number, low: number] => [
  Number(BigInt.asIntN(32, seed >> 32n)),
  Number(BigInt.asIntN(32, seed)),
]

/** Creates a 64-bit xorshift generator. Its state is kept as two 32-bit words. Spark: `XORShiftRandom`. */
export const xorShift = (seed: bigint): Generator => {
  const [seedHigh, seedLow] = halves(seed)
  let low = murmur(seedHigh, seedLow, ARRAY_SEED)
  let high = murmur(seedHigh, seedLow, low)
  const step = () => {
    const [h, l] = [high ^ ((high << 21) | (low >>> 11)), low ^ (low << 21)]
    const shifted = l ^ (h >>> 3)
    high = h ^ ((h << 4) | (shifted >>> 28))
    low = shifted ^ (shifted << 4)
  }
  return {
    nextDouble: () => {
      step()
      const top = low & 0x3ffffff
      step()
      return (top * 2 ** 27 + (low & 0x7ffffff)) * 2 ** -53
    },
  }
}

/** The operations of Java's `java.util.Random`. */
export interface JavaRandom {
  /** Returns the next signed 32-bit whole number. */
  readonly nextInt: () => number
  /** Returns the next whole number from 0 to `bound` - 1. */
  readonly nextBelow: (bound: number) => number
  /** Returns the next signed 64-bit whole number. */
  readonly nextLong: () => bigint
}

/** Creates the generator of Java's `java.util.Random`: linear congruential, with 48 bits of state. */
export const javaRandom = (seed: bigint): JavaRandom => {
  let state = BigInt.asUintN(48, seed ^ 0x5deece66dn)
  const next = (bits: number): number => {
    state = BigInt.asUintN(48, state * 0x5deece66dn + 11n)
    return Number(BigInt.asIntN(32, state >> 16n)) >> (32 - bits)
  }
  const positive = (): number => next(32) >>> 1
  return {
    nextInt: () => next(32),
    nextBelow: (bound) => {
      if ((bound & -bound) === bound) return Math.floor(bound * (positive() / 2 ** 31))
      let bits = positive()
      while (bits - (bits % bound) + bound > 2 ** 31) bits = positive()
      return bits % bound
    },
    nextLong: () => BigInt.asIntN(64, (BigInt(next(32)) << 32n) + BigInt(next(32))),
  }
}

/** The words of state of {@link well}. */
const WORDS = 624

/** Creates the generator `Well19937c` of Apache Commons Math, which has a period of 2^19937 − 1. */
export const well = (seed: bigint): Generator => {
  const v = new Int32Array(WORDS)
  v.set(halves(seed))
  for (let i = 2; i < WORDS; i++) {
    const before = v[i - 2] ?? 0
    v[i] = Math.imul(1812433253, before ^ (before >> 30)) + i
  }
  let index = 0
  const at = (offset: number): number => v[(index + offset) % WORDS] ?? 0
  const next = (): number => {
    const z0 = (at(WORDS - 1) & 0x80000000) ^ (at(WORDS - 2) & 0x7fffffff)
    const z1 = at(0) ^ (at(0) << 25) ^ at(70) ^ (at(70) >>> 27)
    const z2 = (at(179) >>> 9) ^ at(449) ^ (at(449) >>> 1)
    const z3 = z1 ^ z2
    const z4 = z0 ^ z1 ^ (z1 << 9) ^ z2 ^ (z2 << 21) ^ z3 ^ (z3 >>> 21)
    const [one, two] = [(index + WORDS - 1) % WORDS, (index + WORDS - 2) % WORDS]
    v[index] = z3
    v[one] = z4
    v[two] = (v[two] ?? 0) & 0x80000000
    index = one
    const tempered = z4 ^ ((z4 << 7) & 0xe46e1700)
    return tempered ^ ((tempered << 15) & 0x9b868000)
  }
  return {
    nextDouble: () => {
      const top = next() >>> 6
      return (top * 2 ** 26 + (next() >>> 6)) * 2 ** -52
    },
  }
}

/**
 * Draws from a Poisson distribution by multiplying uniform numbers. Only for small means: from a mean of about 700,
 * `exp(-mean)` underflows.
 */
const poissonSmall = (mean: number, rng: Generator): number => {
  const stop = Math.exp(-mean)
  let n = 0
  for (let r = rng.nextDouble(); r >= stop && n < 1000 * mean; r *= rng.nextDouble()) n++
  return n
}

/** The largest mean that is drawn in one step. */
const PIVOT = 40

/** Draws from a Poisson distribution. A large mean is drawn as a sum of draws with smaller means. */
export const poisson = (mean: number, rng: Generator): number => {
  let n = 0
  for (let rest = mean; rest > 0; rest -= PIVOT) n += poissonSmall(Math.min(rest, PIVOT), rng)
  return n
}

/** Returns the records in random order, in a new array. */
export const shuffled = <A>(records: ReadonlyArray<A>, rng: JavaRandom): Array<A> => {
  const out = [...records]
  for (let i = out.length - 1; i > 0; i--) {
    const j = rng.nextBelow(i + 1)
    const swapped = out[i]!
    out[i] = out[j]!
    out[j] = swapped
  }
  return out
}
