/**
 * Hashes of keys that cannot be predicted, for tables that have been given many keys with equal hashes. The hashes of
 * Java, by which Spark places keys, are public: keys with equal ones are easy to make.
 *
 * @module
 */
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"

/** Random numbers, made once in each process. */
const [first = 0, second = 0] = crypto.getRandomValues(new Int32Array(2))

const double = new Float64Array(1)
const words = new Int32Array(double.buffer)

/** HalfSipHash with one round for each word, and three at the end. */
class Sip {
  #a = first
  #b = second
  #c = first ^ 0x6c796765
  #d = second ^ 0x74656462

  #round(): void {
    let [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d]
    a = (a + b) | 0
    b = ((b << 5) | (b >>> 27)) ^ a
    a = (a << 16) | (a >>> 16)
    c = (c + d) | 0
    d = ((d << 8) | (d >>> 24)) ^ c
    a = (a + d) | 0
    d = ((d << 7) | (d >>> 25)) ^ a
    c = (c + b) | 0
    b = ((b << 13) | (b >>> 19)) ^ c
    c = (c << 16) | (c >>> 16)
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
  }

  word(word: number): void {
    this.#d ^= word
    this.#round()
    this.#a ^= word
  }

  text(text: string): void {
    this.word(text.length)
    for (let i = 0; i < text.length; i += 2) this.word(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16))
  }

  number(n: number): void {
    double[0] = n === 0 ? 0 : n // -0 equals 0
    this.word(n !== n ? 1 : words[0]!)
    this.word(n !== n ? 1 : words[1]!)
  }

  finish(): number {
    this.#c ^= 0xff
    for (let i = 0; i < 3; i++) this.#round()
    return this.#b ^ this.#d
  }
}

/** Adds a key. Each kind begins with a word of its own. */
const add = (sip: Sip, key: unknown): void => {
  if (typeof key === "string") {
    sip.word(1)
    sip.text(key)
  } else if (typeof key === "number") {
    sip.word(2)
    sip.number(key)
  } else if (typeof key === "bigint") {
    sip.word(3)
    sip.text(key.toString(36))
  } else if (typeof key !== "object" || key === null) {
    sip.word(4)
    sip.text(String(key))
  } else if (Array.isArray(key)) {
    sip.word(5)
    sip.word(key.length)
    for (const element of key) add(sip, element)
  } else if (key instanceof Date) {
    sip.word(6)
    sip.number(key.getTime())
  } else if (Option.isOption(key)) {
    sip.word(7)
    if (Option.isSome(key)) add(sip, key.value)
  } else {
    sip.word(8)
    sip.word(Hash.hash(key))
  }
}

/**
 * Returns the secret hash of a key. Equal keys have equal hashes within a process, and other hashes in another process. Of
 * objects that define their own equality it is only as good as the hash that they define.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { hashKey } from "./keys.ts"
 * import { secretHash } from "./secret_hash.ts"
 *
 * assert.equal(hashKey("Aa"), hashKey("BB"))
 * assert.notEqual(secretHash("Aa"), secretHash("BB"))
 * assert.equal(secretHash(["a", -0]), secretHash(["a", 0]))
 * ```
 */
export const secretHash = (key: unknown): number => {
  const sip = new Sip()
  add(sip, key)
  return sip.finish()
}
