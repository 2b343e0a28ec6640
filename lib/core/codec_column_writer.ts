/**
 * Writing columns in the record codec: items of one kind, written together.
 *
 * A column is a byte for its kind, then its items; how many there are is known from what it is a part of. Strings,
 * numbers and booleans have columns of their own. Tuples of one length and plain objects with the same keys are a column
 * for each of their fields. Where some items are missing, bits tell which, and the others are a column again. Everything
 * else is tagged values. Each column takes at least one bit for each item, so that a reader can trust its count.
 *
 * @module
 */
import { bytesFor, writeBits } from "./codec_bits.ts"
import type { ByteWriter } from "./codec_byte_writer.ts"
import { type Fields, fieldsOfObjects, fieldsOfTuples, namesOf } from "./codec_fields.ts"
import { column, deepestColumn } from "./codec_format.ts"
import { toDoubles, writeLengths, writeNumbers } from "./codec_numbers.ts"
import { ValueWriter } from "./codec_writer.ts"

/** Fewer items are written one by one. */
const LEAST = 4

const areStrings = (items: ArrayLike<unknown>): items is ArrayLike<string> => {
  for (let i = 0; i < items.length; i++) if (typeof items[i] !== "string") return false
  return true
}

const areBooleans = (items: ArrayLike<unknown>): items is ArrayLike<boolean> => {
  for (let i = 0; i < items.length; i++) if (typeof items[i] !== "boolean") return false
  return true
}

const areSameNumbers = (items: Float64Array): boolean => {
  const first = items[0]
  for (let i = items.length - 1; i > 0; i--) if (!Object.is(items[i], first)) return false
  return true
}

const areSame = (items: ArrayLike<unknown>): boolean => {
  if (items instanceof Float64Array) return areSameNumbers(items)
  const first = items[0]
  for (let i = items.length - 1; i > 0; i--) if (!Object.is(items[i], first)) return false
  return typeof first !== "object" || first === null
}

/** What some items of a column are in place of a value. */
const missingIn = (items: ArrayLike<unknown>): { readonly value: undefined | null } | undefined => {
  let hasNull = false
  for (let i = 0; i < items.length; i++) {
    if (items[i] === undefined) return { value: undefined }
    if (items[i] === null) hasNull = true
  }
  return hasNull ? { value: null } : undefined
}

/**
 * Writes the columns of one block.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { ByteReader } from "./codec_byte_reader.ts"
 * import { ByteWriter } from "./codec_byte_writer.ts"
 * import { ColumnReader } from "./codec_column_reader.ts"
 * import { ColumnWriter } from "./codec_column_writer.ts"
 *
 * const writer = new ByteWriter()
 * const items = [["a", 1], ["b", 2.5], ["c", undefined], ["d", 4]]
 * assert(new ColumnWriter(writer).write(items, 0))
 * assert.deepEqual(new ColumnReader(new ByteReader(writer.finish(), 0)).read(4, 0), items)
 * ```
 */
export class ColumnWriter {
  readonly #out: ByteWriter
  readonly #values: ValueWriter

  /** A writer of columns into a block. */
  constructor(out: ByteWriter) {
    this.#out = out
    this.#values = new ValueWriter(out)
  }

  /** Writes a column, `depth` columns deep. `false`: an item is not portable, or is nested too deep for a column. */
  write(items: ArrayLike<unknown>, depth: number): boolean {
    if (items.length < LEAST || depth >= deepestColumn) return this.#each(items, depth)
    if (areSame(items)) return this.#constant(items[0], items.length, depth)
    return this.#alike(items, depth) ?? this.#missing(items, depth) ?? this.#each(items, depth)
  }

  /** Writes items of one kind. Undefined: they are not. */
  #alike(items: ArrayLike<unknown>, depth: number): boolean | undefined {
    switch (typeof items[0]) {
      case "string":
        return areStrings(items) ? this.#strings(items) : undefined
      case "number":
        return this.#numbers(toDoubles(items))
      case "boolean":
        return areBooleans(items) ? this.#booleans(items) : undefined
      case "object":
        return this.#records(items, depth)
    }
    return undefined
  }

  /** Writes pairs, which are given as two columns. */
  pairs(keys: ArrayLike<unknown>, values: ArrayLike<unknown>): boolean {
    this.#out.byte(column.tuples)
    this.#out.varint(2)
    return this.write(keys, 1) && this.write(values, 1)
  }

  /** Writes plain objects, which are given as the columns of their properties. */
  objects(names: ReadonlyArray<string>, fields: NonNullable<Fields>, depth: number): boolean {
    this.#out.byte(column.objects)
    this.#out.varint(names.length)
    for (const name of names) this.#out.string(name)
    return this.#fields(fields, depth + 1)
  }

  /** Writes items one by one. */
  #each(items: ArrayLike<unknown>, depth: number): boolean {
    this.#out.byte(column.values)
    for (let i = 0; i < items.length; i++) if (!this.#values.write(items[i], depth)) return false
    return true
  }

  #constant(item: unknown, count: number, depth: number): boolean {
    this.#out.byte(column.constant)
    this.#out.zeros(bytesFor(count))
    return this.#values.write(item, depth)
  }

  #strings(items: ArrayLike<string>): true {
    const lengths = new Float64Array(items.length)
    for (let i = 0; i < items.length; i++) lengths[i] = items[i]!.length
    this.#out.byte(column.strings)
    writeLengths(this.#out, lengths)
    this.#out.texts(items)
    return true
  }

  #numbers(items: Float64Array | undefined): true | undefined {
    if (items === undefined) return undefined
    writeNumbers(this.#out, items)
    return true
  }

  #booleans(items: ArrayLike<boolean>): true {
    this.#out.byte(column.booleans)
    writeBits(this.#out, items.length, (i) => items[i]!)
    return true
  }

  /** Writes items some of which are missing. Undefined: none is. */
  #missing(items: ArrayLike<unknown>, depth: number): boolean | undefined {
    const missing = missingIn(items)
    if (missing === undefined) return undefined
    const { value } = missing
    const present: Array<unknown> = []
    for (let i = 0; i < items.length; i++) if (items[i] !== value) present.push(items[i])
    this.#out.byte(value === null ? column.nulls : column.undefineds)
    writeBits(this.#out, items.length, (i) => items[i] !== value)
    return this.write(present, depth + 1)
  }

  /** Writes tuples or objects that are alike. Undefined: they are not. */
  #records(items: ArrayLike<unknown>, depth: number): boolean | undefined {
    const names = namesOf(items[0])
    const fields = names === undefined ? fieldsOfTuples(items) : fieldsOfObjects(items, names)
    if (fields === undefined) return undefined
    if (names !== undefined) return this.objects(names, fields, depth)
    this.#out.byte(column.tuples)
    this.#out.varint(fields.length)
    return this.#fields(fields, depth + 1)
  }

  #fields(fields: NonNullable<Fields>, depth: number): boolean {
    for (const field of fields) if (!this.write(field, depth)) return false
    return true
  }
}
