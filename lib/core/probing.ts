/**
 * What hash tables over keys compared by value have in common: open addressing with linear probing.
 *
 * @module
 */
import { equalKeys } from "./keys.ts"

/** The slot at which the search for a hash begins, in a table of 2 ** (32 - shift) slots. Spreads hashes that are close. */
export const firstSlot = (hash: number, shift: number): number => Math.imul(hash, 0x9e3779b9) >>> shift

/** Whether two keys with the same hash are equal. Strings, the most frequent keys, take one comparison. */
export const sameKey = (a: unknown, b: unknown): boolean => a === b || (typeof b !== "string" && equalKeys(a, b))
