/**
 * Keys as values that a native `Map` compares the way we do: by value.
 *
 * @module
 */
import * as Option from "effect/Option"
import { KeyedTable } from "./keyed_table.ts"

/** A value that a native `Map` tells apart exactly as our key equality does. */
export type CanonicalKey = string | number | bigint | boolean | null | undefined

const MARK = "\u0000"

const spell = (key: unknown): string | undefined => {
  switch (typeof key) {
    case "string":
      return `s${key.length}:${key}`
    case "number":
      return Number.isNaN(key) ? "nNaN;" : `n${key + 0};`
    case "bigint":
      return `i${key};`
    case "boolean":
      return key ? "T" : "F"
    case "undefined":
      return "U"
  }
  if (key === null) return "N"
  if (key instanceof Date) return `d${key.getTime()};`
  if (Array.isArray(key)) {
    let text = `a${key.length}:`
    for (const part of key) {
      const spelled = spell(part)
      if (spelled === undefined) return undefined
      text += spelled
    }
    return text
  }
  if (!Option.isOption(key)) return undefined
  if (Option.isNone(key)) return "O"
  const inner = spell(key.value)
  return inner === undefined ? undefined : `o${inner}`
}

/**
 * Makes canonical keys. Strings, numbers and the other plain keys are their own; dates, tuples and options are spelled
 * out; keys that bring their own equality get a number each, remembered here. Throws `UnsupportedKey` for the rest.
 */
export const canonicalKeys = (): (key: unknown) => CanonicalKey => {
  const others = new KeyedTable<unknown, undefined>()
  return (key) => {
    if (typeof key === "string") return key.startsWith(MARK) ? MARK + key : key
    if (typeof key !== "object" || key === null) {
      return typeof key === "function" ? others.locate(key) : key as CanonicalKey
    }
    const spelled = spell(key)
    return spelled === undefined ? `${MARK}x${others.locate(key)}` : `${MARK}y${spelled}`
  }
}
