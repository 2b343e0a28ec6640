/**
 * Blocks of text lines, which stay bytes until they are read.
 *
 * @module
 */
import { atOnce, currentPacing, type Piecewise } from "../core/pace.ts"
import { type Block, type Cursor, cursorOf, fromArray, gathered } from "./block.ts"

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
const LF = 10
const CR = 13
const LINE_END = /\r\n|\n|\r/

/** Counts the lines of text by its bytes alone: many times faster than decoding them. */
const countLines = (bytes: Uint8Array): number => {
  const last = bytes.at(-1)
  let lines = last === undefined || last === LF || last === CR ? 0 : 1
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) if (bytes[at + 1] !== LF) lines++
  return lines
}

const linesOf = (bytes: Uint8Array): Array<string> => {
  const lines = decoder.decode(bytes).split(bytes.includes(CR) ? LINE_END : "\n")
  if (lines.at(-1) === "") lines.pop()
  return lines
}

/** The index behind the first line end of a text. A text without line ends gives its length. */
const afterLineEnd = (bytes: Uint8Array): number => {
  const end = bytes.indexOf(LF) + 1 || bytes.length
  const cr = bytes.subarray(0, end).indexOf(CR)
  return cr < 0 ? end : cr + (bytes[cr + 1] === LF ? 2 : 1)
}

/** Where a piece of text ends: after its last line end, or after the next one if it has none. */
const pieceEnd = (bytes: Uint8Array, from: number, size: number): number => {
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
    const bytes = this.#bytes
    if (bytes === undefined) return cursorOf(fromArray(this.#lines ?? []))
    const { bytes: size } = currentPacing()
    let [at, read] = [0, 0]
    return () => {
      if (at >= bytes.length) {
        this.#length ??= read
        return undefined
      }
      const end = pieceEnd(bytes, at, size)
      const lines = linesOf(bytes.subarray(at, end))
      at = end
      read += lines.length
      return lines
    }
  }
  *gather(): Piecewise<ReadonlyArray<string>> {
    if (this.#lines !== undefined) return this.#lines
    const lines = yield* gathered(this.pieces())
    this.#bytes = undefined
    return this.#lines ??= lines
  }
  get length(): number {
    return this.#length ??= this.#lines?.length ?? countLines(this.#bytes ?? new Uint8Array())
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
