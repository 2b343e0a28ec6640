/**
 * The part of Avro's binary encoding that Flume's calls need.
 *
 * @module
 */
import { joined } from "../../core/bytes.ts"
import { FlumeProtocolError } from "./frames.ts"

const utf8 = new TextDecoder()

/** Numbers have at most this many bytes. */
const LONGEST = 10

/** Reads values one after another. Throws {@link FlumeProtocolError} at the end of the bytes. */
export class AvroReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** A whole number: zigzag, seven bits a byte, lowest first. */
  long(): number {
    let [value, factor] = [0, 1]
    for (let i = 0; i < LONGEST; i++, factor *= 128) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) break
      value += (byte & 127) * factor
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
    throw new FlumeProtocolError("a message ends in the middle of a value")
  }

  /** So many bytes, which are not copied. */
  fixed(length: number): Uint8Array {
    const end = this.#at + length
    if (!(length >= 0) || end > this.#bytes.length) {
      throw new FlumeProtocolError("a message ends in the middle of a value")
    }
    const found = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return found
  }

  /** Bytes with their length, which are not copied. */
  bytes(): Uint8Array {
    return this.fixed(this.long())
  }

  /** A text with its length. */
  string(): string {
    return utf8.decode(this.bytes())
  }

  /** Reads a value that may be missing. */
  optional<A>(read: () => A): A | undefined {
    return this.long() === 0 ? undefined : read()
  }

  /** Calls `read` for each item of an array, or each entry of a map. */
  items(read: () => void): void {
    for (let count = this.long(); count !== 0; count = this.long()) {
      // A negative count is followed by the size of the items.
      if (count < 0) this.long()
      for (let i = 0; i < Math.abs(count); i++) read()
    }
  }
}

const encoder = new TextEncoder()

/** Encodes a whole number. */
export const encodeLong = (n: number): Uint8Array => {
  const bytes: Array<number> = []
  let left = n < 0 ? -2 * n - 1 : 2 * n
  for (; left > 127; left = Math.floor(left / 128)) bytes.push(left % 128 + 128)
  return Uint8Array.from([...bytes, left])
}

/** Encodes a text with its length. */
export const encodeBytes = (text: string): Uint8Array => {
  const bytes = encoder.encode(text)
  return joined([encodeLong(bytes.length), bytes])
}
