/**
 * Versions of one partition of a state: a table of everything, and what differs from it.
 *
 * @module
 */
import type { CanonicalKey } from "../core/canonical_key.ts"
import type { PendingState } from "../rdd/state.ts"

interface Entry {
  readonly key: unknown
  readonly value: unknown
  /** The version that has written it. */
  readonly at: number
}

/** The place of a key in the table. It is changed where it is: the table is looked into once for each update. */
interface Cell {
  readonly canonical: CanonicalKey
  /** Undefined once the key has been removed: the cell is in no table any more. */
  entry: Entry | undefined
}

/** What a version has in place of what lies below it. */
interface Change {
  /** The key's cell, where it was known. */
  readonly cell: Cell | undefined
  /** Undefined: the key is removed. */
  readonly entry: Entry | undefined
}

interface Write {
  readonly cell: Cell
  readonly at: number
}

/** Everything that the newest version has; and, once somebody asks for what is old, the order of the last writes. */
class Table {
  readonly cells = new Map<CanonicalKey, Cell>()
  #writes: Array<Write> | undefined

  put(canonical: CanonicalKey, known: Cell | undefined, entry: Entry | undefined): Entry | undefined {
    const cell = known?.entry === undefined ? this.cells.get(canonical) : known
    const before = cell?.entry
    if (entry === undefined) {
      this.cells.delete(canonical)
      if (cell !== undefined) cell.entry = undefined
    } else {
      const placed = cell ?? { canonical, entry }
      placed.entry = entry
      if (cell === undefined) this.cells.set(canonical, placed)
      this.#writes?.push({ cell: placed, at: entry.at })
    }
    return before
  }

  /** The cells last written before a time, oldest first. What is skipped here is never looked at again. */
  *writtenBefore(time: number): Iterable<Cell> {
    const writes = this.#writes ??= Array.from(this.cells.values(), (cell) => ({ cell, at: cell.entry?.at ?? 0 }))
      .toSorted((a, b) => a.at - b.at)
    const isStale = ({ cell, at }: Write) => cell.entry?.at !== at
    let stale = 0
    while (stale < writes.length && isStale(writes[stale] as Write)) stale++
    if (stale > 0) writes.splice(0, stale)
    for (let i = 0; i < writes.length; i++) {
      const write = writes[i] as Write
      if (write.at >= time) return
      if (!isStale(write)) yield write.cell
    }
  }
}

const NOTHING: Change = { cell: undefined, entry: undefined }

/**
 * One version: what differs from another version, its base, or the table of everything. A pending version differs from
 * the one it was opened on, which is not touched before the commit. The commit turns that around: work grows with the
 * changes, not with the state, and who still holds the older version can read it.
 */
export class Version implements PendingState {
  readonly #at: number
  readonly #canonical: (key: unknown) => CanonicalKey
  #table: Table | undefined
  #base: Version | undefined
  #changes = new Map<CanonicalKey, Change>()
  #size: number
  /** The key that was looked up last, and what was found: it is often the next to be written. */
  #key: unknown = NOTHING
  #canonicalKey: CanonicalKey
  #found: Change = NOTHING

  private constructor(
    at: number,
    canonical: (key: unknown) => CanonicalKey,
    base: Version | undefined,
    table: Table | undefined,
  ) {
    this.#at = at
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

  static #find(from: Version, canonical: CanonicalKey): Change {
    for (let version: Version | undefined = from; version !== undefined; version = version.#base) {
      if (version.#table !== undefined) {
        const cell = version.#table.cells.get(canonical)
        return cell === undefined ? NOTHING : { cell, entry: cell.entry }
      }
      const change = version.#changes.get(canonical)
      if (change !== undefined) return change
    }
    return NOTHING
  }

  #lookUp(key: unknown): Entry | undefined {
    this.#canonicalKey = this.#canonical(key)
    this.#found = Version.#find(this, this.#canonicalKey)
    this.#key = key
    return this.#found.entry
  }

  #write(entry: Entry | undefined): void {
    this.#found = { cell: this.#found.cell, entry }
    this.#changes.set(this.#canonicalKey, this.#found)
  }

  get(key: unknown): unknown {
    return this.#lookUp(key)?.value
  }

  has(key: unknown): boolean {
    return this.#lookUp(key) !== undefined
  }

  set(key: unknown, value: unknown): void {
    if (key !== this.#key) this.#lookUp(key)
    if (this.#found.entry === undefined) this.#size++
    this.#write({ key, value, at: this.#at })
  }

  delete(key: unknown): boolean {
    if (this.#lookUp(key) === undefined) return false
    this.#size--
    this.#write(undefined)
    return true
  }

  *#all(): Iterable<Entry> {
    const changes = new Map<CanonicalKey, Change>()
    let version: Version | undefined = this as Version
    for (; version !== undefined && version.#table === undefined; version = version.#base) {
      for (const [canonical, change] of version.#changes) if (!changes.has(canonical)) changes.set(canonical, change)
    }
    const table = version === undefined ? undefined : version.#table
    for (const { canonical, entry } of table?.cells.values() ?? []) {
      if (entry !== undefined && !changes.has(canonical)) yield entry
    }
    for (const { entry } of changes.values()) if (entry !== undefined) yield entry
  }

  *entries(): Iterable<readonly [unknown, unknown]> {
    for (const { key, value } of this.#all()) yield [key, value]
  }

  *writtenBefore(time: number): Iterable<readonly [unknown, unknown]> {
    const table = this.#base === undefined ? undefined : this.#base.#table
    if (table === undefined || this.#at < time) {
      const old = Array.from(this.#all()).filter(({ at }) => at < time)
      for (const { key, value } of old.toSorted((a, b) => a.at - b.at)) yield [key, value]
      return
    }
    for (const { canonical, entry } of table.writtenBefore(time)) {
      if (entry !== undefined && !this.#changes.has(canonical)) yield [entry.key, entry.value]
    }
  }

  /** Makes this version the one that has everything, and its base the one that differs. */
  settle(): this {
    const base = this.#base
    if (base === undefined) return this
    const table = base.settle().#table
    if (table === undefined) return this
    const before = new Map<CanonicalKey, Change>()
    for (const [canonical, { cell, entry }] of this.#changes) {
      before.set(canonical, { cell: undefined, entry: table.put(canonical, cell, entry) })
    }
    this.#table = table
    this.#base = undefined
    this.#changes = new Map()
    base.#table = undefined
    base.#base = this
    base.#changes = before
    return this
  }
}
