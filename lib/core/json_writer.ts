/**
 * Encodes records as JSON, with tags for the values that JSON does not have.
 *
 * @module
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { binaryKinds, maxDepth } from "./codec_format.ts"

/** Thrown for a value that is not portable. The caller replaces it by an error that says where the value is. */
export const refused = Symbol()

const list = (items: ReadonlyArray<unknown>, depth: number): Array<unknown> =>
  Array.from(items, (item) => toJson(item, depth))

const numberToJson = (value: number): unknown =>
  Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? "-0" : String(value) }

const bytesToJson = (value: object): unknown => {
  const prototype: unknown = Object.getPrototypeOf(value)
  const kind = binaryKinds.find((kind) => kind.prototype === prototype)
  if (kind === undefined || !(ArrayBuffer.isView(value) || value instanceof ArrayBuffer)) throw refused
  const view = value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  let text = ""
  for (const byte of view) text += String.fromCharCode(byte)
  return { $bytes: [value.constructor.name, btoa(text)] }
}

const objectToJson = (value: object, bare: boolean, depth: number): unknown => {
  const entries: Array<[string, unknown]> = []
  let plain = !bare
  for (const name of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, name)
    if (typeof name === "symbol" || property?.enumerable !== true || !("value" in property)) throw refused
    if (name.startsWith("$")) plain = false
    entries.push([name, toJson(property.value, depth)])
  }
  return plain ? Object.fromEntries(entries) : bare ? { $bare: entries } : { $object: entries }
}

/** Encodes a value inside `depth` containers. Throws {@link refused} for a value that is not portable. */
export const toJson = (value: unknown, depth: number): unknown => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return numberToJson(value)
    case "bigint":
      return { $bigint: value.toString() }
    case "undefined":
      return { $undefined: null }
    case "object":
      break
    default:
      throw refused
  }
  if (value === null) return null
  if (depth >= maxDepth) throw refused
  const prototype: unknown = Object.getPrototypeOf(value)
  const inside = depth + 1
  if (prototype === Array.prototype && Array.isArray(value)) return list(value, inside)
  if (prototype === Object.prototype || prototype === null) return objectToJson(value, prototype === null, inside)
  if (prototype === Date.prototype && value instanceof Date) {
    return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() }
  }
  if (prototype === Map.prototype && value instanceof Map) {
    return { $map: Array.from(value, ([key, item]) => [toJson(key, inside), toJson(item, inside)]) }
  }
  if (prototype === Set.prototype && value instanceof Set) return { $set: list([...value], inside) }
  if (Option.isOption(value)) return Option.isNone(value) ? { $none: null } : { $some: toJson(value.value, inside) }
  if (Result.isResult(value)) {
    return Result.isSuccess(value)
      ? { $success: toJson(value.success, inside) }
      : { $failure: toJson(value.failure, inside) }
  }
  return bytesToJson(value)
}
