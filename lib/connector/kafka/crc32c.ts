/**
 * CRC-32C, the checksum of Kafka's batches of records.
 *
 * @module
 */
import { Buffer } from "node:buffer"
import { crc32c as compiled, Reader } from "@platformatic/kafka"
import { crcTables, LANES } from "../../core/crc_tables.ts"

const [t0, t1, t2, t3, t4, t5, t6, t7] = crcTables(0x82f63b78)

/** From how many bytes on the compiled function of the client library is faster, which costs more for each call. */
const LARGE = 1024

const NONE = Buffer.alloc(0)

/** The compiled function copies an array of bytes, but not those in the buffer of a reader. */
const { buffer: passed } = Reader.from(NONE)

const withoutCopy = (bytes: Uint8Array, from: number, to: number): number => {
  passed.length = to - from
  passed.buffers[0] = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from)
  const sum = compiled(passed)
  passed.buffers[0] = NONE
  return sum
}

/** Computes the checksum of the bytes from index `from` to index `to`. */
export const crc32c = (bytes: Uint8Array, from = 0, to: number = bytes.length): number => {
  if (to - from >= LARGE) return withoutCopy(bytes, from, to)
  let sum = ~0
  let at = from
  for (const end = to - LANES; at <= end; at += LANES) {
    sum ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    sum = t7[sum & 255]! ^ t6[(sum >>> 8) & 255]! ^ t5[(sum >>> 16) & 255]! ^ t4[sum >>> 24]! ^
      t3[bytes[at + 4]!]! ^ t2[bytes[at + 5]!]! ^ t1[bytes[at + 6]!]! ^ t0[bytes[at + 7]!]!
  }
  for (; at < to; at++) sum = t0[(sum ^ bytes[at]!) & 255]! ^ (sum >>> 8)
  return ~sum >>> 0
}
