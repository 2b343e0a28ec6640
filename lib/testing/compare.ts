/**
 * When the results of two sides of a law are the same.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util"
import * as fc from "fast-check"

/** What of the batches that a stream gives counts. */
export interface Reading {
  /**
   * `list`: the records in their order. `bag`: which records, and how often, the default wherever a shuffle may come in.
   * `set`: which records.
   */
  readonly order?: "list" | "bag" | "set" | undefined
  /** What of a record counts, such as a number rounded: all of it. */
  readonly by?: ((record: never) => unknown) | undefined
}

const unsigned = (value: unknown): unknown => Array.isArray(value) ? value.map(unsigned) : value === 0 ? 0 : value

/**
 * Whether two values are the same all the way down: NaN is itself, and a Date, a Map or an Option is its content. As in
 * keys, -0 is 0, also in tuples and lists.
 */
export const equal = (left: unknown, right: unknown): boolean => isDeepStrictEqual(unsigned(left), unsigned(right))

const sorted = (records: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  records.map((record) => ({ record, text: fc.stringify(record) }))
    .sort((a, b) => a.text < b.text ? -1 : a.text > b.text ? 1 : 0)
    .map(({ record }) => record)

const distinct = (records: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  records.filter((record, i) => i === 0 || !equal(record, records[i - 1]))

/** Brings batches to a form in which those that count as the same are equal. */
export const normal = ({ by, order = "bag" }: Reading) => (batches: unknown): unknown => {
  const read = by as ((record: unknown) => unknown) | undefined
  const batch = (records: unknown): unknown => {
    if (!Array.isArray(records)) return records ?? null
    const all: ReadonlyArray<unknown> = read === undefined ? records : records.map((record) => read(record))
    return order === "list" ? all : order === "bag" ? sorted(all) : distinct(sorted(all))
  }
  return Array.isArray(batches) ? batches.map(batch) : batches
}
