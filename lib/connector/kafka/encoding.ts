/**
 * Encodes batches of records as producers send them.
 *
 * @module
 */
import { Buffer } from "node:buffer"
import { compressionsAlgorithms } from "@platformatic/kafka"
import { crc32c } from "./crc32c.ts"

/** How batches are compressed. */
export type Compression = "none" | "gzip" | "snappy" | "lz4" | "zstd"

/** A record to send to a partition. */
export interface EncodableRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: ReadonlyArray<readonly [name: Uint8Array, value: Uint8Array | null]>
  /** Milliseconds since the epoch. */
  readonly timestamp: number
}

/** Who sends a batch, and after how many records of the same partition. */
export interface Sender {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly sequence: number
  readonly compression: Compression
}

/** Signed numbers with a small absolute value have a small code. */
const zigzag = (n: number): number => n >= 0 ? 2 * n : -2 * n - 1

const sizeOfVarint = (n: number): number => {
  let size = 1
  for (let rest = zigzag(n); rest >= 128; rest = Math.floor(rest / 128)) size++
  return size
}

const sizeOfBytes = (bytes: Uint8Array | null): number => bytes === null ? 1 : sizeOfVarint(bytes.length) + bytes.length

const TRANSACTIONAL = 0b1_0000
const HEADER = 61
const FIRST_SIZE = 16_384

/** Collects the records of a batch of one partition. */
export class BatchBuilder {
  #bytes = new Uint8Array(FIRST_SIZE)
  #length = 0
  #count = 0
  #firstTimestamp = 0
  #maxTimestamp = 0

  /** How many records it has. */
  get count(): number {
    return this.#count
  }

  /** How many bytes its records take, uncompressed. */
  get size(): number {
    return this.#length
  }

  #varint(n: number): void {
    let rest = zigzag(n)
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = rest % 128 + 128
    this.#bytes[this.#length++] = rest
  }

  #sized(bytes: Uint8Array | null): void {
    this.#varint(bytes?.length ?? -1)
    if (bytes === null) return
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  add({ headers, key, timestamp, value }: EncodableRecord): void {
    if (this.#count === 0) this.#firstTimestamp = this.#maxTimestamp = timestamp
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    const delta = timestamp - this.#firstTimestamp
    let size = 1 + sizeOfVarint(delta) + sizeOfVarint(this.#count) + sizeOfBytes(key) + sizeOfBytes(value) +
      sizeOfVarint(headers.length)
    for (const [name, content] of headers) size += sizeOfBytes(name) + sizeOfBytes(content)
    // A length takes up to 5 bytes.
    const needed = this.#length + size + 5
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#varint(size)
    this.#bytes[this.#length++] = 0
    this.#varint(delta)
    this.#varint(this.#count)
    this.#sized(key)
    this.#sized(value)
    this.#varint(headers.length)
    for (const [name, content] of headers) {
      this.#sized(name)
      this.#sized(content)
    }
    this.#count++
  }

  /** The batch as it is sent. */
  encode({ compression, producerEpoch, producerId, sequence }: Sender): Uint8Array {
    const { bitmask, compressSync } = compressionsAlgorithms[compression]
    const records = this.#bytes.subarray(0, this.#length)
    const body = compression === "none"
      ? records
      : compressSync(Buffer.from(records.buffer, records.byteOffset, records.byteLength))
    const bytes = new Uint8Array(HEADER + body.length)
    bytes.set(body, HEADER)
    const view = new DataView(bytes.buffer)
    view.setInt32(8, bytes.length - 12)
    view.setInt32(12, -1)
    view.setInt8(16, 2)
    view.setInt16(21, bitmask | TRANSACTIONAL)
    view.setInt32(23, this.#count - 1)
    view.setBigInt64(27, BigInt(this.#firstTimestamp))
    view.setBigInt64(35, BigInt(this.#maxTimestamp))
    view.setBigInt64(43, producerId)
    view.setInt16(51, producerEpoch)
    view.setInt32(53, sequence)
    view.setInt32(57, this.#count)
    view.setUint32(17, crc32c(bytes, 21))
    return bytes
  }
}

/** The hash by which Kafka's own producers choose the partition of a key. */
export const murmur2 = (bytes: Uint8Array): number => {
  const factor = 0x5bd1e995
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let hash = 0x9747b28c ^ bytes.length
  let at = 0
  for (; at + 4 <= bytes.length; at += 4) {
    let word = Math.imul(view.getInt32(at, true), factor)
    word = Math.imul(word ^ (word >>> 24), factor)
    hash = Math.imul(hash, factor) ^ word
  }
  if (at < bytes.length) {
    let rest = 0
    for (let i = bytes.length - 1; i >= at; i--) rest = (rest << 8) | view.getUint8(i)
    hash = Math.imul(hash ^ rest, factor)
  }
  hash = Math.imul(hash ^ (hash >>> 13), factor)
  return hash ^ (hash >>> 15)
}

/** The partition of a key among so many. */
export const partitionOfKey = (key: Uint8Array, partitions: number): number => (murmur2(key) & 0x7fffffff) % partitions
