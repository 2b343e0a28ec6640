/**
 * Versions of one partition of a state: a table of everything, and what differs from it.
 *
 * @module
 */
import type { CanonicalKey } from "../core/canonical_key.ts"
import type { PendingState } from "../rdd/state.ts"
import { CellTable, hashCanonical } from "./cell_table.ts"

/** A batch that writes, as an object: numbers beyond 32 bits would be boxed once for each entry. */
interface Stamp {
  readonly at: number
}

/** What there is at a key. It is changed where it is: nothing is allocated to replace what is known. */
class Slot {
  readonly canonical: CanonicalKey
  readonly hash: number
  order = 0
  key: unknown
  value: unknown
  /** The batch that has written it. Undefined: there is nothing, and a cell is in no table any more. */
  stamp: Stamp | undefined

  constructor(canonical: CanonicalKey, hash: number, key: unknown, value: unknown, stamp: Stamp | undefined) {
    this.canonical = canonical
    this.hash = hash
    this.key = key
    this.value = value
    this.stamp = stamp
  }
}

/** What a version has in place of what lies below it. */
class Change extends Slot {
  /** The key's place in the table, where it was known: the table is looked into once for each update. */
  cell: Slot | undefined

  constructor(canonical: CanonicalKey, hash: number, cell: Slot | undefined) {
    super(canonical, hash, undefined, undefined, undefined)
    this.cell = cell
  }
}

interface Write {
  readonly cell: Slot
  readonly stamp: Stamp
}

/** Everything that the newest version has; and, once somebody asks for what is old, the order of the last writes. */
class Table {
  readonly cells = new CellTable<Slot>()
  #writes: Array<Write> | undefined

  /** Takes a change in, which becomes what was there before. */
  swap(change: Change): void {
    const { canonical, hash, key, value, stamp } = change
    const cell = change.cell?.stamp === undefined ? this.cells.get(canonical, hash) : change.cell
    change.key = cell?.key
    change.value = cell?.value
    change.stamp = cell?.stamp
    change.cell = cell
    if (stamp === undefined) {
      if (cell === undefined) return
      this.cells.remove(cell)
      cell.key = cell.value = cell.stamp = undefined
    } else if (cell === undefined) {
      change.cell = new Slot(canonical, hash, key, value, stamp)
      this.cells.add(change.cell)
      this.#wrote(change.cell, stamp)
    } else {
      cell.key = key
      cell.value = value
      cell.stamp = stamp
      this.#wrote(cell, stamp)
    }
  }

  #wrote(cell: Slot, stamp: Stamp): void {
    const writes = this.#writes
    if (writes === undefined) return
    // On the way back to an older version: the order is to be made anew.
    if (stamp.at < (writes.at(-1)?.stamp.at ?? -Infinity)) this.#writes = undefined
    else writes.push({ cell, stamp })
  }

  #ordered(): Array<Write> {
    const writes: Array<Write> = []
    for (const cell of this.cells.values()) if (cell.stamp !== undefined) writes.push({ cell, stamp: cell.stamp })
    return writes.sort((a, b) => a.stamp.at - b.stamp.at)
  }

  /** The cells last written before a time, oldest first. What is skipped here is never looked at again. */
  *writtenBefore(time: number): Iterable<Slot> {
    const writes = this.#writes ??= this.#ordered()
    const isStale = ({ cell, stamp }: Write) => cell.stamp !== stamp
    let stale = 0
    while (stale < writes.length && isStale(writes[stale] as Write)) stale++
    if (stale > 0) writes.splice(0, stale)
    for (let i = 0; i < writes.length; i++) {
      const write = writes[i] as Write
      if (write.stamp.at >= time) return
      if (!isStale(write)) yield write.cell
    }
  }
}

/** No key is this one. */
const NOTHING = Symbol()

/**
 * One version: what differs from another version, its base, or the table of everything. A pending version differs from
 * the one it was opened on, which is not touched before the commit. The commit turns that around: work grows with the
 * changes, not with the state, and who still holds the older version can read it.
 */
export class Version implements PendingState {
  readonly #stamp: Stamp
  readonly #canonical: (key: unknown) => CanonicalKey
  #table: Table | undefined
  #base: Version | undefined
  #changes = new Map<CanonicalKey, Change>()
  #size: number
  /** The key that was looked up last, and what was found: it is often the next to be written. */
  #key: unknown = NOTHING
  #canonicalKey: CanonicalKey
  #exists = false
  #own: Change | undefined
  #cell: Slot | undefined

