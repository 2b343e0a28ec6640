/**
 * Bytes and text under the record codec. All strings of a block are kept apart from its bytes, joined to a few long
 * texts, so that each text is converted to and from UTF-8 in one call.
 *
 * @module
 */
import { CorruptBlock } from "./codec_errors.ts"

/** Characters of a text before the next is begun; a longer string gets a text of its own. */
const textLimit = 1 << 26

const textEncoder = new TextEncoder()
const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Views of typed columns are written as they lie in memory, which is little-endian wherever JavaScript runs. */
const asBytes = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/**
 * Collects the bytes and strings of one block.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { ByteReader, ByteWriter } from "./codec_bytes.ts"
 *
 * const writer = new ByteWriter()
 * writer.varint(300)
 * writer.string("héllo")
 * const reader = new ByteReader(writer.finish(), 0)
 * assert.equal(reader.varint(), 300)
 * assert.equal(reader.string(), "héllo")
 * reader.end()
 * ```
 */
export class ByteWriter {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #at = 0
  #texts: Array<Uint8Array> = []
  #textKinds: Array<number> = []
  /** The text that is not converted yet. Adding to a string is faster than joining an array. */
  #pending = ""

  /** Writes one byte. */
  byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#reserve(1)
    this.#bytes[this.#at++] = value
  }

  /** Writes a non-negative safe integer, small ones in few bytes. */
  varint(value: number): void {
    this.#reserve(8)
    while (value >= 0x80) {
      this.#bytes[this.#at++] = (value % 0x80) | 0x80
      value = value < 0x8000_0000 ? value >>> 7 : Math.floor(value / 0x80)
    }
    this.#bytes[this.#at++] = value
  }

  /** Writes a double, bit by bit. */
  double(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  /** Writes the bytes of a buffer or view, without their length. */
  raw(data: ArrayBufferView): void {
    this.#reserve(data.byteLength)
    this.#bytes.set(asBytes(data), this.#at)
    this.#at += data.byteLength
  }

  /** Writes a string with its length. */
  string(value: string): void {
    this.varint(value.length)
    this.text(value)
  }

  /** Adds a string to the text only; the caller writes the length its own way. */
  text(value: string): void {
    if (this.#pending.length + value.length > textLimit) this.#flushText()
    this.#pending += value
  }

  /** Adds strings to the text, one after the other. */
  texts(values: ArrayLike<string>): void {
    let pending = this.#pending
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      if (pending.length + value.length > textLimit) {
        this.#pending = pending
        this.#flushText()
        pending = ""
      }
      pending += value
    }
    this.#pending = pending
  }

  #flushText(): void {
    const text = this.#pending
    this.#pending = ""
    if (text.length === 0) return
    const wellFormed = text.isWellFormed()
    this.#textKinds.push(wellFormed ? 0 : 1)
    this.#texts.push(wellFormed ? textEncoder.encode(text) : asBytes(codeUnits(text)))
  }

  #reserve(room: number): void {
    if (this.#at + room <= this.#bytes.length) return
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + room))
    bytes.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }

  /** The block: the `prefix` bytes, the texts, then the bytes written. The writer is spent afterwards. */
  finish(...prefix: ReadonlyArray<number>): Uint8Array {
    this.#flushText()
    const body = this.#bytes.subarray(0, this.#at)
    const head = new ByteWriter()
    for (const byte of prefix) head.byte(byte)
    head.varint(this.#texts.length)
    this.#texts.forEach((text, i) => {
      head.byte(this.#textKinds[i] ?? 0)
      head.varint(text.length)
    })
    const parts = [head.#bytes.subarray(0, head.#at), ...this.#texts, body]
    const block = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
    let at = 0
    for (const part of parts) {
      block.set(part, at)
      at += part.length
    }
    return block
  }
}

/**
 * Reads what a {@link ByteWriter} wrote. Every method throws {@link CorruptBlock} rather than read past the end, and
 * allocates no more than the bytes at hand can fill.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { ByteReader, ByteWriter } from "./codec_bytes.ts"
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

const codeUnits = (text: string): Uint16Array => {
  const units = new Uint16Array(text.length)
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i)
  return units
}

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
