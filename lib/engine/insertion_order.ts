/**
 * The order in which the keys of a table were inserted. Keys may be put back later than keys that follow them in order.
 *
 * @module
 */

/** Numbers the entries of a table: the later a key was inserted, the higher its number. Entries are counted from 0. */
export class InsertionOrder {
  #numbers = new Float64Array(16)
  #newest = 0
  #isSorted = true
  /** The number of the first entry if all others follow it without gaps, otherwise NaN. It saves reading memory. */
  #first = NaN

  /** Whether the entries stand in the order in which their keys were inserted. */
  get isSorted(): boolean {
    return this.#isSorted
  }

  /** Gives the next new entry a number higher than this one. */
  skip(number: number): void {
    this.#newest = Math.max(this.#newest, number)
  }

  /** The number of an entry. */
  of(entry: number): number {
    return Number.isNaN(this.#first) ? this.#numbers[entry]! : this.#first + entry
  }

  /** Numbers a new last entry: with the next number, or with the one that its key had before. */
  append(entry: number, number: number = ++this.#newest): void {
    if (entry === this.#numbers.length) {
      const numbers = new Float64Array(2 * entry)
      numbers.set(this.#numbers)
      this.#numbers = numbers
    }
    this.#numbers[entry] = number
    if (entry === 0) this.#first = number
    else if (number !== this.#first + entry) this.#first = NaN
    if (entry > 0 && number < this.#numbers[entry - 1]!) this.#isSorted = false
  }

  /** Gives an entry the number that its key had before. */
  set(entry: number, number: number): void {
    if (this.#numbers[entry] === number) return
    this.#numbers[entry] = number
    this.#first = NaN
    this.#isSorted = false
  }

  /** Follows entries that have moved: `entries` has the old entry for each new one. */
  rearrange(entries: ArrayLike<number>, isSorted: boolean): void {
    const numbers = new Float64Array(Math.max(16, entries.length))
    for (let to = 0; to < entries.length; to++) numbers[to] = this.#numbers[entries[to]!]!
    this.#numbers = numbers
    this.#first = numbers[0]!
    for (let to = 1; to < entries.length; to++) if (numbers[to] !== this.#first + to) this.#first = NaN
    this.#isSorted = isSorted
  }
}
