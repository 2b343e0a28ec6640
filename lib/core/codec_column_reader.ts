/**
 * Reading columns in the record codec.
 *
 * @module
 */
import { bytesFor, readBits } from "./codec_bits.ts"
import type { ByteReader } from "./codec_byte_reader.ts"
import { CorruptBlock } from "./codec_errors.ts"
import { mostFields, toObjects, toTuples } from "./codec_fields.ts"
import { column, deepestColumn } from "./codec_format.ts"
import { readLengths, readNumbers } from "./codec_numbers.ts"
import { ValueReader } from "./codec_reader.ts"

/**
 * Reads the columns of one block. Throws {@link CorruptBlock}.
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
 * assert(new ColumnWriter(writer).write([true, false, true, true], 0))
 * assert.deepEqual(new ColumnReader(new ByteReader(writer.finish(), 0)).read(4, 0), [true, false, true, true])
 * ```
 */
export class ColumnReader {
  readonly #in: ByteReader
  readonly #values: ValueReader

  /** A reader of columns from a block. */
  constructor(bytes: ByteReader) {
    this.#in = bytes
    this.#values = new ValueReader(bytes)
  }

  /** Reads a column of `count` items, `depth` columns deep. */
  read(count: number, depth: number): Array<unknown> {
    if (depth > deepestColumn) throw new CorruptBlock({ problem: "its columns are nested too deep" })
    const kind = this.#in.byte()
    switch (kind) {
      case column.values:
        return this.#each(count, depth)
      case column.strings:
        return this.#strings(count)
      case column.booleans:
        return this.#booleans(count)
      case column.constant:
        return this.#constant(count, depth)
      case column.undefineds:
        return this.#missing(undefined, count, depth)
      case column.nulls:
        return this.#missing(null, count, depth)
      case column.tuples:
        return this.#tuples(count, depth)
      case column.objects:
        return this.#objects(count, depth)
    }
    return readNumbers(this.#in, kind, count)
  }

  #each(count: number, depth: number): Array<unknown> {
    const items: Array<unknown> = []
    for (let i = 0; i < count; i++) items.push(this.#values.read(depth))
    return items
  }

  #strings(count: number): Array<unknown> {
    const lengths = readLengths(this.#in, count)
    const items: Array<unknown> = []
    for (let i = 0; i < count; i++) items.push(this.#in.text(lengths[i]!))
    return items
  }

  #booleans(count: number): Array<unknown> {
    const isTrue = readBits(this.#in, count)
    const items: Array<unknown> = []
    for (let i = 0; i < count; i++) items.push(isTrue(i))
    return items
  }

  #constant(count: number, depth: number): Array<unknown> {
    this.#in.raw(bytesFor(count))
    const item = this.#values.read(depth)
    if (typeof item === "object" && item !== null) throw new CorruptBlock({ problem: "a column repeats an object" })
    const items: Array<unknown> = []
    for (let i = 0; i < count; i++) items.push(item)
    return items
  }

  #missing(missing: undefined | null, count: number, depth: number): Array<unknown> {
    const isPresent = readBits(this.#in, count)
    let present = 0
    for (let i = 0; i < count; i++) if (isPresent(i)) present++
    const given = this.read(present, depth + 1)
    const items: Array<unknown> = []
    for (let i = 0, next = 0; i < count; i++) items.push(isPresent(i) ? given[next++] : missing)
    return items
  }

  #tuples(count: number, depth: number): Array<unknown> {
    return toTuples(this.#fields(this.#width(), count, depth + 1), count)
  }

  #objects(count: number, depth: number): Array<unknown> {
    const width = this.#width()
    const names = Array.from({ length: width }, () => this.#in.string())
    return toObjects(names, this.#fields(width, count, depth + 1), count)
  }

  #fields(width: number, count: number, depth: number): ReadonlyArray<ReadonlyArray<unknown>> {
    return Array.from({ length: width }, () => this.read(count, depth))
  }

  #width(): number {
    const width = this.#in.varint()
    if (width === 0 || width > mostFields) throw new CorruptBlock({ problem: `its records have ${width} fields` })
    return width
  }
}
