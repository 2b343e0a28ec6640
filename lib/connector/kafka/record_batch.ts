/**
 * Batches of records as brokers store them.
 *
 * @module
 */
import { Buffer } from "node:buffer"
import { compressionsAlgorithmsByBitmask } from "@platformatic/kafka"
import { crc32c } from "./crc32c.ts"
import type { Aborted } from "./fetch.ts"

/** A batch of records; all of them have the same producer. */
export interface RecordBatch {
  readonly baseOffset: number
  /** The offset of the last record that the batch had when it was written. Compaction may have removed it. */
  readonly lastOffset: number
  readonly baseTimestamp: number
  /** The time at which the broker stored the batch, where this counts as the time of its records. */
  readonly appendTime: number | undefined
  readonly producerId: bigint
  readonly isTransactional: boolean
  readonly isControl: boolean
  /** How many records it has. */
  readonly count: number
  /** 0: none, 1: gzip, 2: snappy, 3: lz4, 4: zstd. */
  readonly codec: number
  /** The records, compressed by the codec. */
  readonly body: Uint8Array
  /** Where it begins in the bytes that it was found in. */
  readonly at: number
}

/** Where the fields of a batch begin. */
const LENGTH = 8
const MAGIC = 16
const CRC = 17
const ATTRIBUTES = 21
const HEADER = 61

const [CODEC, APPEND_TIME, TRANSACTIONAL, CONTROL] = [0b111, 0b1000, 0b1_0000, 0b10_0000]

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Reads a number of 64 bits, without making a `bigint` of it. */
const int64 = (view: DataView, at: number): number => view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4)

const damaged = (baseOffset: number) => new Error(`the batch at offset ${baseOffset} is damaged: its checksum differs`)

/** Gives the batches, without one that is cut off at the end. Checksums are not compared yet. */
export const batchesOf = (bytes: Uint8Array): ReadonlyArray<RecordBatch> => {
  const batches: Array<RecordBatch> = []
  const view = viewOf(bytes)
  for (let at = 0; at + HEADER <= bytes.length;) {
    const baseOffset = int64(view, at)
    const end = at + LENGTH + 4 + view.getInt32(at + LENGTH)
    if (end > bytes.length) break
    const magic = view.getInt8(at + MAGIC)
    if (magic !== 2) {
      throw new Error(
        `the batch at offset ${baseOffset} has format ${magic}; only format 2, of Kafka 0.11 and newer, is supported`,
      )
    }
    if (end < at + HEADER) throw damaged(baseOffset)
    const attributes = view.getInt16(at + ATTRIBUTES)
    batches.push({
      baseOffset,
      lastOffset: baseOffset + view.getInt32(at + 23),
      baseTimestamp: int64(view, at + 27),
      appendTime: attributes & APPEND_TIME ? int64(view, at + 35) : undefined,
      producerId: view.getBigInt64(at + 43),
      isTransactional: (attributes & TRANSACTIONAL) !== 0,
      isControl: (attributes & CONTROL) !== 0,
      count: view.getInt32(at + 57),
      codec: attributes & CODEC,
      body: bytes.subarray(at + HEADER, end),
      at,
    })
    at = end
  }
  return batches
}

/** Gives batches that were found in `bytes`, one after the other. Throws at the first one that differs from its checksum. */
export function* checked(bytes: Uint8Array, batches: Iterable<RecordBatch>): Generator<RecordBatch> {
  const view = viewOf(bytes)
  for (const batch of batches) {
    const { at, baseOffset, body } = batch
    const sum = crc32c(bytes, at + ATTRIBUTES, at + HEADER + body.length)
    if (sum !== view.getUint32(at + CRC)) throw damaged(baseOffset)
    yield batch
  }
}

/** The records of a batch, decompressed. */
export const decompressed = ({ baseOffset, body, codec }: RecordBatch): Uint8Array => {
  if (codec === 0) return body
  const algorithm = compressionsAlgorithmsByBitmask[codec]
  if (algorithm === undefined) throw new Error(`the batch at offset ${baseOffset} has the unknown compression ${codec}`)
  const { buffer, byteLength, byteOffset } = algorithm.decompressSync(
    Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  )
  // Plain bytes, because `slice` of a Buffer does not copy.
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** A control batch has one record without compression. Its key has the kind at a fixed place. */
const isAbort = ({ body }: RecordBatch): boolean => {
  // Length, attributes, time and offset differences of a control record take one byte each, and so does the key's length.
  const key = body.subarray(5, 9)
  return key[2] === 0 && key[3] === 0
}

/**
 * Leaves out control batches, and those of transactions that were aborted. A broker lists these with its answer, and
 * sends their records all the same.
 */
export function* visible(batches: Iterable<RecordBatch>, aborted: ReadonlyArray<Aborted>): Generator<RecordBatch> {
  const waiting = aborted.toSorted((a, b) => Number(b.firstOffset - a.firstOffset))
  const open = new Set<bigint>()
  for (const batch of batches) {
    for (
      let next = waiting.at(-1);
      next !== undefined && next.firstOffset <= BigInt(batch.lastOffset);
      next = waiting.at(-1)
    ) {
      open.add(next.producerId)
      waiting.pop()
    }
    if (batch.isControl) {
      if (isAbort(batch)) open.delete(batch.producerId)
    } else if (!batch.isTransactional || !open.has(batch.producerId)) yield batch
  }
}
