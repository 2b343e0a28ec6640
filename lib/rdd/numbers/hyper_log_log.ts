/**
 * HyperLogLog: how many different keys there are, counted in a few hundred bytes.
 *
 * @module
 */
import * as Option from "effect/Option"
import { hashKey, UnsupportedKey, unsupportedKey } from "../../core/keys.ts"

/** One byte for each register: the longest run of zero bits seen in it, and one. */
export type Sketch = Uint8Array

const double = new Float64Array(1)
const words = new Int32Array(double.buffer)

/** Two hashes of 32 bits side by side, fed word by word. */
class Hasher {
  a = 0
  b = 0
  reset(): void {
    this.a = 0x9e3779b9
    this.b = 0x243f6a88
  }
  word(word: number): void {
    const a = Math.imul(this.a ^ word, 0x85ebca6b)
    const b = Math.imul(this.b ^ word, 0xc2b2ae35)
    this.a = (a << 13) | (a >>> 19)
    this.b = (b << 17) | (b >>> 15)
  }
  /** A key, by value: equal keys feed the same words. */
  key(key: unknown): void {
    if (typeof key === "string") {
      this.word(key.length)
      for (let i = 0; i < key.length; i++) this.word(key.charCodeAt(i))
    } else if (typeof key === "number") {
      double[0] = key === key ? key + 0 : NaN
      this.word(key === key ? words[0] ?? 0 : 1)
      this.word(key === key ? words[1] ?? 0 : -1)
    } else if (typeof key === "bigint") {
      this.word(-2)
      this.key(key.toString())
    } else if (Array.isArray(key)) {
      this.word(-3 - key.length)
      for (const part of key) this.key(part)
    } else if (key instanceof Date) {
      this.word(-1)
      this.key(key.getTime())
    } else if (Option.isOption(key) && Option.isSome(key)) {
      this.word(5)
      this.key(key.value)
    } else {
      this.word(typeof key === "boolean" ? 2 : key === null ? 3 : 4)
      this.word(hashKey(key))
    }
  }
  finish(): void {
    const mix = (x: number): number => {
      const y = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
      const z = Math.imul(y ^ (y >>> 13), 0xc2b2ae35)
      return z ^ (z >>> 16)
    }
    const [a, b] = [this.a, this.b]
    this.a = mix((a + Math.imul(b, 5)) | 0)
    this.b = mix((b + Math.imul(this.a, 9)) | 0)
  }
}

const hasher = new Hasher()

/** How many bits choose the register, for a relative standard deviation. */
export const precisionFor = (relativeSD: number): number => Math.max(4, Math.ceil(2 * Math.log2(1.054 / relativeSD)))

/** A sketch of nothing. */
export const empty = (precision: number): Sketch => new Uint8Array(2 ** precision)

/** Adds a key to a sketch, in place. Throws `UnsupportedKey` for what cannot be a key. */
export const add = (sketch: Sketch, key: unknown): void => {
  if (typeof key === "object" && key !== null) {
    const problem = unsupportedKey(key)
    if (problem !== undefined) throw new UnsupportedKey({ problem })
  }
  hasher.reset()
  hasher.key(key)
  hasher.finish()
  // Registers by the low bits of one word, runs of zeros in the other word and what is left of the first.
  const register = hasher.a & (sketch.length - 1)
  const run = hasher.b === 0 ? 33 + Math.clz32(hasher.a | (sketch.length - 1)) : 1 + Math.clz32(hasher.b)
  if (run > sketch[register]!) sketch[register] = run
}

/** Both together, as a new sketch. */
export const merge = (a: Sketch, b: Sketch): Sketch => a.map((run, i) => Math.max(run, b[i] ?? 0))

/** Sum of x^(2^k) 2^(k-1), which stands for the registers that are still empty. */
const sigma = (x: number): number => {
  if (x === 1) return Infinity
  let [z, power, weight, before] = [x, x, 1, -1]
  while (z !== before) {
    power *= power
    before = z
    z += power * weight
    weight += weight
  }
  return z
}

/** The number of different keys in a sketch: an estimate that needs no correction for small or large numbers. */
export const estimate = (sketch: Sketch): number => {
  const m = sketch.length
  const counts = new Map<number, number>()
  for (const run of sketch) counts.set(run, (counts.get(run) ?? 0) + 1)
  let z = 0
  for (let run = Math.max(...counts.keys()); run >= 1; run--) z = 0.5 * (z + (counts.get(run) ?? 0))
  z += m * sigma((counts.get(0) ?? 0) / m)
  return Math.round((m * m) / (2 * Math.LN2 * z))
}
