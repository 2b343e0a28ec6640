/**
 * Blocks of text lines, which stay bytes until they are read.
 *
 * @module
 */
import { type Allocate, joined } from "../core/bytes.ts"
import { atOnce, currentPacing, type Piecewise } from "../core/pace.ts"
import { lines } from "../core/text/functions.ts"
import { decoder, sharedKernel } from "../core/text/kernel.ts"
import { type Block, type Cursor, cursorOf, fromArray, gathered, partsOf, type TextCursor } from "./block.ts"

const LF = 10
const CR = 13

/** The lines of text. Invalid bytes become U+FFFD. A carriage return is found in a string many times faster than in bytes. */
export const linesOf = (bytes: Uint8Array): Array<string> => lines(decoder.decode(bytes))

/** The index behind the first line end of a text. A text without line ends gives its length. */
const afterLineEnd = (bytes: Uint8Array): number => {
  const end = bytes.indexOf(LF) + 1 || bytes.length
  const cr = bytes.subarray(0, end).indexOf(CR)
  return cr < 0 ? end : cr + (bytes[cr + 1] === LF ? 2 : 1)
}

/** Where a piece of text ends: after its last line end, or after the next one if it has none. */
export const pieceEnd = (bytes: Uint8Array, from: number, size: number): number => {
  if (bytes.length - from <= size) return bytes.length
  const last = bytes.lastIndexOf(LF, from + size - 1) + 1
  if (last > from) return last
  const before = bytes.subarray(from, from + size - 1).lastIndexOf(CR) + 1
  return before > 0 ? from + before : from + size - 1 + afterLineEnd(bytes.subarray(from + size - 1))
}

class TextBlock implements Block<string> {
  #bytes: Uint8Array | undefined
  #lines: ReadonlyArray<string> | undefined
  #length: number | undefined
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }
  get records(): ReadonlyArray<string> {
    return atOnce(this.gather())
  }
  pieces(): Cursor<string> {
    const next = this.text()
    let read = 0
    return () => {
      const piece = next()
      if (piece === undefined) {
        this.#length ??= read
        return undefined
      }
      const records = piece instanceof Uint8Array ? linesOf(piece) : piece
      read += records.length
      return records
    }
  }
  text(): TextCursor<string> {
    const bytes = this.#bytes
    if (bytes === undefined) return cursorOf(fromArray(this.#lines ?? []))
    const { bytes: size } = currentPacing()
    let at = 0
    return () => {
      if (at >= bytes.length) return undefined
      const from = at
      at = pieceEnd(bytes, from, size)
      return bytes.subarray(from, at)
    }
  }
  *gather(): Piecewise<ReadonlyArray<string>> {
    if (this.#lines !== undefined) return this.#lines
    const all = yield* gathered(this.pieces())
    this.#bytes = undefined
    return this.#lines ??= all
  }
  get length(): number {
    return this.#length ??= this.#lines?.length ?? sharedKernel().countLines(this.#bytes ?? new Uint8Array())
  }
  get unread(): Uint8Array | undefined {
    return this.#bytes
  }
}

/**
 * Makes a block of text lines, which stays UTF-8 bytes: loops decode it a piece at a time. Lines end
 * with `\n`, `\r\n` or `\r`; the last line needs no end. Invalid bytes become U+FFFD.
 */
export const fromText = (bytes: Uint8Array): Block<string> => new TextBlock(bytes)

/** The bytes of a block of text, if its lines have not been made yet. */
export const unreadText = (block: Block<unknown>): Uint8Array | undefined =>
  block instanceof TextBlock ? block.unread : undefined

/** The bytes of a block of text, one array for each block that it was joined of. Undefined if some lines have been made, or are no text. */
export const unreadTexts = (block: Block<unknown>): ReadonlyArray<Uint8Array> | undefined => {
  const texts: Array<Uint8Array> = []
  for (const part of partsOf(block)) {
    const text = unreadText(part)
    if (text === undefined) return undefined
    texts.push(text)
  }
  return texts
}

const LINE_END = Uint8Array.of(LF)

/** Copies texts into one that has the lines of all. */
export const joinTexts = (texts: ReadonlyArray<Uint8Array>, allocate?: Allocate): Uint8Array<ArrayBuffer> => {
  const pieces: Array<Uint8Array> = []
  for (const text of texts) {
    if (text.length === 0) continue
    const before = pieces.at(-1)
    // A line feed behind a carriage return is part of the same line end.
    if (before !== undefined && before.at(-1) !== LF) pieces.push(LINE_END)
    pieces.push(text)
  }
  return joined(pieces, allocate)
}
