/**
 * Columns of bits in the record codec: booleans, and which items of a column are there.
 *
 * @module
 */
import type { ByteReader } from "./codec_byte_reader.ts"
import type { ByteWriter } from "./codec_byte_writer.ts"

/** Writes a bit for each of `count` items. */
export function writeBits(out: ByteWriter, count: number, isSet: (i: number) => boolean): void {
  const bits = new Uint8Array(bytesFor(count))
  for (let i = 0; i < count; i++) if (isSet(i)) bits[i >> 3]! |= 1 << (i & 7)
  out.raw(bits)
}

/** Reads the bits of `count` items. */
export function readBits(from: ByteReader, count: number): (i: number) => boolean {
  const bits = new Uint8Array(from.raw(bytesFor(count)))
  return (i) => (bits[i >> 3]! >> (i & 7) & 1) === 1
}

/** The length of a column of bits. */
export const bytesFor = (count: number): number => Math.ceil(count / 8)
