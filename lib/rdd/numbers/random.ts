/**
 * Random generators that draw what Spark's draw from the same seed. Each task seeds its own, so a sample depends on seed
 * and partition alone, on every engine and in every run.
 *
 * @module
 */
import { InvalidOption } from "../../core/errors.ts"

/** A source of random numbers. */
export interface Generator {
  /** A number from 0 up to 1, exclusive. */
  readonly nextDouble: () => number
}

/** Checks a seed: a whole number, as far as JavaScript's are exact. */
export const checkSeed = (where: string, seed: number): InvalidOption | undefined =>
  Number.isSafeInteger(seed)
    ? undefined
    : new InvalidOption({ where, option: "seed", value: seed, expected: "a whole number" })

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))

const mixed = (word: number): number => Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593)

/** MurmurHash3 of the eight bytes of a long, which are read as little-endian words. */
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

const ARRAY_SEED = 0x3c074a61

const halves = (seed: bigint): readonly [high: number, low: number] => [
  Number(BigInt.asIntN(32, seed >> 32n)),
  Number(BigInt.asIntN(32, seed)),
]

/** A xorshift generator over 64 bits, kept as two words. Spark: `XORShiftRandom`. */
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

/** A linear congruential generator over 48 bits. */
export interface Linear {
  /** A whole number of 32 bits. */
  readonly nextInt: () => number
  /** A whole number from 0 up to `bound`, exclusive. */
  readonly nextBelow: (bound: number) => number
  /** A whole number of 64 bits. */
  readonly nextLong: () => bigint
}

/** The generator of Java's library: `java.util.Random`. */
export const linear = (seed: bigint): Linear => {
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

const WORDS = 624

/** The WELL generator with a period of 2^19937 − 1, tempered. */
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

/** Draws from a Poisson distribution by multiplying; `mean` up to some hundreds, beyond which 64 bits underflow. */
const poissonSmall = (mean: number, rng: Generator): number => {
  const stop = Math.exp(-mean)
  let n = 0
  for (let r = rng.nextDouble(); r >= stop && n < 1000 * mean; r *= rng.nextDouble()) n++
  return n
}

const PIVOT = 40

/** How often something happens that happens `mean` times on average. */
export const poisson = (mean: number, rng: Generator): number => {
  let n = 0
  for (let rest = mean; rest > 0; rest -= PIVOT) n += poissonSmall(Math.min(rest, PIVOT), rng)
  return n
}

/** The records in random order. */
export const shuffled = <A>(records: ReadonlyArray<A>, rng: Linear): Array<A> => {
  const out = [...records]
  for (let i = out.length - 1; i > 0; i--) {
    const j = rng.nextBelow(i + 1)
    const moved = out[i]!
    out[i] = out[j]!
    out[j] = moved
  }
  return out
}
