/**
 * Decodes records from the JSON that `json_writer.ts` writes.
 *
 * @module
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { CorruptBlock } from "./codec_errors.ts"
import { binaryKinds } from "./codec_format.ts"
import { describeValue } from "./describe_value.ts"

const corrupt = (problem: string): CorruptBlock => new CorruptBlock({ problem })

const entriesOf = (json: unknown): Array<[unknown, unknown]> =>
  itemsOf(json).map((entry) => {
    const [key, value] = itemsOf(entry)
    return [fromJson(key), fromJson(value)]
  })

const itemsOf = (json: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(json)) return json
  throw corrupt(`expected an array, but found ${describeValue(json)}`)
}

const textOf = (json: unknown): string => {
  if (typeof json === "string") return json
  throw corrupt(`expected a string, but found ${describeValue(json)}`)
}

const define = <A extends object>(target: A, entries: Iterable<readonly [unknown, unknown]>): A => {
  // Defined and not assigned, because assigning `__proto__` would set the prototype.
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
    if (kind === undefined) throw corrupt(`unknown type of bytes ${String(name)}`)
    return kind.make(Uint8Array.from(atob(textOf(text)), (character) => character.charCodeAt(0)).buffer)
  },
}

/** Decodes a record from its JSON. Throws `CorruptBlock`, or an error of the platform, for anything else. */
export const fromJson = (json: unknown): unknown => {
  if (typeof json !== "object" || json === null) return json
  if (Array.isArray(json)) return json.map(fromJson)
  const entries = Object.entries(json)
  const [first] = entries
  if (entries.length !== 1 || first === undefined || !first[0].startsWith("$")) {
    return define({}, entries.map(([name, value]) => [name, fromJson(value)]))
  }
  const [tag, value] = first
  const read = Object.hasOwn(readers, tag) ? readers[tag] : undefined
  if (read === undefined) throw corrupt(`unknown tag ${tag}`)
  return read(value)
}
