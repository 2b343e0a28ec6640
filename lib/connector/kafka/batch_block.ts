/**
 * Blocks of the records of a batch, which stay bytes until they are read.
 *
 * @module
 */
import { atOnce, currentPacing, type Piecewise } from "../../core/pace.ts"
import { type Block, type Cursor, gathered } from "../../rdd/block.ts"

/** The records of a batch, decompressed, of which those from offset `from` to offset `until` are wanted. */
export interface BatchBody {
  readonly topic: string
  readonly partition: number
  readonly bytes: Uint8Array
  readonly count: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly baseTimestamp: number
  readonly appendTime: number | undefined
  readonly from: number
  readonly until: number
}

/** Reads the fields of the records of a batch, one after the other. */
export class Walk {
  readonly bytes: Uint8Array
  readonly #baseOffset: number
  at = 0
  /** How many records are left. */
  left: number
  /** The fields of the current record. A length of -1 stands for none. */
  end = 0
  offset = 0
  timeDelta = 0
  keyAt = 0
  keyLength = -1
  valueAt = 0
  valueLength = -1
  constructor({ baseOffset, bytes, count }: BatchBody) {
    this.bytes = bytes
    this.#baseOffset = baseOffset
    this.left = count
  }

  varint(): number {
    let byte = this.bytes[this.at++] ?? 0
    if (byte < 128) return (byte >>> 1) ^ -(byte & 1)
    let value = byte & 127
    let factor = 128
    do {
      byte = this.bytes[this.at++] ?? 0
      value += (byte & 127) * factor
      factor *= 128
    } while (byte >= 128)
    // Times do not fit into 32 bits.
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Reads the next record, up to its headers. The one after it begins at `end`. */
  next(): void {
    this.left--
    const length = this.varint()
    this.end = this.at + length
    this.at++
    this.timeDelta = this.varint()
    this.offset = this.#baseOffset + this.varint()
    this.keyLength = this.varint()
    this.keyAt = this.at
    if (this.keyLength > 0) this.at += this.keyLength
    this.valueLength = this.varint()
    this.valueAt = this.at
    if (this.valueLength > 0) this.at += this.valueLength
  }
}

/** The records of a range of offsets, which are made in pieces of about as many bytes as the pacing says. */
export abstract class BatchBlock<A> implements Block<A> {
  protected readonly batch: BatchBody
  #length: number | undefined
  constructor(batch: BatchBody) {
    this.batch = batch
  }

  /** Makes records until one ends at or after the index `to`. */
  protected abstract piece(walk: Walk, to: number): ReadonlyArray<A>

  get length(): number {
    return this.#length ??= this.#count()
  }

  #count(): number {
    const { baseOffset, count, from, lastOffset, until } = this.batch
    const isDense = count === lastOffset - baseOffset + 1
    if (isDense) return Math.max(0, Math.min(lastOffset + 1, until) - Math.max(baseOffset, from))
    let wanted = 0
    for (const walk = new Walk(this.batch); walk.left > 0; walk.at = walk.end) {
      walk.next()
      if (walk.offset >= from && walk.offset < until) wanted++
    }
    return wanted
  }

  get records(): ReadonlyArray<A> {
    return atOnce(this.gather())
  }

  gather(): Piecewise<ReadonlyArray<A>> {
    return gathered(this.pieces())
  }

  pieces(): Cursor<A> {
    return this.cursor((walk, to) => this.piece(walk, to))
  }

  /** Calls `make` for one piece after the other, and gives the results that are not empty. */
  protected cursor<P extends { readonly length: number }>(make: (walk: Walk, to: number) => P): () => P | undefined {
    const { bytes: size } = currentPacing()
    const walk = new Walk(this.batch)
    return () => {
      while (walk.left > 0) {
        const piece = make(walk, walk.at + size)
        if (piece.length > 0) return piece
      }
      return undefined
    }
  }
}
