/**
 * Writing single values in the record codec: a tag byte each, then what the tag needs.
 *
 * @module
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { ByteWriter } from "./codec_byte_writer.ts"
import { binaryKinds, maxDepth, smallInt, tag } from "./codec_format.ts"
import { describeValue } from "./describe_value.ts"

/** The key lists of objects, as a tree from the first key on, so that each list is written once a block. */
interface Shape {
  readonly next: Map<string, Shape>
  id: number
}

/**
 * Writes values. A value that is not portable makes {@link ValueWriter.write} answer `false`; `found` then says what it
 * is, and `trail` how to get there, last step first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { ByteWriter } from "./codec_byte_writer.ts"
 * import { ValueWriter } from "./codec_writer.ts"
 *
 * const writer = new ValueWriter(new ByteWriter())
 * assert.equal(writer.write({ a: [1, Symbol()] }, 0), false)
 * assert.deepEqual([writer.found, writer.trail], ["symbol", ["[1]", ".a"]])
 * ```
 */
export class ValueWriter {
  /** What is not portable. */
  found = ""
  /** The steps to it, last one first. */
  trail: Array<string> = []
  readonly #out: ByteWriter
  readonly #shapes: Shape = { next: new Map(), id: -1 }
  #shapeCount = 0
  /** The container that lay too deep. Meeting it again on the way out shows that it contains itself. */
  #tooDeep: object | undefined

  /** A writer of values into a block. */
  constructor(out: ByteWriter) {
    this.#out = out
  }

  /** Writes one value, `depth` containers deep; `false` when it is not portable. */
  write(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case "string":
        this.#out.byte(tag.string)
        this.#out.string(value)
        return true
      case "number":
        this.#number(value)
        return true
      case "boolean":
        this.#out.byte(value ? tag.true : tag.false)
        return true
      case "undefined":
        this.#out.byte(tag.undefined)
        return true
      case "bigint":
        this.#out.byte(tag.bigint)
        this.#out.string(value.toString(16))
        return true
      case "object":
        if (value === null) {
          this.#out.byte(tag.null)
          return true
        }
        if (depth < maxDepth) return this.#object(value, depth) || this.#leave(value)
        this.#tooDeep = value
        return this.#refuse(`nested deeper than ${maxDepth} levels`)
      default:
        return this.#refuse(typeof value)
    }
  }

  #number(value: number): void {
    if ((value | 0) !== value || Object.is(value, -0)) {
      this.#out.byte(tag.double)
      this.#out.double(value)
    } else if (value >= 0 && value < 0x80) {
      this.#out.byte(smallInt | value)
    } else {
      this.#out.byte(value < 0 ? tag.negative : tag.positive)
      this.#out.varint(Math.abs(value))
    }
  }

  #object(value: object, depth: number): boolean {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Array.prototype && Array.isArray(value)) return this.#list(tag.array, value, depth)
    if (prototype === Object.prototype) return this.#plain(tag.object, value, depth)
    if (prototype === null) return this.#plain(tag.bareObject, value, depth)
    if (prototype === Date.prototype && value instanceof Date) {
      this.#out.byte(tag.date)
      this.#out.double(value.getTime())
      return true
    }
    if (prototype === Map.prototype && value instanceof Map) return this.#map(value, depth)
    if (prototype === Set.prototype && value instanceof Set) {
      return this.#list(tag.set, [...value], depth, ".values()")
    }
    if (Option.isOption(value)) {
      this.#out.byte(Option.isNone(value) ? tag.none : tag.some)
      return Option.isNone(value) || this.write(value.value, depth + 1) || this.#via(".value")
    }
    if (Result.isResult(value)) {
      const success = Result.isSuccess(value)
      this.#out.byte(success ? tag.success : tag.failure)
      if (success) return this.write(value.success, depth + 1) || this.#via(".success")
      return this.write(value.failure, depth + 1) || this.#via(".failure")
    }
    return this.#binary(value)
  }

  #list(kind: number, items: ReadonlyArray<unknown>, depth: number, step = ""): boolean {
    this.#out.byte(kind)
    this.#out.varint(items.length)
    for (let i = 0; i < items.length; i++) if (!this.write(items[i], depth + 1)) return this.#via(`${step}[${i}]`)
    return true
  }

  #map(value: ReadonlyMap<unknown, unknown>, depth: number): boolean {
    this.#out.byte(tag.map)
    this.#out.varint(value.size)
    let i = 0
    for (const [key, item] of value) {
      if (!this.write(key, depth + 1)) return this.#via(`.keys()[${i}]`)
      if (!this.write(item, depth + 1)) return this.#via(`.values()[${i}]`)
      i++
    }
    return true
  }

  #plain(kind: number, value: object, depth: number): boolean {
    const names: Array<string> = []
    const items: Array<unknown> = []
    // Own keys and descriptors, so that nothing is dropped or run in silence: symbols, hidden properties, getters
    for (const name of Object.getOwnPropertyNames(value)) {
      const property = Object.getOwnPropertyDescriptor(value, name)
      if (property === undefined || !("value" in property)) return this.#refuse("accessor") || this.#via(step(name))
      if (!property.enumerable) return this.#refuse("hidden property") || this.#via(step(name))
      names.push(name)
      items.push(property.value)
    }
    // Together with the names, this is several times as fast as `Reflect.ownKeys`.
    if (Object.getOwnPropertySymbols(value).length > 0) return this.#refuse("symbol as a property name")
    this.#out.byte(kind)
    this.#shape(names)
    for (let i = 0; i < items.length; i++) {
      if (!this.write(items[i], depth + 1)) return this.#via(step(names[i] ?? ""))
    }
    return true
  }

  #shape(names: ReadonlyArray<string>): void {
    let shape = this.#shapes
    for (const name of names) {
      let next = shape.next.get(name)
      if (next === undefined) shape.next.set(name, next = { next: new Map(), id: -1 })
      shape = next
    }
    if (shape.id >= 0) return this.#out.varint(shape.id)
    this.#out.varint(shape.id = this.#shapeCount++)
    this.#out.varint(names.length)
    for (const name of names) this.#out.string(name)
  }

  #binary(value: object): boolean {
    const prototype: unknown = Object.getPrototypeOf(value)
    const kind = binaryKinds.findIndex((kind) => kind.prototype === prototype)
    if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) return this.#refuse(describeValue(value))
    if (kind < 0) return this.#refuse(describeValue(value))
    const view = value instanceof ArrayBuffer ? new Uint8Array(value) : value
    this.#out.byte(tag.binary)
    this.#out.byte(kind)
    this.#out.varint(view.byteLength)
    this.#out.raw(view)
    return true
  }

  #refuse(found: string): false {
    this.found = found
    return false
  }

  #via(step: string): false {
    this.trail.push(step)
    return false
  }

  #leave(value: object): false {
    if (value === this.#tooDeep) {
      this.found = `${describeValue(value)} that contains itself`
      this.trail = []
    }
    return false
  }
}

const step = (name: string): string =>
  /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
