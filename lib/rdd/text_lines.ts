/**
 * Cuts received bytes into blocks of whole lines. Single lines are found later, when a block is read.
 *
 * @module
 */
import * as Data from "effect/Data"
import type { Block } from "./block.ts"
import { fromText } from "./text_block.ts"

/** The default limit for the length of a line: 16 MiB. */
export const MAX_LINE_BYTES: number = 16 * 1024 * 1024

/** A line was longer than allowed and has been skipped. */
export class LineTooLong extends Data.Error<{ readonly maxLineBytes: number }> {
  readonly _tag = "LineTooLong" as const
  override get message(): string {
    return `A line longer than ${this.maxLineBytes} bytes has been skipped (maxLineBytes)`
  }
}

/** The result of adding bytes to a {@link LineSplitter}. */
export interface Lines {
  /** The lines that are complete now; undefined if there are none. */
  readonly block: Block<string> | undefined
  /** The size of the block in bytes. */
  readonly bytes: number
  /** The number of lines that were found to be too long. */
  readonly tooLong: number
}

const LF = 10
const CR = 13
const EMPTY = new Uint8Array()
/** How large pages are, in bytes, unless a line needs a larger one. */
const PAGE = 1024 * 1024
/** How much room there must be in a page for the next bytes. With less, another page is begun. */
const MIN_ROOM = 64 * 1024

/**
 * Assembles blocks of whole lines from chunks of bytes of any size. Lines end with `\n`, `\r\n` or `\r`.
 *
 * Bytes are collected in pages, and blocks are parts of pages: nothing is copied but the incomplete last line of a page,
 * to the next page. A caller can read directly into the {@link LineSplitter.room} of a page. Chunks from elsewhere are
 * copied to pages of their size, so the caller may reuse them, and the lines of many small files do not keep many large
 * pages in memory.
 *
 * The garbage collector frees pages, because an RDD that a program keeps may read them after its batch. Freeing them when
 * the batch ends would not make a process smaller: pages make V8 collect sooner, and without them other garbage grows.
 */
export class LineSplitter {
  readonly #max: number
  #page: Uint8Array = EMPTY
  /** Where the incomplete last line starts. */
  #start = 0
  /** Where the bytes of the page end. */
  #end = 0
  /** Whether the incomplete last line is too long already. */
  #isSkipping = false
  /** Whether the bytes so far end with `\r`: a following `\n` belongs to the same line end. */
  #isAfterCR = false

  constructor(maxLineBytes: number = MAX_LINE_BYTES) {
    this.#max = maxLineBytes
  }

  /** The free part of the page, to write the next bytes to, from its start on. They count when they are pushed. */
  room(): Uint8Array {
    return this.#roomFor(MIN_ROOM, PAGE)
  }

  /** Adds a chunk, which may be what was written to the room, and returns the lines that it completes. */
  push(chunk: Uint8Array): Lines {
    const { buffer, byteOffset } = this.#page
    const isInPlace = chunk.buffer === buffer && chunk.byteOffset === byteOffset + this.#end
    if (!isInPlace) this.#roomFor(chunk.length, 0).set(chunk)
    return this.#add(chunk.length)
  }

  /** Ends the input: returns the incomplete last line, if there is one, and resets the splitter. */
  finish(): Lines {
    const last = this.#page.subarray(this.#start, this.#end)
    this.#start = this.#end
    this.#isSkipping = false
    this.#isAfterCR = false
    return linesOf(last, 0)
  }

  /** The free part of a page with room for so many bytes. If that is another page, it is at least of the given size. */
  #roomFor(bytes: number, least: number): Uint8Array {
    // The page of a long line is larger than what follows needs: it is left as soon as the line has ended.
    const isLarge = this.#page.length > PAGE && this.#start > 0
    if (isLarge || this.#page.length - this.#end < bytes) this.#turn(bytes, least)
    return this.#page.subarray(this.#end)
  }

  /** Begins another page with the incomplete last line, and room for so many bytes. */
  #turn(bytes: number, least: number): void {
    const line = this.#page.subarray(this.#start, this.#end)
    // A line that grows is copied for each page, so pages grow with it.
    this.#page = new Uint8Array(Math.max(least, 2 * line.length + bytes))
    this.#page.set(line)
    this.#start = 0
    this.#end = line.length
  }

  /** Takes the next bytes of the page. */
  #add(length: number): Lines {
    if (length === 0) return linesOf(EMPTY, 0)
    const page = this.#page
    let from = this.#end
    const to = from + length
    this.#end = to
    if (this.#isAfterCR && page[from] === LF) this.#start = ++from
    this.#isAfterCR = page[to - 1] === CR
    if (this.#isSkipping) {
      const line = page.subarray(from, to)
      const end = new LineEnds(line).next(0)
      this.#isSkipping = end === line.length
      this.#start = from += this.#isSkipping ? line.length : afterLineEnd(line, end)
    }
    return this.#cut(page.subarray(from, to), from)
  }

  /** Returns the whole lines, up to the last line end of the new bytes, which begin at `from`. */
  #cut(bytes: Uint8Array, from: number): Lines {
    const lf = bytes.lastIndexOf(LF) + 1
    const end = lf + bytes.subarray(lf).lastIndexOf(CR) + 1
    const whole = end === 0 ? EMPTY : this.#page.subarray(this.#start, from + end)
    if (end > 0) this.#start = from + end
    const lines = whole.length > this.#max ? withoutLongLines(whole, this.#max) : linesOf(whole, 0)
    const isTooLong = this.#end - this.#start > this.#max
    if (isTooLong) {
      this.#start = this.#end
      this.#isSkipping = true
    }
    return isTooLong ? { ...lines, tooLong: lines.tooLong + 1 } : lines
  }
}

const linesOf = (bytes: Uint8Array, tooLong: number): Lines => ({
  block: bytes.length === 0 ? undefined : fromText(bytes),
  bytes: bytes.length,
  tooLong,
})

/** Removes the lines that are too long, in place. `bytes` ends with a line end. */
const withoutLongLines = (bytes: Uint8Array, max: number): Lines => {
  const ends = new LineEnds(bytes)
  let kept = 0
  let tooLong = 0
  for (let from = 0; from < bytes.length;) {
    const end = ends.next(from)
    const next = afterLineEnd(bytes, end)
    if (end - from <= max) {
      bytes.copyWithin(kept, from, end)
      kept += end - from
      // Always a line feed: a carriage return could form one line end with the byte that now follows it.
      bytes[kept++] = LF
    } else {
      tooLong++
    }
    from = next
  }
  return linesOf(bytes.subarray(0, kept), tooLong)
}

/** Finds line ends in ascending order. */
class LineEnds {
  readonly #bytes: Uint8Array
  #lf = -1
  #cr = -1
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }
  /** Returns the index of the first line end at or after `from`, or the length of the bytes if there is none. */
  next(from: number): number {
    if (this.#lf < from) this.#lf = this.#find(LF, from)
    if (this.#cr < from) this.#cr = this.#find(CR, from)
    return Math.min(this.#lf, this.#cr)
  }
  #find(byte: number, from: number): number {
    const at = this.#bytes.indexOf(byte, from)
    return at < 0 ? this.#bytes.length : at
  }
}

/** Returns the index after the line end at `end`. */
const afterLineEnd = (bytes: Uint8Array, end: number): number =>
  end + (bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1)
