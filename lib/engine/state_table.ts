/**
 * The table of a state: a hash table over keys compared by value.
 *
 * @module
 */
import type { KeyedTable } from "../core/keyed_table.ts"
import { hashKey } from "../core/keys.ts"
import { COLLISION, MOST_STEPS, sameKey, secretHash, SPREAD } from "../core/probing.ts"
import type { Columns } from "../rdd/column_block.ts"
import { InsertionOrder } from "./insertion_order.ts"

/** The value of a key that has been deleted. */
export const GONE = Symbol("gone")

/** Stands for a key that has been removed. */
const GAP = Symbol("gap")

/**
 * A map from keys to values that keeps the order of insertion. Each key has a place, an even number: `cells` has the key
 * there, and its value in the next cell. The index has the hash of each key beside its place. So a look-up reads memory at
 * only two spots. With a million keys neither is in the processor's cache, and that is what a look-up costs.
 */
export class StateTable {
  /** Keys, each with its value in the next cell; {@link GONE} if it has been deleted. Callers may write values. */
  readonly cells: Array<unknown> = []
  readonly #order = new InsertionOrder()
  /** Open addressing with linear probing, at most three quarters full: place + 1 (0 where free), then hash. */
  #index = new Int32Array(32)
  #shift = 28
  /** How many keys there are, including deleted ones. */
  #size = 0
  /** The key that was last looked for in vain, its hash, and where it belongs in the index. */
  #missed: unknown = GAP
  #hash = 0
  #free = 0
  /** Whether the index goes by secret hashes, because many keys have had equal ones. */
  #isSecret = false

  /** Whether the keys stand in the order in which they were inserted. */
  get isSorted(): boolean {
    return this.#order.isSorted
  }

