/**
 * CRC-32, as in zip files.
 *
 * @module
 */

/** Computes the checksum of bytes that follow others, whose checksum is `start`. */
export type Crc32 = (bytes: Uint8Array, start?: number) => number

const POLYNOMIAL = 0xedb88320
const LANES = 8

/** One table for each of eight bytes that are taken at once, one after the other. */
const tables = new Int32Array(LANES * 256)
for (let byte = 0; byte < 256; byte++) {
  let sum = byte
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1
  tables[byte] = sum
}
for (let at = 256; at < tables.length; at++) {
  const before = tables[at - 256] ?? 0
  tables[at] = (before >>> 8) ^ (tables[before & 255] ?? 0)
}
const [t0, t1, t2, t3, t4, t5, t6, t7] = Array.from(
  { length: LANES },
  (_, lane) => tables.subarray(lane * 256, lane * 256 + 256),
) as [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]

/** The checksum of a range of bytes, in JavaScript alone: for browsers, and for few bytes. About 1.8 GB/s. */
export const portableCrc32 = (bytes: Uint8Array, start = 0, from = 0, to: number = bytes.length): number => {
  let sum = ~start
  let at = from
  for (const end = to - LANES; at <= end; at += LANES) {
    sum ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    sum = t7[sum & 255]! ^ t6[(sum >>> 8) & 255]! ^ t5[(sum >>> 16) & 255]! ^ t4[sum >>> 24]! ^
      t3[bytes[at + 4]!]! ^ t2[bytes[at + 5]!]! ^ t1[bytes[at + 6]!]! ^ t0[bytes[at + 7]!]!
  }
  for (; at < to; at++) sum = t0[(sum ^ bytes[at]!) & 255]! ^ (sum >>> 8)
  return ~sum >>> 0
}

/** The checksum of the runtime, ten times as fast for many bytes. Browsers and old versions of Node have none. */
const native = (): Crc32 => {
  const { process } = globalThis as {
    readonly process?: { readonly getBuiltinModule?: (name: "zlib") => { readonly crc32?: Crc32 } | undefined }
  }
  return process?.getBuiltinModule?.("zlib")?.crc32 ?? portableCrc32
}

const nativeCrc32 = native()
/** For fewer bytes, a call out of JavaScript costs more than it saves. */
const MANY = 64

/** The checksum, computed in the fastest way that there is. */
export const crc32: Crc32 = (bytes, start = 0) =>
  bytes.length < MANY ? portableCrc32(bytes, start) : nativeCrc32(bytes, start)
