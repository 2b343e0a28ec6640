/**
 * Blocks of the records of a batch, which stay bytes until they are read.
 *
 * @module
 */
import { atOnce, currentPacing, type Piecewise } from "../../core/pace.ts"
import { type Block, type Cursor, gathered } from "../../rdd/block.ts"

/** A record of a topic. Keys and values are views of a larger array of bytes: copy them with `slice()` to keep a few. */
export interface KafkaRecord {
  /** The name of the topic. */
  readonly topic: string
  /** The number of the partition, from 0. */
  readonly partition: number
  /** The number of the record in its partition. */
  readonly offset: number
  /** Milliseconds since the epoch: when the producer made the record, or when the broker stored it, as the topic is set. */
  readonly timestamp: number
  /** The key; null if the record has none. */
  readonly key: Uint8Array | null
  /** The value; null if the record has none, which on a compacted topic deletes its key. */
  readonly value: Uint8Array | null
  /** The headers, in their order. Names may repeat. */
  readonly headers: ReadonlyArray<readonly [name: string, value: Uint8Array | null]>
}

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

/** Reads the fields of records one after the other. */
class Walk {
  readonly bytes: Uint8Array
  at = 0
  /** The fields of the current record. A length of -1 stands for none. */
  end = 0
  offset = 0
  timeDelta = 0
  keyAt = 0
  keyLength = -1
  valueAt = 0
  valueLength = -1
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
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

  next(baseOffset: number): void {
    const length = this.varint()
    this.end = this.at + length
    this.at++
    this.timeDelta = this.varint()
    this.offset = baseOffset + this.varint()
    this.keyLength = this.varint()
    this.keyAt = this.at
    if (this.keyLength > 0) this.at += this.keyLength
    this.valueLength = this.varint()
    this.valueAt = this.at
    if (this.valueLength > 0) this.at += this.valueLength
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** Gives the records of a range of offsets, in pieces of about `size` bytes. */
abstract class BatchBlock<A> implements Block<A> {
  protected readonly batch: BatchBody
  #length: number | undefined
  constructor(batch: BatchBody) {
    this.batch = batch
  }

  /** Makes records until one ends at or after the index `to`. */
  protected abstract piece(walk: Walk, left: { count: number }, to: number): ReadonlyArray<A>

  get length(): number {
    return this.#length ??= this.#count()
  }

  #count(): number {
    const { baseOffset, bytes, count, from, lastOffset, until } = this.batch
    const isDense = count === lastOffset - baseOffset + 1
    if (isDense) return Math.max(0, Math.min(lastOffset + 1, until) - Math.max(baseOffset, from))
    const walk = new Walk(bytes)
    let wanted = 0
    for (let i = 0; i < count; i++) {
      walk.next(baseOffset)
      if (walk.offset >= from && walk.offset < until) wanted++
      walk.at = walk.end
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
    const { bytes: size } = currentPacing()
    const walk = new Walk(this.batch.bytes)
    const left = { count: this.batch.count }
    return () => {
      while (left.count > 0) {
        const piece = this.piece(walk, left, walk.at + size)
        if (piece.length > 0) return piece
      }
      return undefined
    }
  }
}

class TextValues extends BatchBlock<string> {
  protected override piece(walk: Walk, left: { count: number }, to: number): ReadonlyArray<string> {
    const { baseOffset, bytes, from, until } = this.batch
    const ranges: Array<number> = []
    let total = 0
    while (left.count > 0 && walk.at < to) {
      left.count--
      walk.next(baseOffset)
      if (walk.offset >= from && walk.offset < until) {
        const length = Math.max(0, walk.valueLength)
        ranges.push(walk.valueAt, length)
        total += length
      }
      walk.at = walk.end
    }
    // One text for all values: most of the time goes into the calls of the decoder.
    const joined = new Uint8Array(total)
    for (let i = 0, at = 0; i < ranges.length; i += 2) {
      const [start, length] = [ranges[i] ?? 0, ranges[i + 1] ?? 0]
      joined.set(bytes.subarray(start, start + length), at)
      at += length
    }
    const text = decoder.decode(joined)
    const records: Array<string> = []
    // Each byte became one character, so that values can be cut out where their bytes were.
    const isSingle = text.length === total
    for (let i = 0, at = 0; i < ranges.length; i += 2) {
      const [start, length] = [ranges[i] ?? 0, ranges[i + 1] ?? 0]
      records.push(isSingle ? text.slice(at, at + length) : decoder.decode(bytes.subarray(start, start + length)))
      at += length
    }
    return records
  }
}

class WholeRecords extends BatchBlock<KafkaRecord> {
  protected override piece(walk: Walk, left: { count: number }, to: number): ReadonlyArray<KafkaRecord> {
    const { appendTime, baseOffset, baseTimestamp, bytes, from, partition, topic, until } = this.batch
    const records: Array<KafkaRecord> = []
    const slice = (start: number, length: number) => length < 0 ? null : bytes.subarray(start, start + length)
    while (left.count > 0 && walk.at < to) {
      left.count--
      walk.next(baseOffset)
      if (walk.offset >= from && walk.offset < until) {
        const headers: Array<readonly [string, Uint8Array | null]> = []
        for (let more = walk.varint(); more > 0; more--) {
          const nameLength = walk.varint()
          const name = decoder.decode(bytes.subarray(walk.at, walk.at + nameLength))
          walk.at += nameLength
          const length = walk.varint()
          headers.push([name, slice(walk.at, length)])
          walk.at += Math.max(0, length)
        }
        records.push({
          topic,
          partition,
          offset: walk.offset,
          timestamp: appendTime ?? baseTimestamp + walk.timeDelta,
          key: slice(walk.keyAt, walk.keyLength),
          value: slice(walk.valueAt, walk.valueLength),
          headers,
        })
      }
      walk.at = walk.end
    }
    return records
  }
}

/** Makes a block of the values as UTF-8 text. A record without a value gives an empty string. */
export const textValues = (batch: BatchBody): Block<string> => new TextValues(batch)

/** Makes a block of whole records. */
export const wholeRecords = (batch: BatchBody): Block<KafkaRecord> => new WholeRecords(batch)
