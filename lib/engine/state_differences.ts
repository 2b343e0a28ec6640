/**
 * The differences between two versions of a state.
 *
 * @module
 */

/** The keys that differ in two versions, with the values and write times that they have in one of them. */
export class Differences {
  /** The keys. If a key is listed several times, the first one counts. */
  readonly keys: Array<unknown> = []
  /** The value of each key, or `GONE`. */
  readonly values: Array<unknown> = []
  /** The batch time at which each key was last written; undefined if times have not been recorded. */
  #times: Array<number> | undefined
  /** By index: the numbers, in the order of insertion, of keys that may have to be inserted again. */
  #numbers: Map<number, number> | undefined

  /** Adds a key with its value, and the time of its last write if it is recorded. */
  add(key: unknown, value: unknown, time?: number): void {
    if (time !== undefined) this.#times ??= Array(this.keys.length).fill(NaN)
    this.keys.push(key)
    this.values.push(value)
    this.#times?.push(time ?? NaN)
  }

  /** As `add`, for a key that the other version does not have, or has at another place in the order of insertion. */
  addMoved(key: unknown, value: unknown, time: number | undefined, number: number): void {
    this.#numbers ??= new Map()
    this.#numbers.set(this.keys.length, number)
    this.add(key, value, time)
  }

  /** The batch time at which a key was last written. NaN: before times were recorded. */
  timeAt(i: number): number {
    return this.#times?.[i] ?? NaN
  }

  /** The number in the order of insertion that was given with a key. */
  numberAt(i: number): number | undefined {
    return this.#numbers?.get(i)
  }
}
