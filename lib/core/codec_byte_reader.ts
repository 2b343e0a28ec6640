/**
 * Reading bytes and text under the record codec.
 *
 * @module
 */
import { CorruptBlock } from "./codec_errors.ts"

const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/**
 * Reads what a `ByteWriter` wrote. Every method throws {@link CorruptBlock} rather than read past the end, and
 * allocates no more than the bytes at hand can fill.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { ByteReader } from "./codec_byte_reader.ts"
 * import { ByteWriter } from "./codec_byte_writer.ts"
 *
 * const writer = new ByteWriter()
 * writer.double(-0)
 * assert(Object.is(new ByteReader(writer.finish(1, 2), 2).double(), -0))
 * ```
 */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #texts: Array<string> = []
  #at: number
  #text = ""
  #textNumber = 0
  #textAt = 0

  /** Begins behind the block's prefix, and reads the texts. */
  constructor(bytes: Uint8Array, prefixLength: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = prefixLength
    const kinds: Array<number> = []
    const lengths: Array<number> = []
    for (let count = this.count(2); count > 0; count--) {
      kinds.push(this.byte())
      lengths.push(this.varint())
    }
    lengths.forEach((length, i) => this.#texts.push(decodeText(kinds[i] ?? 0, this.#take(length))))
    this.#text = this.#texts[0] ?? ""
  }

  /** Reads one byte. */
  byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw endsEarly()
    this.#at++
    return byte
  }

  /** Reads a non-negative safe integer. */
  varint(): number {
    let value = 0
    let unit = 1
    while (true) {
      const byte = this.byte()
      value += (byte & 0x7f) * unit
      if (unit > 2 ** 49 || value > Number.MAX_SAFE_INTEGER) {
        throw new CorruptBlock({ problem: "a whole number is out of range" })
      }
      if (byte < 0x80) return value
      unit *= 0x80
    }
  }

  /** Reads how many items follow, each of which takes at least `size` bytes. */
  count(size: number): number {
    const count = this.varint()
    if (count * size > this.#bytes.length - this.#at) throw endsEarly()
    return count
  }

  /** Reads a double. */
  double(): number {
    if (this.#at + 8 > this.#bytes.length) throw endsEarly()
    const value = this.#view.getFloat64(this.#at, true)
    this.#at += 8
    return value
  }

  /** Reads `length` bytes into a buffer of their own. */
  raw(length: number): ArrayBuffer {
    const copy = new Uint8Array(length <= this.#bytes.length ? length : 0)
    copy.set(this.#take(length))
    return copy.buffer
  }

  /** Reads a string with its length. */
  string(): string {
    return this.text(this.varint())
  }

  /** Reads the next `length` characters of the text. */
  text(length: number): string {
    if (length < 0) throw new CorruptBlock({ problem: "a string has a negative length" })
    if (this.#textAt + length > this.#text.length) {
      if (this.#textAt < this.#text.length || this.#textNumber + 1 >= this.#texts.length) throw endsEarly()
      this.#text = this.#texts[++this.#textNumber] ?? ""
      this.#textAt = 0
      if (length > this.#text.length) throw endsEarly()
    }
    return this.#text.substring(this.#textAt, this.#textAt += length)
  }

  /** Throws unless everything has been read. */
  end(): void {
    const unread = this.#textAt < this.#text.length || this.#textNumber + 1 < this.#texts.length
    if (unread || this.#at < this.#bytes.length) throw new CorruptBlock({ problem: "it goes on after its end" })
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw endsEarly()
    return this.#bytes.subarray(this.#at, this.#at += length)
  }
}

const endsEarly = (): CorruptBlock => new CorruptBlock({ problem: "it ends too early" })

function decodeText(kind: number, bytes: Uint8Array): string {
  if (kind === 0) {
    try {
      return textDecoder.decode(bytes)
    } catch {
      throw new CorruptBlock({ problem: "its text is not UTF-8" })
    }
  }
  if (kind !== 1 || bytes.length % 2 !== 0) throw new CorruptBlock({ problem: "its text is of no known kind" })
  const units = new Uint16Array(bytes.slice().buffer)
  let text = ""
  for (let at = 0; at < units.length; at += 4096) text += String.fromCharCode(...units.subarray(at, at + 4096))
  return text
}
