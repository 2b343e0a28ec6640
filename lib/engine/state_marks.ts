/**
 * A set of places in a state table.
 *
 * @module
 */

/** Marks places, which are even numbers: a bit for each. */
export class Marks {
  #bits = new Uint8Array(16)
  #isEmpty = true

  /** Whether no place is marked. */
  get isEmpty(): boolean {
    return this.#isEmpty
  }

  /** How many places are marked. */
  get count(): number {
    let count = 0
    if (!this.#isEmpty) { for (let byte of this.#bits) for (; byte !== 0; byte &= byte - 1) count++ }
    return count
  }

  /** Marks a place. */
  add(place: number): void {
    const at = place >> 4
    if (at >= this.#bits.length) {
      const bits = new Uint8Array(Math.max(2 * this.#bits.length, at + 1))
      bits.set(this.#bits)
      this.#bits = bits
    }
    this.#bits[at]! |= 1 << (place >> 1 & 7)
    this.#isEmpty = false
  }

  /** The first marked place from `place` on; Infinity if there is none. */
  next(place: number): number {
    const bits = this.#bits
    const skipped = place >> 1 & 7
    let at = place >> 4
    let byte = (bits[at] ?? 0) >> skipped << skipped
    while (byte === 0) {
      if (++at >= bits.length) return Infinity
      byte = bits[at]!
    }
    return at << 4 | (31 - Math.clz32(byte & -byte)) << 1
  }

  /** Follows entries that have moved: `places` has the new place for each old one, or -1. */
  move(places: Int32Array): void {
    if (this.#isEmpty) return
    const moved = new Marks()
    for (let place = this.next(0); place < places.length; place = this.next(place + 2)) {
      if (places[place]! >= 0) moved.add(places[place]!)
    }
    this.#bits = moved.#bits
    this.#isEmpty = moved.#isEmpty
  }
}