  private constructor(
    at: number,
    canonical: (key: unknown) => CanonicalKey,
    base: Version | undefined,
    table: Table | undefined,
  ) {
    this.#stamp = { at }
    this.#canonical = canonical
    this.#base = base
    this.#table = table
    this.#size = base?.size ?? 0
  }

  /** A version without entries. */
  static empty(canonical: (key: unknown) => CanonicalKey): Version {
    return new Version(-Infinity, canonical, undefined, new Table())
  }

  /** A pending version on top of another one. */
  static on(base: Version, at: number): Version {
    return new Version(at, base.#canonical, base, undefined)
  }

  get size(): number {
    return this.#size
  }

  /** What there is at the key that is looked up, in this version or the nearest below it. */
  #find(canonical: CanonicalKey): Slot | undefined {
    const own = this.#own = this.#changes.get(canonical)
    this.#cell = own?.cell
    if (own !== undefined) return own
    for (let version: Version | undefined = this as Version; version !== undefined; version = version.#base) {
      if (version.#table !== undefined) {
        return this.#cell = version.#table.cells.get(canonical, hashCanonical(canonical))
      }
      const change = version === this ? undefined : version.#changes.get(canonical)
      if (change === undefined) continue
      this.#cell = change.cell
      return change
    }
    return undefined
  }

  #lookUp(key: unknown): Slot | undefined {
    this.#canonicalKey = this.#canonical(key)
    const found = this.#find(this.#canonicalKey)
    this.#key = key
    this.#exists = found?.stamp !== undefined
    return found
  }

  #write(key: unknown, value: unknown, stamp: Stamp | undefined): void {
    let change = this.#own
    if (change === undefined) {
      change = this.#own = new Change(
        this.#canonicalKey,
        this.#cell?.hash ?? hashCanonical(this.#canonicalKey),
        this.#cell,
      )
      this.#changes.set(this.#canonicalKey, change)
    }
    change.key = key
    change.value = value
    change.stamp = stamp
    this.#exists = stamp !== undefined
  }

  get(key: unknown): unknown {
    return this.#lookUp(key)?.value
  }

  has(key: unknown): boolean {
    if (key !== this.#key) this.#lookUp(key)
    return this.#exists
  }

  set(key: unknown, value: unknown): void {
    if (key !== this.#key) this.#lookUp(key)
    if (!this.#exists) this.#size++
    this.#write(key, value, this.#stamp)
  }

  delete(key: unknown): boolean {
    if (!this.has(key)) return false
    this.#size--
    this.#write(undefined, undefined, undefined)
    return true
  }

  *#all(): Iterable<Slot> {
    const changes = new Map<CanonicalKey, Change>()
    let version: Version | undefined = this as Version
    for (; version !== undefined && version.#table === undefined; version = version.#base) {
      for (const [canonical, change] of version.#changes) if (!changes.has(canonical)) changes.set(canonical, change)
    }
    const table = version === undefined ? undefined : version.#table
    for (const cell of table?.cells.values() ?? []) if (!changes.has(cell.canonical)) yield cell
    for (const change of changes.values()) if (change.stamp !== undefined) yield change
  }

  *entries(): Iterable<readonly [unknown, unknown]> {
    for (const { key, value } of this.#all()) yield [key, value]
  }

  *writtenBefore(time: number): Iterable<readonly [unknown, unknown]> {
    const table = this.#base === undefined ? undefined : this.#base.#table
    if (table === undefined || this.#stamp.at < time) {
      const at = ({ stamp }: Slot) => stamp?.at ?? 0
      const old = Array.from(this.#all()).filter((slot) => at(slot) < time)
      for (const { key, value } of old.sort((a, b) => at(a) - at(b))) yield [key, value]
      return
    }
    for (const { canonical, key, value } of table.writtenBefore(time)) {
      if (!this.#changes.has(canonical)) yield [key, value]
    }
  }

  /** Makes this version the one that has everything, and its base the one that differs. */
  settle(): this {
    const base = this.#base
    if (base === undefined) return this
    const table = base.settle().#table
    if (table === undefined) return this
    for (const change of this.#changes.values()) table.swap(change)
    const changes = base.#changes
    base.#changes = this.#changes
    base.#table = undefined
    base.#base = this
    this.#changes = changes
    this.#table = table
    this.#base = undefined
    this.#key = NOTHING
    this.#own = this.#cell = undefined
    return this
  }
}
