/**
 * A set of places in a state table.
 *
 * @module
 */

/** Marks places, which are even numbers: a bit for each. */
export class Marks {
  #bits = new Uint8Array(16)
  #count = 0

  /** How many places are marked. */
  get count(): number {
    return this.#count
  }

  /** Marks a place. */
  add(place: number): void {
    const at = place >> 4
    if (at >= this.#bits.length) {
      const bits = new Uint8Array(Math.max(2 * this.#bits.length, at + 1))
      bits.set(this.#bits)
      this.#bits = bits
    }
    const bit = 1 << (place >> 1 & 7)
    const byte = this.#bits[at]!
    if ((byte & bit) !== 0) return
    this.#bits[at] = byte | bit
    this.#count++
  }

  /** Lists the marked places from `from` on and before `end` in order, as many as `places` has room for. Gives how many. */
  list(from: number, end: number, places: Int32Array): number {
    const bits = this.#bits
    const most = places.length
    const last = Math.min(bits.length, (end >> 4) + 1)
    let count = 0
    for (let at = from >> 4; at < last; at++) {
      for (let byte = bits[at]!; byte !== 0; byte &= byte - 1) {
        const place = at << 4 | (31 - Math.clz32(byte & -byte)) << 1
        if (place < from) continue
        if (place >= end || count >= most) return count
        places[count++] = place
      }
    }
    return count
  }

  /** Follows entries that have moved: `places` has the new place for each old one, or -1. */
  move(places: Int32Array): void {
    if (this.#count === 0) return
    const moved = new Marks()
    const marked = new Int32Array(this.#count)
    const count = this.list(0, places.length, marked)
    for (const place of marked.subarray(0, count)) if (places[place]! >= 0) moved.add(places[place]!)
    this.#bits = moved.#bits
    this.#count = moved.#count
  }
}
