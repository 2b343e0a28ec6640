/**
 * Whether an inverse can undo what a function has put together. Numbers cannot always be taken out of a sum again: what
 * is not finite stays in it, and a very large number takes the digits of small ones with it.
 *
 * @module
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { valueOf } from "../../core/results.ts"
import type { Fields } from "../../rdd/state.ts"
import type { Merge, Timed } from "./aggregate.ts"

/** The relative error up to which a number counts as the same: that of usual sums of decimals, and no more. */
const TOLERANCE = 1e-9

/** Whether all numbers of `expected` are in `found`, at the same places. */
const isSame = (found: unknown, expected: unknown, seen?: Set<object>): boolean => {
  if (typeof expected === "number") {
    if (typeof found !== "number" || found === expected) return found === expected
    // A whole number that has become another one has lost something, however large it is.
    if (Number.isInteger(found) && Number.isSafeInteger(expected)) return false
    return Math.abs(found - expected) <= TOLERANCE * Math.abs(expected)
  }
  if (typeof expected !== "object" || expected === null || seen?.has(expected)) return true
  const met = (seen ?? new Set()).add(expected)
  return partsOf(expected).every(([key, part]) => isSame(partAt(found, key), part, met))
}

/**
 * The entries of maps, the elements of sets and arrays, and the properties of all other objects, such as instances and
 * Options. What is in private fields cannot be seen.
 */
const partsOf = (u: object): ReadonlyArray<readonly [key: unknown, part: unknown]> =>
  u instanceof Map || u instanceof Set
    ? Array.from(u.entries())
    : HashMap.isHashMap(u)
    ? HashMap.toEntries(u)
    : Object.entries(u)

const partAt = (u: unknown, key: unknown): unknown => {
  if (typeof u !== "object" || u === null) return undefined
  if (u instanceof Map) return u.get(key)
  if (u instanceof Set) return u.has(key) ? key : undefined
  if (HashMap.isHashMap(u)) return Option.getOrUndefined(HashMap.get(u, key))
  return typeof key === "string" ? Reflect.get(u, key) : undefined
}

/** Whether a test holds for a value that is a number, or for one of the numbers in it. */
const someNumber = (u: unknown, test: (n: number) => boolean, seen?: Set<object>): boolean => {
  if (typeof u === "number") return test(u)
  if (typeof u !== "object" || u === null || seen?.has(u)) return false
  const met = (seen ?? new Set()).add(u)
  return partsOf(u).some(([, part]) => someNumber(part, test, met))
}

/** Whether a value is a number that is not finite, or contains one. */
const isInfinite = (u: unknown): boolean => someNumber(u, (n) => !Number.isFinite(n))

const isNumeric = (u: unknown): boolean => someNumber(u, () => true)

const magnitude = (u: unknown): number => typeof u === "number" ? Math.abs(u) : 0

/**
 * Whether large numbers of `a` and `b` nearly cancel out in `sum`. What is added to the sum later has digits that these numbers
 * would take with them when one of them leaves.
 */
const cancels = (sum: unknown, a: unknown, b: unknown, seen?: Set<object>): boolean => {
  if (typeof sum === "number") return Math.abs(sum) < TOLERANCE * Math.max(magnitude(a), magnitude(b))
  if (typeof sum !== "object" || sum === null || seen?.has(sum)) return false
  const met = (seen ?? new Set()).add(sum)
  return partsOf(sum).some(([key, part]) => cancels(part, partAt(a, key), partAt(b, key), met))
}

/** A number that is smaller than the largest in a sum by more than this has lost digits in it that matter. */
const DIGITS = 1e-10

const isWhole = (...all: ReadonlyArray<unknown>): boolean => all.every(Number.isSafeInteger)

/** Whether a number has too few digits left beside the largest one that was in its sum. */
const isTiny = (u: unknown, peak: number): boolean => typeof u === "number" && u !== 0 && Math.abs(u) < DIGITS * peak

/**
 * Whether `inverse` cannot take `a` or `b` out of `sum` again, which `f` has made of them. `peak` is the largest number that is
 * or was in the sum. Sums of whole numbers cost no call of `inverse`, other numbers cost two.
 */
const isLossy = (inverse: Merge, a: unknown, b: unknown, sum: unknown, peak: number): boolean => {
  if (isWhole(a, b, sum, peak) && Number(a) + Number(b) === sum) return false
  if (!isNumeric(sum)) return false
  if (isInfinite(sum) || isTiny(b, peak) || (sum === 0 && peak > 0) || isTiny(sum, peak)) return true
  return cancels(sum, a, b) || !isSame(valueOf(inverse(sum, b)), a) || !isSame(valueOf(inverse(sum, a)), b)
}

