/**
 * The default order of records and keys, and the option that replaces it.
 *
 * @module
 */
import * as Option from "effect/Option"
import type { Ordering } from "effect/Ordering"
import { describeValue } from "../core/describe_value.ts"
import { comparisonOf } from "../core/results.ts"
import { UnsupportedKey } from "../core/keys.ts"
import { inPieces, type Piecewise } from "../core/pace.ts"

const sign = (n: number): Ordering => n < 0 ? -1 : n > 0 ? 1 : 0

/** Returns the position of a value's kind in the default order. Numbers and bigints are one kind. */
const kindRank = (key: unknown): number => {
  switch (typeof key) {
    case "undefined":
      return 0
    case "boolean":
      return 2
    case "number":
    case "bigint":
      return 3
    case "string":
      return 4
  }
  if (key === null) return 1
  if (key instanceof Date) return 5
  if (Option.isOption(key)) return 6
  if (Array.isArray(key)) return 7
  throw new UnsupportedKey({ problem: `${describeValue(key)} has no default order; pass an order in the options` })
}

const compareNumbers = (a: number | bigint, b: number | bigint): Ordering =>
  a < b ? -1 : a > b ? 1 : a == b ? 0 : sign(Number(a !== a) - Number(b !== b))

/**
 * Compares two values by the default order.
 *
 * Numbers and bigints are ordered by size, with `NaN` last; strings by UTF-16 code units; `false` before `true`; dates
 * by time; `None` before `Some`; arrays element by element, a prefix before the longer array. Values of different kinds
 * are ordered by kind: `undefined`, `null`, booleans, numbers, strings, dates, `Option`s, arrays. Any other value
 * throws `UnsupportedKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD } from "@dstream/dstream"
 *
 * assert.deepEqual([[2, "a"], [1, "b"], [1, "a"]].sort(RDD.compare), [[1, "a"], [1, "b"], [2, "a"]])
 * ```
 */
export const compare = (a: unknown, b: unknown): Ordering => {
  if (typeof a === "number" && typeof b === "number") return compareNumbers(a, b)
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a === b ? 0 : 1
  const ranks = sign(kindRank(a) - kindRank(b))
  if (ranks !== 0) return ranks
  if ((typeof a === "number" || typeof a === "bigint") && (typeof b === "number" || typeof b === "bigint")) {
    return compareNumbers(a, b)
  }
  if (typeof a === "boolean" && typeof b === "boolean") return sign(Number(a) - Number(b))
  if (a instanceof Date && b instanceof Date) return compareNumbers(a.getTime(), b.getTime())
  if (Option.isOption(a) && Option.isOption(b)) return compare(Option.toArray(a), Option.toArray(b))
  if (!Array.isArray(a) || !Array.isArray(b)) return 0
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compare(a[i], b[i])
    if (order !== 0) return order
  }
  return sign(a.length - b.length)
}

/**
 * A comparison function, as `Array.sort` takes it: negative if `a` comes first, positive if `b` does, 0 if they are
 * equal. Every `Order` of Effect is one.
 */
export type Comparison<in A> = (a: A, b: A) => number

/** Option of operations that compare records or keys. */
export interface OrderOption<in A> {
  /** The order, smallest first; {@link compare} if not given. */
  readonly order?: Comparison<A> | undefined
}

/** Returns the order that the options name, whose results are checked; undefined if they name none. */
export const orderIn = <A>({ order }: OrderOption<A> = {}): Comparison<A> | undefined =>
  order === undefined ? undefined : (a, b) => comparisonOf(order(a, b))

const isNumber = (key: unknown): key is number => typeof key === "number" && key === key

/**
 * Returns a comparison that agrees with {@link compare} on `count` keys, but is faster if all are numbers or all strings.
 */
export function* orderOf(count: number, keyAt: (i: number) => unknown): Piecewise<Comparison<never>> {
  let areNumbers = true
  let areStrings = true
  yield* inPieces(count, (from, to) => {
    for (let i = from; i < to && (areNumbers || areStrings); i++) {
      const key = keyAt(i)
      areNumbers &&= isNumber(key)
      areStrings &&= typeof key === "string"
    }
  })
  if (areNumbers) return (a: number, b: number) => a < b ? -1 : a > b ? 1 : 0
  if (areStrings) return (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0
  return compare
}
