/**
 * Finds Promises, which the library does not wait for, and Effects, which it does not run, in what functions return.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { isPlain } from "./plain.ts"

const NOT_AWAITED = "Promises, which are not waited for"

/** Describes Effects where data is expected. */
export const NOT_RUN = "Effects, which are not run"

/** How many elements of an array are looked at. A longer array is a list, whose elements most likely are alike. */
const LOOKED_AT = 8

/** Keeps a Promise that is rejected from ending the process: the job that it belongs to fails anyway. */
export const ignoreRejection = (u: unknown): void => {
  if (u instanceof Promise) u.catch(() => {})
}

/** Does for a record what {@link ignoreRejection} does: for its parts, and the parts of these. */
export const ignoreRejections = (record: unknown, depth = 2): void => {
  ignoreRejection(record)
  if (depth === 0 || typeof record !== "object" || record === null) return
  if (!Array.isArray(record) && !isPlain(record)) return
  for (const part of Object.values(record)) ignoreRejections(part, depth - 1)
}

const isPromise = (u: unknown): boolean =>
  typeof u === "object" && u !== null && (u instanceof Promise || ("then" in u && typeof u.then === "function"))

/** Describes a value that is a Promise or an Effect. Undefined for all other values. */
export const describePending = (u: unknown): string | undefined => {
  if (typeof u !== "object" || u === null) return undefined
  if (isPromise(u)) {
    ignoreRejection(u)
    return NOT_AWAITED
  }
  const prototype: unknown = Object.getPrototypeOf(u)
  // Most values. Effects do not look like this.
  if (prototype === Object.prototype || prototype === Array.prototype) return undefined
  // Errors and Exits are Effects too, but they are valid data.
  if (u instanceof Error || Exit.isExit(u)) return undefined
  return Effect.isEffect(u) ? NOT_RUN : undefined
}

/**
 * Whether a Promise is directly in an array or a plain object. Effects there may be meant as data, to be run later, but
 * a Promise without a handler ends the process when it is rejected.
 */
const holdsPromise = (u: unknown): boolean => {
  if (typeof u !== "object" || u === null) return false
  if (Array.isArray(u)) {
    for (let i = 0; i < u.length && i < LOOKED_AT; i++) if (isPromise(u[i])) return true
    return false
  }
  if (!isPlain(u)) return false
  try {
    for (const name in u) if (isPromise(u[name])) return true
  } catch {
    // A getter that throws gives no Promise.
  }
  return false
}

/** Describes a value as {@link describePending} does, and also an array or a plain object with a Promise directly in it. */
export const describePendingPart = (u: unknown): string | undefined =>
  describePending(u) ?? (holdsPromise(u) ? NOT_AWAITED : undefined)

/** Describes a record as {@link describePendingPart} does. Each element of an array, such as a pair, counts as a value. */
export const describePendingRecord = (u: unknown): string | undefined => {
  if (!Array.isArray(u)) return describePendingPart(u)
  for (let i = 0; i < u.length && i < LOOKED_AT; i++) {
    const pending = describePendingPart(u[i])
    if (pending !== undefined) return pending
  }
  return undefined
}
