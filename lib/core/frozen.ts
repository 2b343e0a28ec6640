/**
 * Makes the values of logged states read-only.
 *
 * @module
 */

/**
 * Freezes an object or array, but not what it contains, and returns it. A function that changes a logged state in place then
 * fails, instead of making the log differ from the state. Typed arrays cannot be frozen.
 */
export const frozen = (value: unknown): unknown =>
  typeof value !== "object" || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)
    ? value
    : Object.freeze(value)
