/**
 * Compares the results of the two sides of a law.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util"
import * as fc from "fast-check"

/** How the batches of two streams are compared. */
export interface Reading {
  /**
   * `list` compares the records in their order. `bag` (usually the default, because a shuffle does not keep the order)
   * compares which records there are and how often. `set` compares which records there are.
   */
  readonly order?: "list" | "bag" | "set" | undefined
  /** Returns the part of a record that is compared, such as a rounded number. Default: the record itself. */
  readonly by?: ((record: never) => unknown) | undefined
}

const withoutNegativeZero = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(withoutNegativeZero) : value === 0 ? 0 : value

/**
 * Tells whether two values are deeply equal. NaN equals itself. Dates, Maps and Options are compared by content. As in
 * keys, -0 equals 0, also in tuples and lists.
 */
export const equal = (left: unknown, right: unknown): boolean =>
  isDeepStrictEqual(withoutNegativeZero(left), withoutNegativeZero(right))

const sorted = (records: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  records.map((record) => ({ record, text: fc.stringify(record) }))
    .sort((a, b) => a.text < b.text ? -1 : a.text > b.text ? 1 : 0)
    .map(({ record }) => record)

const distinct = (records: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  records.filter((record, i) => i === 0 || !equal(record, records[i - 1]))

/** Normalizes batches, so that batches that count as the same become deeply equal. */
export const normal = ({ by, order = "bag" }: Reading) => (batches: unknown): unknown => {
  const read = by as ((record: unknown) => unknown) | undefined
  const batch = (records: unknown): unknown => {
    if (!Array.isArray(records)) return records ?? null
    const all: ReadonlyArray<unknown> = read === undefined ? records : records.map((record) => read(record))
    return order === "list" ? all : order === "bag" ? sorted(all) : distinct(sorted(all))
  }
  return Array.isArray(batches) ? batches.map(batch) : batches
}
