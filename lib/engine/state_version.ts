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

/** What a version has in place of what another one has: keys, each with its value and the time of its last write. */
class Differences {
  readonly keys: Array<unknown> = []
  readonly values: Array<unknown> = []
  readonly times: Array<number> = []

  add(key: unknown, value: unknown, time: number): void {
    this.keys.push(key)
    this.values.push(value)
    this.times.push(time)
  }
}

/** What all versions of a partition share. */
interface Shared {
  readonly table: StateTable
  /** The version that the table shows. */
  shown: Version
  /** There once somebody has asked for what is old. */
  order: WriteOrder | undefined
  /** Places of entries that have been deleted, to be taken out of the table when there is no way back. */
  deleted: Array<number>
}

/** How many keys are looked up ahead of their turn: the processor then waits for many spots in memory at a time. */
const AHEAD = 128

/** No key is this one. */
const NOTHING = Symbol()

/**
 * One version. The table always shows one of them, in general the newest, which is written in place; each other version
 * has what differs from its neighbour on the way there. Reading another one brings the table to it: the differences
 * between the two change sides. So a batch costs what it writes, its end costs nothing, and dropping a batch is going
 * back. (Baker's way of having arrays in versions, for a table.)
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
  /** Places from here on are this version's own; which of those below it has written is in a bit for each. */
  #limit: number
  #written: Uint8Array | undefined
  /** The key that was looked up last, and its place: it is often the next to be written. */
  #key: unknown = NOTHING
  #place = -1

  private constructor(at: number, base: Version | undefined) {
    this.#at = at
    this.#base = base
    this.#size = base?.size ?? 0
    this.#shared = base !== undefined
      ? base.#shared
      : { table: new StateTable(), shown: this, order: undefined, deleted: [] }
    this.#limit = this.#shared.table.cells.length
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
    if (place < 0) {
      if (this.#base !== undefined) this.#base.#differences.add(key, GONE, 0)
      this.#place = table.insert(key, value)
      this.#size++
      order?.wrote(this.#place, this.#at)
      return
    }
    const isNew = table.cells[place + 1] === GONE
    if (isNew) this.#size++
    const isFirst = this.#keep(place)
    table.cells[place + 1] = value
    if (isNew || isFirst) order?.wrote(place, this.#at)
  }

  delete(key: unknown): boolean {
    const { deleted, table } = this.#shared
    const place = this.#find(key)
    if (this.#valueAt(place) === GONE) return false
    this.#keep(place)
    table.cells[place + 1] = GONE
    deleted.push(place)
    this.#size--
    return true
  }

  lookUp(pairs: Columns, f: (i: number, value: unknown, exists: boolean) => void): void {
    this.#show()
    const { table } = this.#shared
    const { hashes, keys } = pairs
    const places = new Int32Array(AHEAD)
    for (let from = 0; from < keys.length; from += AHEAD) {
      const to = Math.min(from + AHEAD, keys.length)
      table.findMany(pairs, from, places)
      for (let i = from; i < to; i++) {
        const place = places[i - from]!
        // One that is not there may have been added meanwhile.
        this.#place = place < 0 ? table.find(keys[i], hashes?.[i]) : place
        this.#key = keys[i]
        const value = this.#valueAt(this.#place)
        f(i, value === GONE ? undefined : value, value !== GONE)
      }
    }
  }

  visit(f: (key: unknown, value: unknown, other: number) => void, others?: KeyedTable<unknown, unknown>): void {
    this.#show()
    const { cells } = this.#shared.table
    const { length } = cells
    const numbers = others === undefined || others.size === 0 ? undefined : this.#numbers(others)
    for (let place = 0; place < length; place += 2) {
      const value = cells[place + 1]
      if (value === GONE) continue
      this.#key = cells[place]
      this.#place = place
      f(this.#key, value, numbers === undefined ? -1 : numbers[place >> 1]! - 1)
    }
  }

  writtenBefore(time: number): ReadonlyArray<readonly [unknown, unknown]> {
    this.#show()
    const { cells } = this.#shared.table
    this.#shared.order ??= new WriteOrder(this.#shared.table, this.#at)
    return this.#shared.order.before(time).map((place) => [cells[place], cells[place + 1]])
  }

  /**
   * Says that there is no way back to the versions that this one is built on: what has been deleted need not be kept for
   * it. That is left to the next version to say so where the table shows another one.
   */
  settle(): this {
    const { deleted, order, shown, table } = this.#shared
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
    this.#key = NOTHING
    this.#written = undefined
    return this
  }

  #valueAt(place: number): unknown {
    return place < 0 ? GONE : this.#shared.table.cells[place + 1]
  }

  #find(key: unknown): number {
    this.#show()
    if (key === this.#key) return this.#place
    this.#key = NOTHING // finding it may throw
    this.#place = this.#shared.table.find(key)
    this.#key = key
    return this.#place
  }

  /** Keeps what the base has at a place that is about to be written. Tells whether it is the first time. */
  #keep(place: number): boolean {
    if (this.#base === undefined || place >= this.#limit) return false
    const written = this.#written ??= new Uint8Array((this.#limit >> 4) + 1)
    const bit = 1 << (place >> 1 & 7)
    if ((written[place >> 4]! & bit) !== 0) return false
    written[place >> 4]! |= bit
    const { order, table: { cells } } = this.#shared
    this.#base.#differences.add(cells[place], cells[place + 1], order === undefined ? this.#at : order.timeOf(place))
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
    const { order, shown, table } = this.#shared
    const { cells } = table
    const { keys, times, values } = this.#differences
    const back = new Differences()
    // The last first: what has been added leaves from the end, and the table is as it was.
    for (let i = keys.length - 1; i >= 0; i--) {
      let place = table.find(keys[i])
      back.add(keys[i], this.#valueAt(place), place < 0 || order === undefined ? 0 : order.timeOf(place))
      if (values[i] === GONE) {
        if (place >= 0) table.remove(place)
        continue
      }
      if (place < 0) place = table.insert(keys[i], values[i])
      else cells[place + 1] = values[i]
      order?.set(place, times[i]!)
    }
    shown.#differences = back
    shown.#next = this
    shown.#key = NOTHING
    this.#next = undefined
    this.#key = NOTHING
    this.#limit = cells.length
    this.#written = undefined
    this.#shared.shown = this
  }
}
