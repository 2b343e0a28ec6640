/**
 * Columns that a task has written in another isolate. They stay bytes until the driver reads them: often only tasks of the next
 * stage do.
 *
 * @module
 */
import * as Codec from "../../core/codec.ts"
import type { Block } from "../../rdd/block.ts"
import type { Columns } from "../../rdd/column_block.ts"
import { PairBlock } from "../../rdd/pair_block.ts"

/** The encoded keys and values, and the hashes of the keys as 32-bit numbers. */
export interface ColumnBytes {
  readonly keys: Uint8Array
  readonly values: Uint8Array
  readonly hashes: Uint8Array | undefined
}

/** Decodes columns. Throws `CorruptBlock`. */
export const decodeColumns = ({ hashes, keys, values }: ColumnBytes): Columns => ({
  keys: Codec.decode(keys),
  values: Codec.decode(values),
  hashes: hashes &&
    new Int32Array(hashes.buffer, hashes.byteOffset, hashes.byteLength / Int32Array.BYTES_PER_ELEMENT),
})

/** Columns that stay bytes until they are read. */
export class EncodedColumns implements Columns {
  /** How many pairs there are. */
  readonly length: number
  readonly #onRead: (millis: number) => void
  #bytes: ColumnBytes | undefined
  #columns: Columns | undefined

  /** `onRead` is told how many milliseconds decoding took. */
  constructor(length: number, bytes: ColumnBytes, onRead: (millis: number) => void) {
    this.length = length
    this.#bytes = bytes
    this.#onRead = onRead
  }

  /** The columns as bytes; undefined once they have been read. */
  get bytes(): ColumnBytes | undefined {
    return this.#bytes
  }

  get #read(): Columns {
    const bytes = this.#bytes
    if (bytes !== undefined) {
      const startedAt = performance.now()
      this.#columns = decodeColumns(bytes)
      this.#bytes = undefined
      this.#onRead(performance.now() - startedAt)
    }
    return this.#columns ?? { keys: [], values: [] }
  }

  get keys(): ReadonlyArray<unknown> {
    return this.#read.keys
  }

  get values(): ReadonlyArray<unknown> {
    return this.#read.values
  }

  get hashes(): Columns["hashes"] {
    return this.#read.hashes
  }
}

/** The columns of a block that have not been read since another isolate wrote them. */
export const unreadColumns = (block: Block<unknown>): EncodedColumns | undefined =>
  block instanceof PairBlock && block.source instanceof EncodedColumns && block.source.bytes !== undefined
    ? block.source
    : undefined
