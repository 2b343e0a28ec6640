/**
 * Versions of one partition of a state.
 *
 * @module
 */
import type { KeyedTable } from "../core/keyed_table.ts"
import type { Columns } from "../rdd/pair_block.ts"
import type { PendingState } from "../rdd/state.ts"
import { GONE, StateTable } from "./state_table.ts"
import { WriteOrder } from "./write_order.ts"

/** What a version has in place of what another one has: keys, with their values, times of writing and places in the order. */
class Differences {
  readonly keys: Array<unknown> = []
  readonly values: Array<unknown> = []
  readonly times: Array<number> = []
  readonly numbers: Array<number> = []

  add(key: unknown, value: unknown, time: number, number: number): void {
    this.keys.push(key)
    this.values.push(value)
    this.times.push(time)
    this.numbers.push(number)
  }
}

/** No key is this one. */
const NOTHING = Symbol()

/** What all versions of a partition share. */
interface Shared {
  readonly table: StateTable
  /** The version that the table shows. */
  shown: Version
  /** When entries were written; undefined until the first time that old ones are asked for. */
  order: WriteOrder | undefined
  /** Places of entries that have been deleted, to be removed from the table when there is no way back. */
  deleted: Array<number>
  /** The key that was looked up last, and its place: it is often the next to be written. */
  key: unknown
  place: number
}

/** Which places the version that the table shows has written. */
class Written {
  /** Places from here on are the version's own. */
  readonly #limit: number
  /** A bit for each place below. */
  #bits: Uint8Array | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Marks a place as written. Tells whether it was not, and is not the version's own. */
  mark(place: number): boolean {
    if (place >= this.#limit) return false
    const bits = this.#bits ??= new Uint8Array((this.#limit >> 4) + 1)
    const bit = 1 << (place >> 1 & 7)
    if ((bits[place >> 4]! & bit) !== 0) return false
    bits[place >> 4]! |= bit
    return true
  }
}

/** How many keys are looked up ahead of their turn: the processor then waits for many spots in memory at a time. */
const AHEAD = 128

/**
 * One version. The table always shows one of them, in general the newest, which is written in place; each other version
 * has what differs from its neighbour on the way there. Reading another one brings the table to it: the differences
 * between the two change sides. So a batch costs what it writes, its end costs nothing, and dropping a batch is going
 * back. (Baker's way of having arrays in versions, for a table.)
 *
 * Entries have numbers in the order in which their keys were inserted, and a key that comes back to the table with another
 * version has the number that it had. So a version shows its entries in one order, whenever it is read.
 */
export class Version implements PendingState {
  readonly #at: number
  readonly #shared: Shared
  /** The neighbour on the way to the version that the table shows. */
  #next: Version | undefined
  /** What differs from the neighbour. */
  #differences = new Differences()
  /** The version that this one is opened on, whose differences grow with each write. */
  #base: Version | undefined
  #size: number
  #written: Written

  private constructor(at: number, base: Version | undefined) {
    this.#at = at
    this.#base = base
    this.#size = base?.size ?? 0
    this.#shared = base !== undefined
      ? base.#shared
      : { table: new StateTable(), shown: this, order: undefined, deleted: [], key: NOTHING, place: -1 }
    this.#written = new Written(this.#shared.table.cells.length)
  }

  /** A version without entries. */
  static empty(): Version {
    return new Version(-Infinity, undefined)
  }

  /** A pending version on top of another one. */
  static on(base: Version, at: number): Version {
    base.#show()
    const version = new Version(at, base)
    base.#next = version
    base.#differences = new Differences()
    base.#shared.shown = version
    return version
  }

  get size(): number {
    return this.#size
  }

  get(key: unknown): unknown {
    const value = this.#valueAt(this.#find(key))
    return value === GONE ? undefined : value
  }

  has(key: unknown): boolean {
    return this.#valueAt(this.#find(key)) !== GONE
  }