/** What must be known of an aggregate from which `inverse` cannot take everything out again. */
export interface Rest {
  /** The aggregate of the batches before: `inverse` can take each of them out of it. */
  readonly base: unknown
  /** How many batches that are. */
  readonly baseBatches: number
  /** The batches since. They are aggregated anew whenever one of them leaves. */
  readonly values: ReadonlyArray<Timed>
}

/** The aggregate of a key; with `rest`, `inverse` must not be applied to it. */
export interface Total {
  readonly value: unknown
  /** The time after which batches were counted. */
  readonly since: number
  /** How many batches are in it. */
  readonly batches: number
  /** The largest number that is or was in it; 0 if it is not a number. */
  readonly peak: number
  readonly rest: Rest | undefined
}

/** Room for columns of numbers. Calls use it one after the other: new columns for each would be much garbage. */
let room = new Float64Array(0)

/** The properties of aggregates as columns, by name. They are valid until the next call. The type asks for all of them. */
const columnsOf = (totals: ArrayLike<Total>) => {
  const { length } = totals
  if (room.length < 4 * length) room = new Float64Array(4 * length)
  const part = (i: number): Float64Array => room.subarray(i * length, (i + 1) * length)
  const columns = {
    value: part(0),
    since: part(1),
    batches: part(2),
    peak: part(3),
    rest: new Array<Rest | undefined>(length),
  }
  let isNumeric = true
  // All at once: the objects lie scattered in memory.
  for (let i = 0; i < length; i++) {
    const total = totals[i]!
    if (typeof total.value === "number") columns.value[i] = total.value
    else isNumeric = false
    columns.since[i] = total.since
    columns.batches[i] = total.batches
    columns.peak[i] = total.peak
    columns.rest[i] = total.rest
  }
  const value: ArrayLike<unknown> = isNumeric ? columns.value : Array.from(totals, ({ value }) => value)
  return { ...columns, value } satisfies { readonly [K in keyof Total]: { readonly [i: number]: Total[K] } }
}

/** How aggregates are written to a checkpoint. */
export const totalFields: Fields = {
  names: Object.keys(columnsOf([])),
  columns: (values) => Object.values(columnsOf(values as ArrayLike<Total>)),
}

/** The aggregate of one batch. */
export const totalOf = (timed: Timed, since: number): Total => ({
  value: timed[1],
  since,
  batches: 1,
  peak: magnitude(timed[1]),
  rest: isInfinite(timed[1]) ? { base: undefined, baseBatches: 0, values: [timed] } : undefined,
})

/** Adds a batch to an aggregate. */
export const enter = (f: Merge, inverse: Merge, total: Total, timed: Timed): Total => {
  const { batches, rest, since, value } = total
  const sum = valueOf(f(value, timed[1]))
  const peak = Math.max(total.peak, magnitude(timed[1]), magnitude(sum))
  return {
    value: sum,
    since,
    batches: batches + 1,
    peak,
    rest: rest !== undefined
      ? { ...rest, values: [...rest.values, timed] }
      : isLossy(inverse, value, timed[1], sum, peak)
      ? { base: value, baseBatches: batches, values: [timed] }
      : undefined,
  }
}

/** Takes the oldest of several batches out of an aggregate. */
export const leave = (f: Merge, inverse: Merge, total: Total, [, left]: Timed): Total => {
  const { batches, peak, rest, since, value } = total
  if (rest === undefined) return { value: valueOf(inverse(value, left)), since, batches: batches - 1, peak, rest }
  const { base, baseBatches, values } = rest
  if (baseBatches > 1) {
    const remaining = valueOf(inverse(base, left))
    return {
      value: values.reduce((sum, [, each]) => valueOf(f(sum, each)), remaining),
      since,
      batches: batches - 1,
      peak,
      rest: { base: remaining, baseBatches: baseBatches - 1, values },
    }
  }
  const [first, ...others] = baseBatches === 1 ? values : values.slice(1)
  if (first === undefined) return { value, since, batches: batches - 1, peak, rest: undefined }
  // Once nothing is lossy any more, the aggregate is one like all others.
  return others.reduce((total, timed) => enter(f, inverse, total, timed), totalOf(first, since))
}
