/**
 * What two versions of a state differ in.
 *
 * @module
 */

/** What a version has in place of what another one has: keys, each with its value and the time of its last write. */
export class Differences {
  /** The keys. One may stand here several times: what was added first counts. */
  readonly keys: Array<unknown> = []
  /** The value of each key, or `GONE`. */
  readonly values: Array<unknown> = []
  /** The batch that has written each key last. */
  readonly times: Array<number> = []
  /** The numbers in the order of insertion of keys that may have to be inserted again, by their index here. */
  #numbers: Map<number, number> | undefined

  /** Adds a key with its value and the time of its last write. */
  add(key: unknown, value: unknown, time: number): void {
    this.keys.push(key)
    this.values.push(value)
    this.times.push(time)
  }

  /** As `add`, for a key that the other version does not have, or has at another place in the order. */
  addMoved(key: unknown, value: unknown, time: number, number: number): void {
    this.#numbers ??= new Map()
    this.#numbers.set(this.keys.length, number)
    this.add(key, value, time)
  }

  /** The number in the order of insertion that was given with a key. */
  numberAt(i: number): number | undefined {
    return this.#numbers?.get(i)
  }
}
