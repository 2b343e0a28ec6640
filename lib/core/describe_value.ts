/**
 * Describes the type of a value in messages.
 *
 * @module
 */

/**
 * Describes the type of a value for messages: `function`, `symbol`, `object`, `array`, `instance of Map`, `null`, …
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { describeValue } from "./describe_value.ts"
 *
 * assert.equal(describeValue({}), "object")
 * assert.equal(describeValue(new URL("https://deno.com")), "instance of URL")
 * ```
 */
export function describeValue(u: unknown): string {
  if (u === null) return "null"
  if (typeof u !== "object") return typeof u
  const prototype: unknown = Object.getPrototypeOf(u)
  if (prototype === null || prototype === Object.prototype) return "object"
  if (prototype === Array.prototype) return "array"
  const constructor: unknown = u.constructor
  if (typeof constructor !== "function" || constructor === Object || constructor.name === "") {
    return "object with a prototype of its own"
  }
  return `instance of ${constructor.name}`
}
