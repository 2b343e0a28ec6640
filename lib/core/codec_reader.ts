/**
 * Reading single values in the record codec.
 *
 * @module
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { ByteReader } from "./codec_byte_reader.ts"
import { CorruptBlock } from "./codec_errors.ts"
import { setField } from "./codec_fields.ts"
import { binaryKinds, maxDepth, smallInt, tag } from "./codec_format.ts"

/**
 * Reads values that a `ValueWriter` wrote. Throws {@link CorruptBlock}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { ByteReader } from "./codec_byte_reader.ts"
 * import { ByteWriter } from "./codec_byte_writer.ts"
 * import { ValueReader } from "./codec_reader.ts"
 * import { ValueWriter } from "./codec_writer.ts"
 *
 * const bytes = new ByteWriter()
 * assert(new ValueWriter(bytes).write(new Map([["a", 1n]]), 0))
 * assert.deepEqual(new ValueReader(new ByteReader(bytes.finish(), 0)).read(0), new Map([["a", 1n]]))
 * ```
 */
export class ValueReader {
  readonly #in: ByteReader
  readonly #shapes: Array<ReadonlyArray<string>> = []

  /** A reader of values from a block. */
  constructor(bytes: ByteReader) {
    this.#in = bytes
  }

  /** Reads one value, `depth` containers deep. */
  read(depth: number): unknown {
    const kind = this.#in.byte()
    if (kind >= smallInt) return kind - smallInt
    switch (kind) {
      case tag.null:
        return null
      case tag.undefined:
        return undefined
      case tag.true:
        return true
      case tag.false:
        return false
      case tag.positive:
        return this.#in.varint()
      case tag.negative:
        return -this.#in.varint()
      case tag.double:
        return this.#in.double()
      case tag.bigint:
        return readBigInt(this.#in.string())
      case tag.string:
        return this.#in.string()
      case tag.date:
        return new Date(this.#in.double())
      case tag.binary:
        return this.#binary()
      case tag.none:
        return Option.none()
    }
    if (depth >= maxDepth) throw new CorruptBlock({ problem: `nested deeper than ${maxDepth} levels` })
    return this.#container(kind, depth + 1)
  }

  #container(kind: number, depth: number): unknown {
    switch (kind) {
      case tag.array:
        return this.#list(depth)
      case tag.object:
        return this.#plain({}, depth)
      case tag.bareObject:
        return this.#plain(Object.create(null), depth)
      case tag.map: {
        const map = new Map<unknown, unknown>()
        for (let count = this.#in.count(2); count > 0; count--) map.set(this.read(depth), this.read(depth))
        return map
      }
      case tag.set:
        return new Set(this.#list(depth))
      case tag.some:
        return Option.some(this.read(depth))
      case tag.success:
        return Result.succeed(this.read(depth))
      case tag.failure:
        return Result.fail(this.read(depth))
    }
    throw new CorruptBlock({ problem: `there is no value of kind ${kind}` })
  }

  #list(depth: number): Array<unknown> {
    const items: Array<unknown> = []
    for (let count = this.#in.count(1); count > 0; count--) items.push(this.read(depth))
    return items
  }

  #plain(object: Record<string, unknown>, depth: number): object {
    for (const name of this.#shape()) {
      setField(object, name, this.read(depth))
    }
    return object
  }

  #shape(): ReadonlyArray<string> {
    const id = this.#in.varint()
    const known = this.#shapes[id]
    if (known !== undefined) return known
    if (id !== this.#shapes.length) throw new CorruptBlock({ problem: "an object has no list of keys" })
    const names: Array<string> = []
    for (let count = this.#in.count(1); count > 0; count--) names.push(this.#in.string())
    this.#shapes.push(names)
    return names
  }

  #binary(): unknown {
    const kind = binaryKinds[this.#in.byte()]
    const length = this.#in.varint()
    if (kind === undefined || length % kind.size !== 0) {
      throw new CorruptBlock({ problem: "bytes are of no known kind" })
    }
    return kind.make(this.#in.raw(length))
  }
}

function readBigInt(text: string): bigint {
  if (!/^-?[0-9a-f]+$/.test(text)) throw new CorruptBlock({ problem: "a bigint has no digits" })
  return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`)
}
