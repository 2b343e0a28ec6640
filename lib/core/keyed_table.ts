/**
 * A hash table over keys compared by value, which keeps the order of insertion.
 *
 * @module
 */
import { hashKey, hashString } from "./keys.ts"
import { COLLISION, MOST_STEPS, sameKey, secretHash, SPREAD } from "./probing.ts"

const none = new Int32Array(0)

/** From which length on an index only doubles. */
const LARGE = 2 ** 15

const enlarged = (given: Int32Array, length: number): Int32Array => {
  const larger = new Int32Array(length)
  larger.set(given)
  return larger
}

/** Whether a key is a whole number of 32 bits, which is its own hash. */
const isInt = (key: unknown): key is number => typeof key === "number" && (key | 0) === key

/**
 * A map from keys to values, laid out for loops that aggregate: entries are numbered in the order of insertion, and
 * number `i` has its key, hash and value at `i` of three arrays. {@link KeyedTable.locate} turns a key into its number;
 * the caller then reads and writes `values` itself. Entries are never removed.
 *
 * Hashes are those of Java, which are public. If many keys have equal ones, the table goes on with secret hashes, so that
 * input that was made for it cannot make it slow.
 *
 * Keys are compared by value, as described in the module of keys; an unsupported key throws `UnsupportedKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { KeyedTable } from "./keyed_table.ts"
 *
 * const counts = new KeyedTable<string, number>()
 * for (const word of "to be or not to be".split(" ")) {
 *   const at = counts.locate(word)
 *   counts.values[at] = counts.fresh ? 1 : counts.values[at]! + 1
 * }
 * assert.deepEqual(counts.keys, ["to", "be", "or", "not"])
 * assert.deepEqual(counts.values, [2, 2, 1, 1])
 * ```
 */
export class KeyedTable<K, V> {
  /** The keys in the order of insertion. Only to be read. */
  readonly keys: Array<K> = []
  /** The value of each key. A fresh key has none until the caller writes it. */
  readonly values: Array<V> = []
  /** The hash of each key, then unused room. Replaced when the table grows, so do not hold on to it. */
  hashes: Int32Array
  /** How many keys there are. */
  size = 0
  /** Whether the last `locate` or `locateHashed` inserted its key. */
  fresh = false
  /**
   * Open addressing with linear probing, at most half full: 0 where free, the number of the entry + 1 if its key is a whole
   * number of 32 bits, and otherwise the same with a minus sign. Such numbers are compared with each other as they are.
   */
  #index: Int32Array
  #shift: number
  /** Whether the index goes by secret hashes, because many keys have had equal ones. */
  #isSecret = false

  #words: ReadonlyArray<unknown> | undefined
  #entries: Int32Array = none

  /** An empty table, with room for `capacity` keys before it first grows. */
  constructor(capacity = 32) {
    const bits = Math.max(3, 33 - Math.clz32(Math.max(1, capacity) - 1))
    this.#index = new Int32Array(2 ** bits)
    this.#shift = 32 - bits
    this.hashes = new Int32Array(2 ** (bits - 1))
  }

  /** The number of the key; inserts it when it is absent, and tells so in `fresh`. */
  locate(key: K): number {
    if (isInt(key)) return this.#locateInt(key, key | 0)
    return this.#locateOther(key, typeof key === "string" ? hashString(key) : hashKey(key))
  }

  /** As `locate`, for a caller that knows the key's hash. */
  locateHashed(key: K, hash: number): number {
    return isInt(key) ? this.#locateInt(key, hash) : this.#locateOther(key, hash)
  }

  #locateInt(key: K, hash: number): number {
    if (this.#isSecret) return this.#locateSecret(key, hash)
    const index = this.#index
    const mask = index.length - 1
    let at = Math.imul(hash, SPREAD) >>> this.#shift
    let number: number
    let left = MOST_STEPS
    while ((number = index[at]!) !== 0) {
      if (number > 0 && this.keys[number - 1] === key) {
        this.fresh = false
        return number - 1
      }
      if (--left < 0) return this.#locateSecret(key, hash)
      at = (at + 1) & mask
    }
    return this.#insert(key, hash, at, hash, 1)
  }