  /** The place of a key, or -1. */
  find(key: unknown, hash: number = hashKey(key)): number {
    if (this.#isSecret) return this.#findSecret(key)
    const index = this.#index
    const mask = index.length - 1
    let at = (Math.imul(hash, SPREAD) >>> this.#shift) << 1
    let place: number
    let left = MOST_STEPS
    while ((place = index[at]! - 1) >= 0) {
      if (index[at + 1] === hash) {
        if (sameKey(this.cells[place], key)) return place
        left -= COLLISION
      }
      if (--left < 0) {
        this.#useSecrets()
        return this.#findSecret(key)
      }
      at = (at + 2) & mask
    }
    this.#missed = key
    this.#hash = hash
    this.#free = at
    return -1
  }

  /** As `find`, by secret hashes. */
  #findSecret(key: unknown): number {
    const hash = secretHash(key)
    const index = this.#index
    const mask = index.length - 1
    let at = this.#home(hash)
    let place: number
    while ((place = index[at]! - 1) >= 0) {
      if (index[at + 1] === hash && sameKey(this.cells[place], key)) return place
      at = (at + 2) & mask
    }
    this.#missed = key
    this.#hash = hash
    this.#free = at
    return -1
  }

  /**
   * Finds the places of the keys from number `from` on, as many as fit into `places`. Each step of the look-up is done for
   * all keys before the next step, so that the processor waits for many spots in memory at a time.
   */
  findMany({ hashes, keys }: Pick<Columns, "hashes" | "keys">, from: number, places: Int32Array): void {
    const index = this.#index
    const { cells } = this
    const n = Math.min(places.length, keys.length - from)
    if (this.#isSecret) {
      for (let i = 0; i < n; i++) places[i] = this.find(keys[from + i])
      return
    }
    for (let i = 0; i < n; i++) {
      const hash = hashes === undefined ? hashKey(keys[from + i]) : hashes[from + i]!
      places[i] = index[this.#home(hash)]! - 1
    }
    for (let i = 0; i < n; i++) if (places[i]! >= 0 && cells[places[i]!] !== keys[from + i]) places[i] = -2
    for (let i = 0; i < n; i++) if (places[i] === -2) places[i] = this.find(keys[from + i], hashes?.[from + i])
  }

  /**
   * Adds a key that the table does not have, and gives its place. It is the last in order; a key that is put back has the
   * number in the order that it had before.
   */
  insert(key: unknown, value: unknown, number?: number): number {
    if (this.#missed !== key) this.find(key)
    this.#missed = GAP
    if (4 * ++this.#size > 3 * (this.#index.length >> 1)) {
      this.#rebuild(this.#index.length * 2)
      this.#free = this.#vacant(this.#hash)
    }
    const place = this.cells.push(key, value) - 2
    this.#order.append(place >> 1, number)
    this.#index[this.#free] = place + 1
    this.#index[this.#free + 1] = this.#hash
    return place
  }

  /** Makes room for so many keys, and numbers keys inserted from now on with higher numbers than `newest`. */
  reserve(keys: number, newest: number): void {
    let slots = this.#index.length
    while (4 * keys > 3 * (slots >> 1)) slots *= 2
    if (slots > this.#index.length) this.#rebuild(slots)
    this.#order.skip(newest)
  }

  /** The highest number in the order of insertion, where the keys stand in that order; 0 if there are none. */
  get newest(): number {
    return this.cells.length === 0 ? 0 : this.numberOf(this.cells.length - 2)
  }

  /** The number of a key in the order of insertion. */
  numberOf(place: number): number {
    return this.#order.of(place >> 1)
  }

  /** Gives a key the number in the order of insertion that it had before. */
  setNumber(place: number, number: number): void {
    this.#order.set(place >> 1, number)
  }

  /**
   * Writes for each entry whose key is in another table, from its number `from` to `to`, one more than that number.
   * `numbers` has room for all entries.
   */
  numbersIn(others: KeyedTable<unknown, unknown>, from: number, to: number, numbers: Int32Array): void {
    for (let other = from; other < to; other++) {
      const place = this.find(others.keys[other], others.hashes[other])
      if (place >= 0) numbers[place >> 1] = other + 1
    }
  }

  /** The first place after a number in the order of insertion, where the keys stand in that order. */
  placeAfter(number: number): number {
    let low = 0
    let high = this.cells.length >> 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#order.of(middle) <= number) low = middle + 1
      else high = middle
    }
    return 2 * low
  }

  /** About `most` of the entries at equal distances: for estimates. */
  sample(most: number): ReadonlyArray<readonly [key: unknown, value: unknown]> {
    const { cells } = this
    const step = 2 * Math.max(1, Math.floor(cells.length / 2 / most))
    const entries: Array<readonly [unknown, unknown]> = []
    for (let place = 0; place < cells.length; place += step) {
      if (cells[place] !== GAP && cells[place + 1] !== GONE) entries.push([cells[place], cells[place + 1]])
    }
    return entries
  }

  /** Removes a key. If it is inserted again, it comes last. */
  remove(place: number): void {
    const { cells } = this
    const key = cells[place]
    if (key === GAP) return
    const index = this.#index
    const mask = index.length - 1
    let gap = this.#home(this.#isSecret ? secretHash(key) : hashKey(key))
    while (index[gap] !== place + 1) gap = (gap + 2) & mask
    // Closes the gap in the index: keys that would no longer be found behind it move there.
    for (let at = (gap + 2) & mask; index[at] !== 0; at = (at + 2) & mask) {
      if (((at - this.#home(index[at + 1]!)) & mask) < ((at - gap) & mask)) continue
      index[gap] = index[at]!
      index[gap + 1] = index[at + 1]!
      gap = at
    }
    index[gap] = 0
    this.#missed = GAP
    this.#size--
    cells[place] = GAP
    cells[place + 1] = GONE
    while (cells.at(-2) === GAP) cells.length -= 2
  }

  /** Closes the gaps in `cells` if these are more than half of it. Gives the new place of each key by its old one, -1 for gaps. */
  compact(): Int32Array | undefined {
    return this.cells.length <= 4 * this.#size + 32 ? undefined : this.#arrange(this.#entries(), this.isSorted)
  }

  /** Puts the keys in the order of insertion. Gives the new place of each key by its old one, -1 for gaps. */
  sort(): Int32Array {
    const order = this.#order
    return this.#arrange(this.#entries().sort((a, b) => order.of(a) - order.of(b)), true)
  }

  /** The numbers of the entries that are no gaps. */
  #entries(): Int32Array {
    const { cells } = this
    const entries = new Int32Array(this.#size)
    let size = 0
    for (let place = 0; place < cells.length; place += 2) if (cells[place] !== GAP) entries[size++] = place >> 1
    return entries
  }

  /** Moves entries to the front, in the given order, and drops all others. */
  #arrange(entries: Int32Array, isSorted: boolean): Int32Array {
    const { cells } = this
    const before = cells.slice()
    const places = new Int32Array(before.length).fill(-1)
    for (let to = 0; to < entries.length; to++) {
      const from = 2 * entries[to]!
      places[from] = 2 * to
      cells[2 * to] = before[from]
      cells[2 * to + 1] = before[from + 1]
    }
    cells.length = 2 * entries.length
    this.#order.rearrange(entries, isSorted)
    let slots = this.#index.length
    while (slots > 32 && 8 * this.#size < slots) slots /= 2
    this.#rebuild(slots, places)
    return places
  }

  #home(hash: number): number {
    return (Math.imul(hash, SPREAD) >>> this.#shift) << 1
  }

  #vacant(hash: number): number {
    const mask = this.#index.length - 1
    let at = this.#home(hash)
    while (this.#index[at] !== 0) at = (at + 2) & mask
    return at
  }

  /** Builds the index anew by secret hashes. */
  #useSecrets(): void {
    this.#isSecret = true
    const index = this.#index
    for (let at = 0; at < index.length; at += 2) {
      const place = index[at]! - 1
      if (place >= 0) index[at + 1] = secretHash(this.cells[place])
    }
    this.#rebuild(index.length)
  }

  /** Makes an index of another length, and with new places where `places` are given. */
  #rebuild(length: number, places?: Int32Array): void {
    const before = this.#index
    this.#missed = GAP
    this.#index = new Int32Array(length)
    this.#shift = Math.clz32(length) + 2
    for (let from = 0; from < before.length; from += 2) {
      const place = before[from]! - 1
      if (place < 0) continue
      const at = this.#vacant(before[from + 1]!)
      this.#index[at] = (places === undefined ? place : places[place]!) + 1
      this.#index[at + 1] = before[from + 1]!
    }
  }
}
