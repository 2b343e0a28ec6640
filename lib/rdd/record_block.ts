/**
 * Blocks of records of a fixed length, which stay one array of bytes until they are read.
 *
 * @module
 */
import { atOnce, type Piecewise } from "../core/pace.ts"
import { type Block, type Cursor, gathered } from "./block.ts"

/** How many records are made at once. */
const RECORDS_AT_ONCE = 1024

class RecordBlock implements Block<Uint8Array<ArrayBuffer>> {
  readonly length: number
  readonly #bytes: Uint8Array
  readonly #recordLength: number
  constructor(bytes: Uint8Array, recordLength: number) {
    this.#bytes = bytes
    this.#recordLength = recordLength
    this.length = Math.floor(bytes.length / recordLength)
  }
  get records(): ReadonlyArray<Uint8Array<ArrayBuffer>> {
    return atOnce(this.gather())
  }
  gather(): Piecewise<ReadonlyArray<Uint8Array<ArrayBuffer>>> {
    return gathered(this.pieces())
  }
  pieces(): Cursor<Uint8Array<ArrayBuffer>> {
    const size = this.#recordLength
    let next = 0
    return () => {
      if (next >= this.length) return undefined
      const from = next
      next = Math.min(this.length, from + RECORDS_AT_ONCE)
      // Each record gets a buffer of its own, so that `record.buffer` can be read.
      return Array.from({ length: next - from }, (_, i) => this.#bytes.slice((from + i) * size, (from + i + 1) * size))
    }
  }
}

/** Makes a block of records of `recordLength` bytes, which follow one another. */
export const fromRecords = (bytes: Uint8Array, recordLength: number): Block<Uint8Array<ArrayBuffer>> =>
  new RecordBlock(bytes, recordLength)