  #locateOther(key: K, hash: number): number {
    if (this.#isSecret) return this.#locateSecret(key, hash)
    const index = this.#index
    const mask = index.length - 1
    let at = Math.imul(hash, SPREAD) >>> this.#shift
    let number: number
    let left = MOST_STEPS
    while ((number = index[at]!) !== 0) {
      const entry = -1 - number
      if (entry >= 0 && this.hashes[entry] === hash) {
        if (sameKey(this.keys[entry], key)) {
          this.fresh = false
          return entry
        }
        left -= COLLISION
      }
      if (--left < 0) return this.#locateSecret(key, hash)
      at = (at + 1) & mask
    }
    return this.#insert(key, hash, at, hash, -1)
  }

  /** The number of the key, or -1 when it is absent. */
  find(key: K): number {
    return this.#find(key, this.#isSecret ? secretHash(key) : hashKey(key))
  }

  #find(key: K, hash: number): number {
    const index = this.#index
    const mask = index.length - 1
    let number: number
    for (let at = Math.imul(hash, SPREAD) >>> this.#shift; (number = index[at]!) !== 0; at = (at + 1) & mask) {
      const entry = Math.abs(number) - 1
      if ((this.#isSecret || this.hashes[entry] === hash) && sameKey(this.keys[entry], key)) return entry
    }
    return -1
  }

  /** As `locateHashed`, by secret hashes. */
  #locateSecret(key: K, hash: number): number {
    if (!this.#isSecret) this.#useSecrets()
    const secret = secretHash(key)
    const entry = this.#find(key, secret)
    this.fresh = false
    return entry < 0 ? this.#insert(key, hash, this.#vacant(secret), secret, isInt(key) ? 1 : -1) : entry
  }

  /**
   * For loops whose keys are words of one list: for each word by its number, the number of its entry + 1, or 0 where none is
   * known. The caller writes what it finds. The list of words may grow. For another list, all entries are unknown again.
   */
  entriesOf(words: ReadonlyArray<unknown>): Int32Array {
    if (this.#words !== words) {
      this.#words = words
      this.#entries = new Int32Array(words.length)
    } else if (this.#entries.length < words.length) {
      this.#entries = enlarged(this.#entries, Math.max(words.length, 2 * this.#entries.length))
    }
    return this.#entries
  }

  /** `indexed`: the hash by which the index goes. `sign`: that of the number in the index. */
  #insert(key: K, hash: number, at: number, indexed: number, sign: 1 | -1): number {
    const entry = this.size
    if (entry === this.hashes.length) {
      this.#grow()
      at = this.#vacant(indexed)
    }
    this.#index[at] = sign * (entry + 1)
    this.hashes[entry] = hash
    this.keys.push(key)
    this.size = entry + 1
    this.fresh = true
    return entry
  }

  /** Makes the table four times as large, and a large one twice as large. */
  #grow(): void {
    const bits = this.#index.length < LARGE ? 2 : 1
    this.hashes = enlarged(this.hashes, this.hashes.length << bits)
    this.#index = new Int32Array(this.#index.length << bits)
    this.#shift -= bits
    this.#fill()
  }

  /** Builds the index anew by secret hashes. */
  #useSecrets(): void {
    this.#isSecret = true
    this.#index.fill(0)
    this.#fill()
  }

  /** Puts all entries into an empty index. */
  #fill(): void {
    const { hashes, keys, size } = this
    const index = this.#index
    const mask = index.length - 1
    const shift = this.#shift
    const isSecret = this.#isSecret
    for (let entry = 0; entry < size; entry++) {
      const hash = isSecret ? secretHash(keys[entry]) : hashes[entry]!
      let at = Math.imul(hash, SPREAD) >>> shift
      while (index[at] !== 0) at = (at + 1) & mask
      index[at] = isInt(keys[entry]) ? entry + 1 : -1 - entry
    }
  }

  /** The slot for an absent key with a hash. */
  #vacant(hash: number): number {
    const index = this.#index
    const mask = index.length - 1
    let at = Math.imul(hash, SPREAD) >>> this.#shift
    while (index[at] !== 0) at = (at + 1) & mask
    return at
  }
}
