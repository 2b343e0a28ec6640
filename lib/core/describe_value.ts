/**
 * Naming the type of a value in messages.
 *
 * @module
 */

/**
 * What a value is, for messages: `function`, `symbol`, `object`, `array`, `instance of Map`, `null`, `string`, …
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
  const make: unknown = u.constructor
  if (typeof make !== "function" || make === Object || make.name === "") return "object with a prototype of its own"
  return `instance of ${make.name}`
}
