/**
 * The order in which the keys of a table were inserted. Keys may be put back later than keys that follow them in order.
 *
 * @module
 */

/** Numbers the entries of a table: the later a key was inserted, the higher its number. Entries are counted from 0. */
export class InsertionOrder {
  /** The number of each entry; undefined while all entries follow the first one without gaps, as they usually do. */
  #numbers: Float64Array | undefined
  #first = 0
  #newest = 0
  #count = 0
  #isSorted = true

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
    return this.#numbers === undefined ? this.#first + entry : this.#numbers[entry]!
  }

  /** Numbers a new last entry: with the next number, or with the one that its key had before. */
  append(entry: number, number: number = ++this.#newest): void {
    if (entry > 0 && number < this.of(entry - 1)) this.#isSorted = false
    this.#count = entry
    if (entry === 0) {
      this.#first = number
      this.#numbers = undefined
    } else if (this.#numbers !== undefined || number !== this.#first + entry) this.#listed(entry + 1)[entry] = number
    this.#count++
  }

  /** Gives an entry the number that its key had before. */
  set(entry: number, number: number): void {
    if (this.of(entry) === number) return
    this.#listed(this.#count)[entry] = number
    this.#isSorted = false
  }

  /** Follows entries that have moved: `entries` has the old entry for each new one. */
  rearrange(entries: ArrayLike<number>, isSorted: boolean): void {
    const numbers = new Float64Array(entries.length)
    let hasGaps = false
    for (let to = 0; to < numbers.length; to++) {
      numbers[to] = this.of(entries[to]!)
      if (numbers[to] !== numbers[0]! + to) hasGaps = true
    }
    this.#first = numbers[0] ?? 0
    this.#numbers = hasGaps ? numbers : undefined
    this.#count = entries.length
    this.#isSorted = isSorted
  }

  /** The list of numbers, with room for so many. */
  #listed(room: number): Float64Array {
    const known = this.#numbers
    if (known !== undefined && room <= known.length) return known
    const numbers = new Float64Array(Math.max(16, 2 * room))
    if (known !== undefined) numbers.set(known)
    else for (let entry = 0; entry < this.#count; entry++) numbers[entry] = this.#first + entry
    return this.#numbers = numbers
  }
}
