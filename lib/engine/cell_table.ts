/**
 * Cells by canonical key: a hash table whose slots are the cells themselves, in the order of insertion.
 *
 * @module
 */
import type { CanonicalKey } from "../core/canonical_key.ts"
import { hashKey } from "../core/keys.ts"

/** What the table needs to know of what it holds. */
export interface Hashed {
  readonly canonical: CanonicalKey
  readonly hash: number
  /** Its number in the order of insertion. The table's to change. */
  order: number
}

/**
 * A map from canonical keys to cells. Looking a key up reads one slot and one cell, wherever they lie in memory; a native
 * `Map` of many keys reads twice as much.
 */
export class CellTable<C extends Hashed> {
  /** Open addressing with linear probing, at most half full. */
  #slots: Array<C | undefined> = new Array(16).fill(undefined)
  #shift = 28
  /** In the order of insertion, with gaps where cells have been removed. */
  #ordered: Array<C | undefined> = []
  #size = 0

  /** The cell of a key, whose hash is given. */
  get(canonical: CanonicalKey, hash: number): C | undefined {
    const slots = this.#slots
    const mask = slots.length - 1
    let at = Math.imul(hash, 0x9e3779b9) >>> this.#shift
    let cell: C | undefined
    while ((cell = slots[at]) !== undefined) {
      if (cell.hash === hash && same(cell.canonical, canonical)) return cell
      at = (at + 1) & mask
    }
    return undefined
  }

  /** Adds a cell, whose key the table does not have. */
  add(cell: C): void {
    if (2 * ++this.#size > this.#slots.length) this.#resize(this.#slots.length * 2)
    this.#place(cell)
    cell.order = this.#ordered.push(cell) - 1
  }

  /** Removes a cell, which the table has. */
  remove(cell: C): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let gap = this.#home(cell)
    while (slots[gap] !== cell) gap = (gap + 1) & mask
    // Closes the gap: what would no longer be found beyond it moves there.
    for (let at = (gap + 1) & mask, next = slots[at]; next !== undefined; next = slots[at = (at + 1) & mask]) {
      if (((at - this.#home(next)) & mask) < ((at - gap) & mask)) continue
      slots[gap] = next
      gap = at
    }
    slots[gap] = undefined
    this.#ordered[cell.order] = undefined
    this.#size--
    if (this.#ordered.length > 2 * this.#size + 16) this.#compact()
  }

  /** All cells, in the order of insertion. */
  *values(): Iterable<C> {
    const ordered = this.#ordered
    for (let i = 0; i < ordered.length; i++) {
      const cell = ordered[i]
      if (cell !== undefined) yield cell
    }
  }

  #home(cell: C): number {
    return Math.imul(cell.hash, 0x9e3779b9) >>> this.#shift
  }

  #place(cell: C): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let at = this.#home(cell)
    while (slots[at] !== undefined) at = (at + 1) & mask
    slots[at] = cell
  }

  #resize(length: number): void {
    this.#slots = new Array(length).fill(undefined)
    this.#shift = Math.clz32(length) + 1
    for (const cell of this.#ordered) if (cell !== undefined) this.#place(cell)
  }

  #compact(): void {
    const ordered: Array<C> = []
    for (const cell of this.#ordered) if (cell !== undefined) cell.order = ordered.push(cell) - 1
    this.#ordered = ordered
    if (8 * this.#size < this.#slots.length && this.#slots.length > 16) this.#resize(this.#slots.length / 2)
  }
}

/** The hash of a canonical key. */
export const hashCanonical = (canonical: CanonicalKey): number => hashKey(canonical)

const same = (a: CanonicalKey, b: CanonicalKey): boolean => a === b || (a !== a && b !== b)
