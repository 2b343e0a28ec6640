/**
 * Pairs that are bytes until they are read: a task in another isolate has written them.
 *
 * Most of them are read by tasks in other isolates again, and go there as the bytes that they are. Every reader is given
 * bytes of its own, so that a task can be run again, and that several stages can read the same pairs.
 *
 * @module
 */
import type { Columns } from "../../rdd/column_block.ts"

/** Decodes a column. */
export type Decode = (bytes: Uint8Array) => ReadonlyArray<unknown>

/** Pairs as bytes: a column of keys and one of values. */
export interface ColumnBytes {
  readonly length: number
  readonly keys: Uint8Array
  readonly values: Uint8Array
  readonly hashes: Int32Array | undefined
}

/** Columns that are decoded when they are read. */
export class EncodedColumns implements Columns {
  readonly bytes: ColumnBytes
  readonly #decode: Decode
  #keys: ReadonlyArray<unknown> | undefined
  #values: ReadonlyArray<unknown> | undefined

  constructor(bytes: ColumnBytes, decode: Decode) {
    this.bytes = bytes
    this.#decode = decode
  }

  get length(): number {
    return this.bytes.length
  }

  get hashes(): Int32Array | undefined {
    return this.bytes.hashes
  }

  get keys(): ReadonlyArray<unknown> {
    return this.#keys ??= this.#decode(this.bytes.keys)
  }

  get values(): ReadonlyArray<unknown> {
    return this.#values ??= this.#decode(this.bytes.values)
  }
}
