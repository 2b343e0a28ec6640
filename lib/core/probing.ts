/**
 * What hash tables over keys compared by value have in common: open addressing with linear probing.
 *
 * @module
 */
import { equalKeys } from "./keys.ts"

export { secretHash } from "./secret_hash.ts"

/**
 * Spreads hashes that are close over a table of 2 ** (32 - shift) slots: the search for a hash begins at slot
 * `Math.imul(hash, SPREAD) >>> shift`. Written out where it is used: as a function it would be one call too many for the
 * compiler to inline.
 */
export const SPREAD = 0x9e3779b9

/**
 * How long a search may take until the table takes its keys for chosen ones: one for each slot, and {@link COLLISION} for
 * each other key with an equal hash. It then uses secret hashes, which cannot be chosen. Usual keys come nowhere near it.
 */
export const MOST_STEPS = 1024

/** What another key with an equal hash costs. */
export const COLLISION = 64

/** Whether two keys with the same hash are equal. Strings, the most frequent keys, take one comparison. */
export const sameKey = (a: unknown, b: unknown): boolean => a === b || (typeof b !== "string" && equalKeys(a, b))
