/**
 * A hash table over keys compared by value, which keeps the order of insertion.
 *
 * @module
 */
import { hashKey, hashString } from "./keys.ts"
import { COLLISION, MOST_STEPS, sameKey, secretHash, SPREAD } from "./probing.ts"

const none = new Int32Array(0)

const enlarged = (given: Int32Array, length: number): Int32Array => {
  const larger = new Int32Array(length)
  larger.set(given)
  return larger
}

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
  /** The value of each key. A fresh key's is `undefined` until the caller writes it. */
  readonly values: Array<V> = []
  /** The hash of each key, then unused room. Replaced when the table grows, so do not hold on to it. */
  hashes: Int32Array
  /** How many keys there are. */
  size = 0
  /** Whether the last `locate` or `locateHashed` inserted its key. */
  fresh = false
  /** Open addressing with linear probing: entry number + 1, or 0 where free. At most half full. */
  #index: Int32Array
  #shift: number
  /** The secret hash of each key, by which the index goes in place of `hashes` once many keys have had equal ones. */
  #secrets: Int32Array | undefined

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
    return this.locateHashed(key, typeof key === "string" ? hashString(key) : hashKey(key))
  }

  /** As `locate`, for a caller that knows the key's hash. */
  locateHashed(key: K, hash: number): number {
    if (this.#secrets !== undefined) return this.#locateSecret(key, hash, this.#secrets)
    const index = this.#index
    const mask = index.length - 1
    let slot = Math.imul(hash, SPREAD) >>> this.#shift
    let entry: number
    let left = MOST_STEPS
    while ((entry = index[slot]! - 1) >= 0) {
      if (this.hashes[entry] === hash) {
        if (sameKey(this.keys[entry], key)) {
          this.fresh = false
          return entry
        }
        left -= COLLISION
      }
      if (--left < 0) return this.#locateSecret(key, hash, this.#useSecrets())
      slot = (slot + 1) & mask
    }
    return this.#insert(key, hash, slot, hash)
  }

  /** The number of the key, or -1 when it is absent. */
  find(key: K): number {
    const hashes = this.#secrets ?? this.hashes
    const hash = this.#secrets === undefined ? hashKey(key) : secretHash(key)
    const index = this.#index
    const mask = index.length - 1
    let slot = Math.imul(hash, SPREAD) >>> this.#shift
    let entry: number
    while ((entry = index[slot]! - 1) >= 0) {
      if (hashes[entry] === hash && sameKey(this.keys[entry], key)) return entry
      slot = (slot + 1) & mask
    }
    return -1
  }

  /** As `locateHashed`, by secret hashes. */
  #locateSecret(key: K, hash: number, secrets: Int32Array): number {
    const secret = secretHash(key)
    const index = this.#index
    const mask = index.length - 1
    let slot = Math.imul(secret, SPREAD) >>> this.#shift
    let entry: number
    while ((entry = index[slot]! - 1) >= 0) {
      if (secrets[entry] === secret && sameKey(this.keys[entry], key)) {
        this.fresh = false
        return entry
      }
      slot = (slot + 1) & mask
    }
    return this.#insert(key, hash, slot, secret)
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

  /** Builds the index anew by secret hashes. */
  #useSecrets(): Int32Array {
    const secrets = new Int32Array(this.hashes.length)
    for (let entry = 0; entry < this.size; entry++) secrets[entry] = secretHash(this.keys[entry])
    this.#secrets = secrets
    this.#fill(this.#index.fill(0))
    return secrets
  }

  /** `indexed` is the hash by which the index goes. */
  #insert(key: K, hash: number, slot: number, indexed: number): number {
    const entry = this.size
    if (entry === this.hashes.length) slot = this.#grow(indexed)
    if (this.#secrets !== undefined) this.#secrets[entry] = indexed
    this.#index[slot] = entry + 1
    this.hashes[entry] = hash
    this.keys.push(key)
    this.values.push(undefined as V)
    this.size = entry + 1
    this.fresh = true
    return entry
  }

  /** Doubles the table and gives the free slot for a hash in it. */
  #grow(hash: number): number {
    const length = this.hashes.length * 2
    this.hashes = enlarged(this.hashes, length)
    this.#secrets = this.#secrets && enlarged(this.#secrets, length)
    this.#shift--
    this.#fill(this.#index = new Int32Array(this.#index.length * 2))
    return this.#free(hash)
  }

  /** Puts all entries into an empty index. */
  #fill(index: Int32Array): void {
    const hashes = this.#secrets ?? this.hashes
    for (let entry = 0; entry < this.size; entry++) index[this.#free(hashes[entry]!)] = entry + 1
  }

  #free(hash: number): number {
    const mask = this.#index.length - 1
    let slot = Math.imul(hash, SPREAD) >>> this.#shift
    while (this.#index[slot] !== 0) slot = (slot + 1) & mask
    return slot
  }
}
