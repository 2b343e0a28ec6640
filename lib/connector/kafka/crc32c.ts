/**
 * CRC-32C, the checksum of Kafka's batches of records.
 *
 * @module
 */

const POLYNOMIAL = 0x82f63b78
const LANES = 8

/** One table for each of eight bytes that are taken at once, one after the other. */
const tables = Array.from({ length: LANES }, () => new Int32Array(256))
for (let byte = 0; byte < 256; byte++) {
  let sum = byte
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1
  tables[0]![byte] = sum
}
for (let lane = 1; lane < LANES; lane++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = tables[lane - 1]?.[byte] ?? 0
    tables[lane]![byte] = (before >>> 8) ^ (tables[0]?.[before & 255] ?? 0)
  }
}
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
]

/** Computes the checksum of the bytes from index `from` to index `to`. */
export const crc32c = (bytes: Uint8Array, from = 0, to: number = bytes.length): number => {
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
