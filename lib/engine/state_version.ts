/**
 * The versions of one partition of a state.
 *
 * @module
 */
import type { KeyedTable } from "../core/keyed_table.ts"
import { inPieces, Pace, type Piecewise } from "../core/pace.ts"
import { weigh } from "../core/weight.ts"
import type { Columns } from "../rdd/column_block.ts"
import type { PendingState } from "../rdd/state.ts"
import { Differences } from "./state_differences.ts"
import { type Shared, sharedBy } from "./state_shared.ts"
import { GONE } from "./state_table.ts"
import { WriteOrder } from "./write_order.ts"

/** No key is this one. */
const NOTHING = Symbol()

/** The key that was looked up last, and its place. Often it is the next to be written. */
interface Cursor {
  key: unknown
  place: number
  /** Whether a key has moved to another place since this was last set to false. */
  hasMoved: boolean
}

/** How many entries are visited to estimate the memory of all. */
const SAMPLED = 256

/** What the index and the order of insertion take for each entry, in bytes. */
const INDEX = 16

/** How many keys are looked up ahead, so that the processor waits for many spots in memory at a time. */
const AHEAD = 128

/**
 * One version. All versions share one table, which shows one of them, in general the newest; that one is written in place.
 * Every other version has its differences from a neighbour, which leads to the version shown. To read another version, the
 * table is changed to show it, neighbour by neighbour: their differences then point the other way. So a batch costs as much
 * as it writes, committing costs nothing, and dropping a batch means reading the version before. (These are Baker's
 * persistent arrays, for a table.)
 *
 * Keys have numbers in the order in which they were inserted. When a key comes back to the table with another version, it
 * gets the number that it had. So a version shows its entries in one order, whenever it is read.
 */
export class Version implements PendingState {
  readonly #at: number
  readonly #shared: Shared<Version>
  readonly #cursor: Cursor = { key: NOTHING, place: -1, hasMoved: false }
  /** The neighbour that leads to the version that the table shows; undefined for that version. */
  #next: Version | undefined
  /** The differences from the neighbour. */
  #differences = new Differences()
  /** The version that this one was opened on. Each write adds to its differences. */
  #base: Version | undefined
  #size: number
  /** The first place that this version has added. Of the places before it, `written` has a bit for each that it has written. */
  #limit: number
  #written: Uint8Array | undefined

  private constructor(at: number, base: Version | undefined, given?: Partial<Shared<Version>>) {
    this.#at = at
    this.#base = base
    this.#shared = base !== undefined ? base.#shared : sharedBy<Version>(this, given)
    this.#size = base?.size ?? this.#shared.table.cells.length >> 1
    this.#limit = this.#shared.table.cells.length
  }

  /** Makes a version without entries. */
  static empty(): Version {
    return new Version(-Infinity, undefined)
  }

  /** Makes a version of the entries of a table that has no gaps. */
  static of(at: number, given: Pick<Shared<Version>, "changes" | "order" | "table">): Version {
    return new Version(at, undefined, given)
  }

  /** Opens a pending version on top of another one. */
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