  set(key: unknown, value: unknown): void {
    const { order, table } = this.#shared
    const place = this.#find(key)
    if (place >= 0 && table.cells[place + 1] !== GONE) {
      const isFirst = this.#keep(place)
      table.cells[place + 1] = value
      if (isFirst) order?.wrote(place, this.#at)
      return
    }
    if (place < 0) {
      if (this.#base !== undefined) this.#base.#differences.add(key, GONE, 0, 0)
    } else {
      // A key that was deleted comes last again, also where it has not been removed from the table yet.
      this.#keep(place)
      table.remove(place)
    }
    this.#shared.place = table.insert(key, value)
    this.#size++
    order?.wrote(this.#shared.place, this.#at)
  }

  delete(key: unknown): boolean {
    const shared = this.#shared
    const place = this.#find(key)
    if (this.#valueAt(place) === GONE) return false
    this.#keep(place)
    shared.table.cells[place + 1] = GONE
    shared.deleted.push(place)
    this.#size--
    return true
  }

  lookUp(pairs: Columns, f: (i: number, value: unknown, exists: boolean) => void): void {
    this.#show()
    const shared = this.#shared
    const { table } = shared
    const { hashes, keys } = pairs
    const places = new Int32Array(AHEAD)
    for (let from = 0; from < keys.length; from += AHEAD) {
      const to = Math.min(from + AHEAD, keys.length)
      table.findMany(pairs, from, places)
      const { removals } = table
      for (let i = from; i < to; i++) {
        const place = places[i - from]!
        // A key that was not there may have been added meanwhile, and one that was deleted may have another place.
        const isKnown = place >= 0 && table.removals === removals
        shared.place = isKnown ? place : table.find(keys[i], hashes?.[i])
        shared.key = keys[i]
        const value = this.#valueAt(shared.place)
        f(i, value === GONE ? undefined : value, value !== GONE)
      }
    }
  }

  visit(f: (key: unknown, value: unknown, other: number) => void, others?: KeyedTable<unknown, unknown>): void {
    this.#show()
    this.#sort()
    const shared = this.#shared
    const { cells } = shared.table
    const { length } = cells
    const numbers = others === undefined || others.size === 0 ? undefined : this.#numbers(others)
    for (let place = 0; place < length; place += 2) {
      const value = cells[place + 1]
      if (value === GONE) continue
      shared.key = cells[place]
      shared.place = place
      f(shared.key, value, numbers === undefined ? -1 : numbers[place >> 1]! - 1)
    }
  }

  writtenBefore(time: number): ReadonlyArray<readonly [unknown, unknown]> {
    this.#show()
    const { cells } = this.#shared.table
    this.#shared.order ??= new WriteOrder(this.#shared.table, this.#at)
    return this.#shared.order.before(time).map((place) => [cells[place], cells[place + 1]])
  }

  /**
   * Says that no version below this one is opened again: what has been deleted need not be kept for it. Where the table
   * shows another version, that is left to the next one to be settled.
   */
  settle(): this {
    const shared = this.#shared
    const { deleted, order, shown, table } = shared
    for (let version: Version | undefined = this as Version; version !== undefined;) {
      const base: Version | undefined = version.#base
      version.#base = undefined
      version = base
    }
    if (shown !== this) return this
    for (const place of deleted) if (table.cells[place + 1] === GONE) table.remove(place)
    deleted.length = 0
    const places = table.compact()
    if (places !== undefined) order?.move(places)
    shared.key = NOTHING
    this.#written = new Written(table.cells.length)
    return this
  }

  #valueAt(place: number): unknown {
    return place < 0 ? GONE : this.#shared.table.cells[place + 1]
  }

  #find(key: unknown): number {
    this.#show()
    const shared = this.#shared
    if (key === shared.key) return shared.place
    shared.key = NOTHING // finding it may throw
    shared.place = shared.table.find(key)
    shared.key = key
    return shared.place
  }

  /** Keeps what the base has at a place that is about to be written. Tells whether it is the first time. */
  #keep(place: number): boolean {
    if (this.#base === undefined || !this.#written.mark(place)) return false
    const { order, table } = this.#shared
    const { cells } = table
    const time = order === undefined ? this.#at : order.timeOf(place)
    this.#base.#differences.add(cells[place], cells[place + 1], time, table.numberOf(place))
    return true
  }

  /** For each entry, one more than the number that its key has in another table; 0 where it has none. */
  #numbers(others: KeyedTable<unknown, unknown>): Int32Array {
    const { table } = this.#shared
    const numbers = new Int32Array(table.cells.length >> 1)
    for (let other = 0; other < others.size; other++) {
      const place = table.find(others.keys[other], others.hashes[other])
      if (place >= 0) numbers[place >> 1] = other + 1
    }
    return numbers
  }

  /** Puts the entries in their order, where keys have come back to the table behind others. */
  #sort(): void {
    const shared = this.#shared
    const { deleted, order, table } = shared
    if (table.isSorted) return
    const places = table.sort()
    order?.move(places)
    shared.deleted = deleted.flatMap((place) => (places[place] ?? -1) < 0 ? [] : places[place]!)
    shared.key = NOTHING
    // What has been written already is kept once more if it is written again, and the older value counts.
    this.#written = new Written(table.cells.length)
  }

  /** Makes the table show this version. */
  #show(): void {
    if (this.#next === undefined) return
    const path: Array<Version> = []
    for (let version: Version = this as Version; version.#next !== undefined; version = version.#next) {
      path.push(version)
    }
    for (const version of path.toReversed()) version.#take()
    this.#shared.order?.forget()
  }

  /** Takes the table from the neighbour, which it shows. */
  #take(): void {
    const shared = this.#shared
    const { order, shown, table } = shared
    const { keys, numbers, times, values } = this.#differences
    const back = new Differences()
    // The last first: what has been added leaves from the end, and the table is as it was.
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i]
      let place = table.find(key)
      const isThere = place >= 0
      back.add(
        key,
        this.#valueAt(place),
        isThere && order !== undefined ? order.timeOf(place) : 0,
        isThere ? table.numberOf(place) : 0,
      )
      if (values[i] === GONE) {
        if (isThere) table.remove(place)
        continue
      }
      if (isThere) {
        table.cells[place + 1] = values[i]
        table.setNumber(place, numbers[i]!)
      } else place = table.insert(key, values[i], numbers[i])
      order?.set(place, times[i]!)
    }
    shown.#differences = back
    shown.#next = this
    shared.key = NOTHING
    shared.shown = this
    this.#next = undefined
    this.#written = new Written(table.cells.length)
  }
}
