/**
 * What hash tables over keys compared by value have in common: open addressing with linear probing.
 *
 * @module
 */
import { equalKeys } from "./keys.ts"

/**
 * Spreads hashes that are close over a table of 2 ** (32 - shift) slots: the search for a hash begins at slot
 * `Math.imul(hash, SPREAD) >>> shift`. Written out where it is used: as a function it would be one call too many for the
 * compiler to inline.
 */
export const SPREAD = 0x9e3779b9

/** Whether two keys with the same hash are equal. Strings, the most frequent keys, take one comparison. */
export const sameKey = (a: unknown, b: unknown): boolean => a === b || (typeof b !== "string" && equalKeys(a, b))
