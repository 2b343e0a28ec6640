/**
 * HyperLogLog: estimates the number of distinct keys with a few hundred bytes of memory.
 *
 * @module
 */
import * as Option from "effect/Option"
import { hashKey, UnsupportedKey, unsupportedKey } from "../../core/keys.ts"
import type { Piecewise } from "../../core/pace.ts"
import { type Block, forEachPiece } from "../block.ts"

/**
 * One byte for each register: 1 plus the longest run of leading zeros among the hashes that belong to it; 0 if there
 * are none.
 */
export type Sketch = Uint8Array

const double = new Float64Array(1)
const words = new Int32Array(double.buffer)

/** Computes two 32-bit hashes of a sequence of words. */
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
  /** Adds a key by value: equal keys add the same words. */
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

/** Returns the precision (the number of hash bits that select a register) for a relative standard deviation. */
export const precisionFor = (relativeSD: number): number => Math.max(4, Math.ceil(2 * Math.log2(1.054 / relativeSD)))

/** Creates a sketch without keys. */
export const empty = (precision: number): Sketch => new Uint8Array(2 ** precision)

/** Adds a key to a sketch, in place. Throws `UnsupportedKey` for a value that cannot be a key. */
export const add = (sketch: Sketch, key: unknown): void => {
  if (typeof key === "object" && key !== null) {
    const problem = unsupportedKey(key)
    if (problem !== undefined) throw new UnsupportedKey({ problem })
  }
  hasher.reset()
  hasher.key(key)
  hasher.finish()
  // The low bits of `a` select the register. Leading zeros are counted in `b`, and then in the other bits of `a`.
  const register = hasher.a & (sketch.length - 1)
  const run = hasher.b === 0 ? 33 + Math.clz32(hasher.a | (sketch.length - 1)) : 1 + Math.clz32(hasher.b)
  if (run > sketch[register]!) sketch[register] = run
}

/** Returns the sketch of the keys of a partition, as its only record. */
export function* sketchOf(block: Block<unknown>, precision: number): Piecewise<ReadonlyArray<Sketch>> {
  const sketch = empty(precision)
  yield* forEachPiece(block, (keys, from, to) => {
    for (let i = from; i < to; i++) add(sketch, keys[i])
  })
  return [sketch]
}

/** Merges two sketches into a new one. */
export const merge = (a: Sketch, b: Sketch): Sketch => a.map((run, i) => Math.max(run, b[i] ?? 0))

/**
 * Computes x + Σ x^(2^k) · 2^(k-1) over k ≥ 1: the contribution of empty registers, where `x` is their share of all.
 */
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

/** Estimates the number of distinct keys, by Ertl's method, which needs no correction for small or large numbers. */
export const estimate = (sketch: Sketch): number => {
  const m = sketch.length
  const counts = new Map<number, number>()
  for (const run of sketch) counts.set(run, (counts.get(run) ?? 0) + 1)
  let z = 0
  for (let run = Math.max(...counts.keys()); run >= 1; run--) z = 0.5 * (z + (counts.get(run) ?? 0))
  z += m * sigma((counts.get(0) ?? 0) / m)
  return Math.round((m * m) / (2 * Math.LN2 * z))
}