  /** An estimate of the memory that this version takes, in bytes. */
  get bytes(): number {
    // Versions that are close have entries of about the same size, so it does not matter which one the table shows.
    const entries = this.#shared.table.sample(SAMPLED)
    const each = entries.reduce((sum, [key, value]) => sum + weigh(key) + weigh(value) + INDEX, 0) / entries.length
    return entries.length === 0 ? 0 : Math.round(each * this.#size)
  }

  get(key: unknown): unknown {
    const value = this.#valueAt(this.#find(key))
    return value === GONE ? undefined : value
  }

  has(key: unknown): boolean {
    return this.#valueAt(this.#find(key)) !== GONE
  }

  set(key: unknown, value: unknown): void {
    const { changes, order, table } = this.#shared
    const place = this.#find(key)
    if (place >= 0 && table.cells[place + 1] !== GONE) {
      const isFirst = this.#keep(place)
      table.cells[place + 1] = value
      changes?.wrote(place)
      if (isFirst) order?.wrote(place, this.#at)
      return
    }
    if (place < 0) {
      if (this.#base !== undefined) this.#base.#differences.add(key, GONE)
    } else {
      // A deleted key that is set again comes last, also if it has not been removed from the table yet.
      this.#keep(place)
      table.remove(place)
      this.#cursor.hasMoved = true
    }
    this.#cursor.place = table.insert(key, value)
    this.#size++
    order?.wrote(this.#cursor.place, this.#at)
  }

  delete(key: unknown): boolean {
    const shared = this.#shared
    const place = this.#find(key)
    if (this.#valueAt(place) === GONE) return false
    this.#keepMoved(place)
    shared.table.cells[place + 1] = GONE
    shared.deleted.push(place)
    shared.changes?.deleted(shared.table.numberOf(place))
    this.#size--
    return true
  }

  *lookUp(pairs: Columns, f: (i: number, value: unknown, exists: boolean) => void): Piecewise<void> {
    const places = new Int32Array(AHEAD)
    yield* inPieces(pairs.keys.length, (from, to) => {
      this.#show()
      for (let start = from; start < to; start += AHEAD) {
        this.#lookUpSome(pairs, start, Math.min(start + AHEAD, to), places, f)
      }
    })
  }

  #lookUpSome(
    { hashes, keys }: Columns,
    from: number,
    to: number,
    places: Int32Array,
    f: (i: number, value: unknown, exists: boolean) => void,
  ): void {
    const { table } = this.#shared
    const cursor = this.#cursor
    table.findMany({ hashes, keys }, from, to - from === AHEAD ? places : places.subarray(0, to - from))
    cursor.hasMoved = false
    for (let i = from; i < to; i++) {
      const place = places[i - from]!
      // A key that was not there may have been added meanwhile, and one that was deleted may have another place.
      cursor.place = place < 0 || cursor.hasMoved ? table.find(keys[i], hashes?.[i]) : place
      cursor.key = keys[i]
      const value = this.#valueAt(cursor.place)
      f(i, value === GONE ? undefined : value, value !== GONE)
    }
  }

  *visit(
    f: (key: unknown, value: unknown, other: number) => void,
    others?: KeyedTable<unknown, unknown>,
  ): Piecewise<void> {
    this.#show()
    this.#sort()
    const shared = this.#shared
    const { cells } = shared.table
    const cursor = this.#cursor
    const pace = new Pace()
    let numbers = yield* this.#numbersIn(others)
    let { moves } = shared
    // What `f` adds stands behind the last entry there is now.
    let end = cells.length
    const { newest } = shared.table
    for (let from = 0; from < end;) {
      const to = 2 * pace.end(from >> 1, end >> 1)
      for (let place = from; place < to; place += 2) {
        const value = cells[place + 1]
        if (value === GONE) continue
        cursor.key = cells[place]
        cursor.place = place
        f(cursor.key, value, numbers === undefined ? -1 : numbers[place >> 1]! - 1)
      }
      from = to
      if (from >= end || !pace.isDue()) continue
      const last = shared.table.numberOf(to - 2)
      yield
      this.#show()
      this.#sort()
      if (moves === shared.moves) continue
      // Versions have been read or settled meanwhile: the entries stand in the same order, but at other places.
      numbers = yield* this.#numbersIn(others)
      moves = shared.moves
      from = shared.table.placeAfter(last)
      end = shared.table.placeAfter(newest)
    }
  }

  *writtenBefore(time: number): Piecewise<ReadonlyArray<readonly [unknown, unknown]>> {
    const shared = this.#shared
    const { cells } = shared.table
    for (;;) {
      this.#show()
      const { moves } = shared
      shared.order ??= new WriteOrder(shared.table, this.#at)
      const places = yield* shared.order.before(time)
      if (moves === shared.moves) return places.map((place) => [cells[place], cells[place + 1]])
      shared.order.forget()
    }
  }

  /**
   * Removes deleted entries from the table: no version below this one is written again, so differences need not be kept for
   * them. If the table shows another version, the next version to be settled removes them.
   */
  settle(): this {
    const shared = this.#shared
    const { changes, deleted, order, shown, table } = shared
    for (let version: Version | undefined = this as Version; version !== undefined;) {
      const base: Version | undefined = version.#base
      version.#base = undefined
      version = base
    }
    if (shown !== this) return this
    for (const place of deleted) if (table.cells[place + 1] === GONE) table.remove(place)
    deleted.length = 0
    const places = table.compact()
    if (places !== undefined) {
      order?.move(places)
      changes?.move(places)
    }
    this.#forgetPlaces()
    return this
  }

  /** The keys that this version has written, with the values that they have in the version below; undefined without one. */
  get replaced(): Differences | undefined {
    return this.#base === undefined ? undefined : this.#base.#differences
  }

  /** Makes the table show this version, its entries in the order of insertion. For captures, which only read it. */
  shown(): Shared<Version> {
    this.#show()
    this.#sort()
    return this.#shared
  }

  #valueAt(place: number): unknown {
    return place < 0 ? GONE : this.#shared.table.cells[place + 1]
  }

  #find(key: unknown): number {
    this.#show()
    const cursor = this.#cursor
    if (key === cursor.key) return cursor.place
    cursor.key = NOTHING // find() throws for keys that are not supported
    cursor.place = this.#shared.table.find(key)
    cursor.key = key
    return cursor.place
  }

  /** Marks a place as written by this version. False if it was marked before, or if this version has added it. */
  #mark(place: number): boolean {
    if (place >= this.#limit) return false
    const written = this.#written ??= new Uint8Array((this.#limit >> 4) + 1)
    const bit = 1 << (place >> 1 & 7)
    if ((written[place >> 4]! & bit) !== 0) return false
    written[place >> 4]! |= bit
    return true
  }

  /** Keeps what the base has at a place that is about to be written. False if that was done before. */
  #keep(place: number): boolean {
    if (this.#base === undefined || !this.#mark(place)) return false
    const { order, table: { cells } } = this.#shared
    this.#base.#differences.add(cells[place], cells[place + 1], order?.timeOf(place))
    return true
  }

  /**
   * Keeps what is at a place whose key is about to be deleted, with its number: the base may have to insert it again. If a
   * key has several differences, the first one counts.
   */
  #keepMoved(place: number): void {
    if (this.#base === undefined) return
    this.#mark(place)
    const { order, table } = this.#shared
    const { cells } = table
    const time = order?.timeOf(place)
    this.#base.#differences.addMoved(cells[place], cells[place + 1], time, table.numberOf(place))
  }

  /** For each entry, one more than the number that its key has in another table; 0 where it has none. */
  *#numbersIn(others: KeyedTable<unknown, unknown> | undefined): Piecewise<Int32Array | undefined> {
    if (others === undefined || others.size === 0) return undefined
    const shared = this.#shared
    for (;;) {
      const { moves, table } = shared
      const numbers = new Int32Array(table.cells.length >> 1)
      yield* inPieces(others.size, (from, to) => table.numbersIn(others, from, to, numbers))
      this.#show()
      this.#sort()
      if (moves === shared.moves) return numbers
    }
  }

  /** Sorts the table by the order of insertion, if keys have come back behind keys that follow them. */
  #sort(): void {
    const shared = this.#shared
    const { changes, deleted, order, table } = shared
    if (table.isSorted) return
    const places = table.sort()
    order?.move(places)
    changes?.move(places)
    shared.deleted = deleted.flatMap((place) => (places[place] ?? -1) < 0 ? [] : places[place]!)
    // Writing a place again adds a difference again, which does no harm: the first one counts.
    this.#forgetPlaces()
  }

  /** Forgets what is known by place, because keys have moved. */
  #forgetPlaces(): void {
    this.#shared.moves++
    this.#cursor.key = NOTHING
    this.#limit = this.#shared.table.cells.length
    this.#written = undefined
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
    const { changes, order, shown, table } = shared
    const { keys, values } = this.#differences
    const back = new Differences()
    // The last difference first, so that the first one counts, and added keys are removed from the end.
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i]
      const value = values[i]
      const number = this.#differences.numberAt(i)
      let place = table.find(key)
      if (place < 0) {
        back.add(key, GONE)
        if (value === GONE) continue
        place = table.insert(key, value, number)
      } else {
        const time = order?.timeOf(place)
        if (value === GONE || number !== undefined) {
          back.addMoved(key, table.cells[place + 1], time, table.numberOf(place))
          changes?.deleted(table.numberOf(place))
        } else back.add(key, table.cells[place + 1], time)
        if (value === GONE) {
          table.remove(place)
          continue
        }
        table.cells[place + 1] = value
        if (number !== undefined) table.setNumber(place, number)
      }
      order?.set(place, this.#differences.timeAt(i))
      changes?.putBack(place, table.numberOf(place))
    }
    shown.#differences = back
    shown.#next = this
    shown.#cursor.key = NOTHING
    shared.shown = this
    this.#next = undefined
    this.#forgetPlaces()
  }
}
