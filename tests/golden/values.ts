/** Values of recordings: JSON with a few conventions. */
import * as Option from "effect/Option"

const special: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity }

/** Turns a recorded value into a record. */
export const decode = (value: unknown): unknown => {
  if (typeof value === "string") return Object.hasOwn(special, value) ? special[value] : value
  if (Array.isArray(value)) return value.map(decode)
  if (typeof value !== "object" || value === null) return value
  if ("pair" in value) return decode(value.pair)
  if ("long" in value) return value.long
  return "double" in value ? decode(value.double) : value
}

/** Turns a list of recorded values into records. */
export const decodeAll = (values: ReadonlyArray<unknown>): ReadonlyArray<unknown> => values.map(decode)

/** Replaces the options of a record: an absent side of an outer join becomes null. */
export const plain = (value: unknown): unknown => {
  if (Option.isOption(value)) return Option.isSome(value) ? plain(value.value) : null
  return Array.isArray(value) ? value.map(plain) : value
}

/** Turns a record into a recorded value. Decimals are rounded to 13 digits: the order of additions changes later ones. */
export const encode = (value: unknown): unknown => {
  if (Option.isOption(value)) return Option.isSome(value) ? encode(value.value) : null
  if (value instanceof Map) return Array.from(value, encode)
  if (value instanceof Set) return Array.from(value, encode)
  if (value instanceof Uint8Array) return Array.from(value)
  if (Array.isArray(value)) return value.map(encode)
  if (typeof value === "bigint") return Number(value)
  if (value === undefined) return null
  if (typeof value !== "number") return value
  if (!Number.isFinite(value)) return String(value)
  return Number.isInteger(value) ? value + 0 : Number(value.toPrecision(13))
}

/** Writes a value as JSON in one line of at most `limit` characters. */
export const show = (value: unknown, limit = 160): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > limit ? `${text.slice(0, limit - 3)}...` : text
}

/** Writes a record as the library prints it: two or three elements are a tuple, other lists have brackets. */
export const textOf = (value: unknown): string => {
  const record = plain(value)
  if (!Array.isArray(record)) return String(record)
  const parts = record.map(textOf)
  return parts.length === 2 || parts.length === 3 ? `(${parts.join(",")})` : `[${parts.join(", ")}]`
}

/** Tells whether two values are equal as JSON. */
export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
