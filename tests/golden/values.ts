/** Values of cases: JSON, with a few conventions. */
import * as Option from "effect/Option"

const special: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity }

/** A value of a case as a record. */
export const decode = (value: unknown): unknown => {
  if (typeof value === "string") return Object.hasOwn(special, value) ? special[value] : value
  if (Array.isArray(value)) return value.map(decode)
  if (typeof value !== "object" || value === null) return value
  if ("pair" in value) return decode(value.pair)
  if ("long" in value) return value.long
  return "double" in value ? decode(value.double) : value
}

/** A list of values as records. */
export const decodeAll = (values: ReadonlyArray<unknown>): ReadonlyArray<unknown> => values.map(decode)

/** A record without options: an absent side of an outer join is null. */
export const plain = (value: unknown): unknown => {
  if (Option.isOption(value)) return Option.isSome(value) ? plain(value.value) : null
  return Array.isArray(value) ? value.map(plain) : value
}

/** A record as cases write it. Decimals are rounded to what an order of additions cannot change. */
export const encode = (value: unknown): unknown => {
  if (Option.isOption(value)) return Option.isSome(value) ? encode(value.value) : null
  if (Array.isArray(value)) return value.map(encode)
  if (value instanceof Uint8Array) return Array.from(value)
  if (typeof value === "bigint") return Number(value)
  if (value === undefined) return null
  if (typeof value !== "number") return value
  if (!Number.isFinite(value)) return String(value)
  return Number.isInteger(value) ? value + 0 : Number(value.toPrecision(13))
}

/** A value in one line, cut where it gets too long. */
export const show = (value: unknown, most = 160): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > most ? `${text.slice(0, most - 3)}...` : text
}
