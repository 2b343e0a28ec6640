/**
 * Formats records as text, in the way in which Spark prints them.
 *
 * @module
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"

const MAX_DEPTH = 32

const show = (value: unknown, depth: number): string => {
  if (depth > MAX_DEPTH) return "..."
  if (typeof value === "string") return value
  if (Array.isArray(value)) {
    const parts = Array.from(value, (part) => show(part, depth + 1))
    return parts.length === 2 || parts.length === 3 ? `(${parts.join(",")})` : `[${parts.join(", ")}]`
  }
  if (Option.isOption(value)) {
    return Option.match(value, { onNone: () => "None", onSome: (some) => `Some(${show(some, depth + 1)})` })
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${Array.from(value as Uint8Array).join(", ")}]`
  if (!Predicate.isObject(value)) return String(value)
  if (value instanceof Map) {
    const parts = Array.from(value, ([key, part]) => `${show(key, depth + 1)} -> ${show(part, depth + 1)}`)
    return `Map(${parts.join(", ")})`
  }
  if (value instanceof Set) return `Set(${Array.from(value, (part) => show(part, depth + 1)).join(", ")})`
  // Objects without a prototype have no `toString`.
  const { toString }: { readonly toString?: unknown } = value
  if (typeof toString === "function" && toString !== Object.prototype.toString) return String(value)
  const parts = Object.entries(value).map(([key, part]) => `${key}: ${show(part, depth + 1)}`)
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`
}

/**
 * Formats a record as `print` and `saveAsTextFiles` write it. Arrays of two and three elements are formatted as Scala's
 * tuples, `(hello,1)`, and other arrays as lists, `[1, 2, 3, 4]`. An Option becomes `Some(1)` or `None`. Strings have
 * no quotes.
 */
export const showRecord = (record: unknown): string => show(record, 0)
