/**
 * Bytes with a head of plain data in front, which describes them.
 *
 * @module
 */
import * as Codec from "../../core/codec.ts"

/** A head and the bytes behind it, in pieces. Throws `NotPortable`. */
export const toPieces = (head: unknown, bytes: ReadonlyArray<Uint8Array>): ReadonlyArray<Uint8Array> => {
  const encoded = Codec.encode([head])
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, encoded.length, true)
  return [length, encoded, ...bytes]
}

/** Reads a head. `from` is where the bytes behind it begin. Throws `CorruptBlock`. */
export const fromBytes = (bytes: Uint8Array): { readonly head: unknown; readonly from: number } => {
  if (bytes.length < 4) throw new Codec.CorruptBlock({ problem: "it has no head" })
  const from = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const [head] = Codec.decode(bytes.subarray(4, from))
  return { head, from }
}
