/**
 * Records as lines of JSON: what object files hold.
 *
 * Plain JSON where that is enough. Anything else that a record may hold is an object with one key that starts with `$`:
 * `{"$bigint":"12"}`, `{"$date":"1970-01-01T00:00:00.000Z"}`, `{"$some":1}`, …
 *
 * @module
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { CorruptBlock } from "./codec_errors.ts"
import { binaryKinds, maxDepth } from "./codec_format.ts"
import { encode } from "./codec.ts"

/** Stands for what is not portable, until the codec says where it is. */
const refused = Symbol()

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

const toJson = (value: unknown, depth: number): unknown => {
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

/**
 * Each record as one line, without its end. Throws `NotPortable` for what the record codec refuses as well.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { parseLine, toLines } from "./json_lines.ts"
 *
 * const [line] = toLines([["a", 1n]])
 * assert.equal(line, '["a",{"$bigint":"1"}]')
 * assert.deepEqual(parseLine('["a",{"$bigint":"1"}]'), ["a", 1n])
 * ```
 */
export const toLines = (records: ReadonlyArray<unknown>): Array<string> => {
  try {
    return Array.from(records, (record) => JSON.stringify(toJson(record, 0)))
  } catch (cause) {
    if (cause === refused) encode(records)
    throw cause
  }
}

const corrupt = (problem: string): CorruptBlock => new CorruptBlock({ problem })

const entriesOf = (json: unknown): Array<[unknown, unknown]> =>
  itemsOf(json).map((entry) => {
    const [key, value] = itemsOf(entry)
    return [fromJson(key), fromJson(value)]
  })

const itemsOf = (json: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(json)) return json
  throw corrupt("a list is missing")
}

const textOf = (json: unknown): string => {
  if (typeof json === "string") return json
  throw corrupt("a text is missing")
}

const define = <A extends object>(target: A, entries: Iterable<readonly [unknown, unknown]>): A => {
  // Not assigned: `__proto__` is a key as any other.
  for (const [name, value] of entries) {
    Object.defineProperty(target, textOf(name), { value, enumerable: true, configurable: true, writable: true })
  }
  return target
}

const readers: Readonly<Record<string, (json: unknown) => unknown>> = {
  $bigint: (json) => BigInt(textOf(json)),
  $number: (json) => Number(json),
  $undefined: () => undefined,
  $date: (json) => new Date(json === null ? NaN : textOf(json)),
  $map: (json) => new Map(entriesOf(json)),
  $set: (json) => new Set(itemsOf(json).map(fromJson)),
  $none: () => Option.none(),
  $some: (json) => Option.some(fromJson(json)),
  $success: (json) => Result.succeed(fromJson(json)),
  $failure: (json) => Result.fail(fromJson(json)),
  $object: (json) => define({}, entriesOf(json)),
  $bare: (json) => define(Object.create(null), entriesOf(json)),
  $bytes: (json) => {
    const [name, text] = itemsOf(json)
    const kind = binaryKinds.find(({ prototype }) => prototype.constructor.name === name)
    if (kind === undefined) throw corrupt(`there are no bytes of kind ${String(name)}`)
    return kind.make(Uint8Array.from(atob(textOf(text)), (character) => character.charCodeAt(0)).buffer)
  },
}

const fromJson = (json: unknown): unknown => {
  if (typeof json !== "object" || json === null) return json
  if (Array.isArray(json)) return json.map(fromJson)
  const entries = Object.entries(json)
  const [first] = entries
  if (entries.length !== 1 || first === undefined || !first[0].startsWith("$")) {
    return define({}, entries.map(([name, value]) => [name, fromJson(value)]))
  }
  const [tag, value] = first
  const read = Object.hasOwn(readers, tag) ? readers[tag] : undefined
  if (read === undefined) throw corrupt(`there is no ${tag}`)
  return read(value)
}

/**
 * The record of a line. Throws `CorruptBlock` for what {@link toLines} does not write.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Option from "effect/Option"
 * import { parseLine } from "./json_lines.ts"
 *
 * assert.deepEqual(parseLine('{"$some":{"n":1}}'), Option.some({ n: 1 }))
 * assert.throws(() => parseLine('{"$other":1}'), /there is no \$other/)
 * ```
 */
export const parseLine = (line: string): unknown => {
  try {
    return fromJson(JSON.parse(line))
  } catch (cause) {
    throw cause instanceof CorruptBlock ? cause : corrupt(String(cause))
  }
}
