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

  /** The marked places from `from` on and before `end`, in order, at most `most` of them. */
  list(from: number, end: number, most: number): Array<number> {
    const bits = this.#bits
    const places: Array<number> = []
    const last = Math.min(bits.length, (end >> 4) + 1)
    for (let at = from >> 4; at < last; at++) {
      for (let byte = bits[at]!; byte !== 0; byte &= byte - 1) {
        const place = at << 4 | (31 - Math.clz32(byte & -byte)) << 1
        if (place < from) continue
        if (place >= end || places.length >= most) return places
        places.push(place)
      }
    }
    return places
  }

  /** Follows entries that have moved: `places` has the new place for each old one, or -1. */
  move(places: Int32Array): void {
    if (this.#count === 0) return
    const moved = new Marks()
    for (const place of this.list(0, places.length, Infinity)) if (places[place]! >= 0) moved.add(places[place]!)
    this.#bits = moved.#bits
    this.#count = moved.#count
  }
}
