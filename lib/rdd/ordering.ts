/**
 * The order of keys, where no other is given.
 *
 * @module
 */
import * as Option from "effect/Option"
import type { Ordering } from "effect/Ordering"
import { UnsupportedKey } from "../core/keys.ts"

const sign = (n: number): Ordering => n < 0 ? -1 : n > 0 ? 1 : 0

/** Which kind of value comes first where kinds are mixed; numbers and bigints are one kind. */
const rank = (key: unknown): number => {
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
  throw new UnsupportedKey({ problem: `${typeof key} has no order` })
}

const real = (a: number | bigint, b: number | bigint): Ordering =>
  a < b ? -1 : a > b ? 1 : a == b ? 0 : sign(Number(a !== a) - Number(b !== b))

/**
 * The default order: numbers and bigints by size with `NaN` last, strings by UTF-16 code units, `false` before `true`,
 * dates by time, `None` before `Some`, arrays element by element and the shorter first. Of different kinds, `undefined`
 * comes first, then `null`, booleans, numbers, strings, dates, options, arrays. Throws `UnsupportedKey` for anything
 * else.
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
  if (typeof a === "number" && typeof b === "number") return real(a, b)
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a === b ? 0 : 1
  const ranks = sign(rank(a) - rank(b))
  if (ranks !== 0) return ranks
  if ((typeof a === "number" || typeof a === "bigint") && (typeof b === "number" || typeof b === "bigint")) {
    return real(a, b)
  }
  if (typeof a === "boolean" && typeof b === "boolean") return sign(Number(a) - Number(b))
  if (a instanceof Date && b instanceof Date) return real(a.getTime(), b.getTime())
  if (Option.isOption(a) && Option.isOption(b)) return compare(Option.toArray(a), Option.toArray(b))
  if (!Array.isArray(a) || !Array.isArray(b)) return 0
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compare(a[i], b[i])
    if (order !== 0) return order
  }
  return sign(a.length - b.length)
}

/** Says which of two comes first, by the sign of a number: an `Order` of Effect's, or what `Array.sort` takes. */
export type Comparison<in A> = (a: A, b: A) => number

/** Options of everything that sorts: the order of what is compared, if not {@link compare}. */
export interface OrderOption<in A> {
  /** Smallest first. */
  readonly order?: Comparison<A> | undefined
}

const isNumber = (key: unknown): key is number => typeof key === "number" && key === key
const isString = (key: unknown): key is string => typeof key === "string"

/** An order for these keys that agrees with {@link compare} and is faster where all of them are numbers or all strings. */
export const orderOf = (keys: ReadonlyArray<unknown>): Comparison<never> => {
  if (keys.every(isNumber)) return (a: number, b: number) => a < b ? -1 : a > b ? 1 : 0
  if (keys.every(isString)) return (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0
  return compare
}
