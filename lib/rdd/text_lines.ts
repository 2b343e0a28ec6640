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
/** The largest buffer for an incomplete line that is reused for the next one, in bytes. */
const MAX_REUSED_BYTES = 1024 * 1024

/**
 * Assembles blocks of whole lines from chunks of bytes of any size. Lines end with `\n`, `\r\n` or `\r`. The bytes are
 * copied, so the caller may reuse its chunks.
 */
export class LineSplitter {
  readonly #max: number
  /** The bytes of the incomplete last line, `#tailLength` of them. */
  #tail: Uint8Array = EMPTY
  #tailLength = 0
  /** Whether the incomplete last line is too long already. */
  #isSkipping = false
  /** Whether the bytes so far end with `\r`: a following `\n` belongs to the same line end. */
  #isAfterCR = false

  constructor(maxLineBytes: number = MAX_LINE_BYTES) {
    this.#max = maxLineBytes
  }

  /** Adds a chunk and returns the lines that it completes. */
  push(chunk: Uint8Array): Lines {
    if (chunk.length === 0) return linesOf(chunk, 0)
    const rest = this.#isAfterCR && chunk[0] === LF ? chunk.subarray(1) : chunk
    this.#isAfterCR = chunk.at(-1) === CR
    return this.#split(this.#isSkipping ? this.#skip(rest) : rest)
  }

  /** Ends the input: returns the incomplete last line, if there is one, and resets the splitter. */
  finish(): Lines {
    const last = this.#takeTail(EMPTY)
    this.#isSkipping = false
    this.#isAfterCR = false
    return linesOf(last, 0)
  }

  /** Returns what follows the line that is being skipped. */
  #skip(chunk: Uint8Array): Uint8Array {
    const end = new LineEnds(chunk).next(0)
    if (end === chunk.length) return chunk.subarray(end)
    this.#isSkipping = false
    return chunk.subarray(afterLineEnd(chunk, end))
  }

  #split(chunk: Uint8Array): Lines {
    const lf = chunk.lastIndexOf(LF) + 1
    const end = lf + chunk.subarray(lf).lastIndexOf(CR) + 1
    const whole = end === 0 ? chunk.subarray(0, 0) : this.#takeTail(chunk.subarray(0, end))
    const lines = whole.length > this.#max ? withoutLongLines(whole, this.#max) : linesOf(whole, 0)
    return this.#addToTail(chunk.subarray(end)) ? lines : { ...lines, tooLong: lines.tooLong + 1 }
  }

  /** Returns the incomplete last line followed by `rest`, and clears it. */
  #takeTail(rest: Uint8Array): Uint8Array {
    const joined = new Uint8Array(this.#tailLength + rest.length)
    joined.set(this.#tail.subarray(0, this.#tailLength))
    joined.set(rest, this.#tailLength)
    this.#clearTail()
    return joined
  }

  /** Adds bytes to the incomplete last line. Returns false, and starts to skip the line, if it becomes too long. */
  #addToTail(start: Uint8Array): boolean {
    const length = this.#tailLength + start.length
    if (length > this.#max) {
      this.#clearTail()
      this.#isSkipping = true
      return false
    }
    if (length > this.#tail.length) {
      const grown = new Uint8Array(2 * length)
      grown.set(this.#tail.subarray(0, this.#tailLength))
      this.#tail = grown
    }
    this.#tail.set(start, this.#tailLength)
    this.#tailLength = length
    return true
  }

  #clearTail(): void {
    this.#tailLength = 0
    if (this.#tail.length > MAX_REUSED_BYTES) this.#tail = EMPTY
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
  return linesOf(bytes.slice(0, kept), tooLong)
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
