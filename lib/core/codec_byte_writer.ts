/**
 * Writing bytes and text under the record codec. All strings of a block are kept apart from its bytes, joined to a few
 * long texts, so that each text is converted to and from UTF-8 in one call.
 *
 * @module
 */
import { joined } from "./bytes.ts"

/** Characters of a text before the next is begun; a longer string gets a text of its own. */
const textLimit = 1 << 26

/** Bytes of writers that have finished, for the next one: a new buffer for each block would cost more than what is in it. */
let spare: Uint8Array<ArrayBuffer> | undefined

/** Larger buffers are not kept. */
const largestSpare = 1 << 20

const textEncoder = new TextEncoder()

/** Views of typed columns are written as they lie in memory, which is little-endian wherever JavaScript runs. */
const asBytes = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/**
 * Collects the bytes and strings of one block.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { ByteReader } from "./codec_byte_reader.ts"
 * import { ByteWriter } from "./codec_byte_writer.ts"
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
  #bytes: Uint8Array<ArrayBuffer>
  #view: DataView
  #at = 0
  #texts: Array<Uint8Array> = []
  #textKinds: Array<number> = []
  /** The text that is not converted yet. Adding to a string is faster than joining an array. */
  #pending = ""

  constructor() {
    this.#bytes = spare ?? new Uint8Array(1024)
    this.#view = new DataView(this.#bytes.buffer)
    spare = undefined
  }

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

  /** Writes whole numbers, less `base`, with `width` bytes each. */
  integers(items: Float64Array, width: 1 | 2 | 4, base: number): void {
    this.#reserve(items.length * width)
    const bytes = this.#bytes
    let at = this.#at
    if (width === 1) { for (let i = 0; i < items.length; i++) bytes[at++] = items[i]! - base }
    else {
      for (let i = 0; i < items.length; i++) {
        const n = (items[i]! - base) | 0
        bytes[at++] = n
        bytes[at++] = n >>> 8
        if (width === 2) continue
        bytes[at++] = n >>> 16
        bytes[at++] = n >>> 24
      }
    }
    this.#at = at
  }

  /** Writes zeros. */
  zeros(count: number): void {
    this.#reserve(count)
    this.#bytes.fill(0, this.#at, this.#at += count)
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
    const length = this.#at
    for (const byte of prefix) this.byte(byte)
    this.varint(this.#texts.length)
    for (const [i, text] of this.#texts.entries()) {
      this.byte(this.#textKinds[i] ?? 0)
      this.varint(text.length)
    }
    // The head has been written last, but stands first.
    const bytes = this.#bytes
    const block = joined([bytes.subarray(length, this.#at), ...this.#texts, bytes.subarray(0, length)])
    if (bytes.length <= largestSpare) spare = bytes
    return block
  }
}

const codeUnits = (text: string): Uint16Array => {
  const units = new Uint16Array(text.length)
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i)
  return units
}
