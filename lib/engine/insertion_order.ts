/**
 * The order in which the keys of a table were inserted, where they may have been put back later than others.
 *
 * @module
 */

/** A number for each entry of a table: the later its key was inserted, the higher. Entries are numbered from 0. */
export class InsertionOrder {
  #numbers = new Float64Array(16)
  #newest = 0
  #isSorted = true

  /** Whether the entries stand in the order in which their keys were inserted. */
  get isSorted(): boolean {
    return this.#isSorted
  }

  /** The number of an entry. */
  of(entry: number): number {
    return this.#numbers[entry]!
  }

  /** Gives an entry that has been appended the next number, or the one that its key had. */
  append(entry: number, number: number = ++this.#newest): void {
    if (entry === this.#numbers.length) {
      const numbers = new Float64Array(2 * entry)
      numbers.set(this.#numbers)
      this.#numbers = numbers
    }
    this.#numbers[entry] = number
    if (entry > 0 && number < this.#numbers[entry - 1]!) this.#isSorted = false
  }

  /** Gives an entry the number that its key had. */
  set(entry: number, number: number): void {
    if (this.#numbers[entry] === number) return
    this.#numbers[entry] = number
    this.#isSorted = false
  }

  /** Takes over the order of entries that have moved: those given, in their new places. */
  rearrange(entries: ArrayLike<number>, isSorted: boolean): void {
    const numbers = new Float64Array(Math.max(16, entries.length))
    for (let to = 0; to < entries.length; to++) numbers[to] = this.#numbers[entries[to]!]!
    this.#numbers = numbers
    this.#isSorted = isSorted
  }
}
