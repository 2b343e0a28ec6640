/**
 * The greatest common divisor.
 *
 * @module
 */

/**
 * Returns the greatest common divisor of two whole numbers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { divisor } from "./divisor.ts"
 *
 * assert.equal(divisor(12_000, 9_000), 3_000)
 * ```
 */
export const divisor = (a: number, b: number): number => b === 0 ? a : divisor(b, a % b)
