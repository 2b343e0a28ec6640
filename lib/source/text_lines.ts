/**
 * Cutting bytes at line ends, without looking at single lines.
 *
 * @module
 */
import * as Data from "effect/Data"
import { type Block, fromText } from "../rdd/block.ts"

/** The default longest line: 16 MiB. */
export const MAX_LINE_BYTES: number = 16 * 1024 * 1024

/** A line is longer than allowed and has been skipped, up to its end. */
export class LineTooLong extends Data.Error<{ readonly maxLineBytes: number }> {
  readonly _tag = "LineTooLong" as const
  override get message(): string {
    return `A line longer than ${this.maxLineBytes} bytes has been skipped (maxLineBytes)`
  }
}

/** Whole lines, as far as there are any. */
export interface Lines {
  readonly block: Block<string> | undefined
  /** The size of the block. */
  readonly bytes: number
  /** How many lines turned out to be too long. */
  readonly tooLong: number
}

const LF = 10
const CR = 13
const EMPTY = new Uint8Array()
/** A buffer for starts of lines that has grown beyond this is given back. */
const KEPT = 1024 * 1024

/**
 * Takes bytes as they come and gives blocks of whole lines. Lines end with `\n`, `\r\n` or `\r`. The bytes of a chunk are
 * copied, so its buffer can be used again.
 */
export class LineSplitter {
  readonly #max: number
  #tail: Uint8Array = EMPTY
  #tailLength = 0
  #skipping = false
  #afterCR = false

  constructor(maxLineBytes: number = MAX_LINE_BYTES) {
    this.#max = maxLineBytes
  }

  /** Adds a chunk and gives the lines that are whole now. */
  push(chunk: Uint8Array): Lines {
    if (chunk.length === 0) return linesOf(chunk, 0)
    const rest = this.#afterCR && chunk[0] === LF ? chunk.subarray(1) : chunk
    this.#afterCR = chunk.at(-1) === CR
    return this.#split(this.#skipping ? this.#skip(rest) : rest)
  }

  /** Gives the last line, if the bytes do not end with a line end, and starts afresh. */
  finish(): Lines {
    const last = this.#join(EMPTY)
    this.#skipping = false
    this.#afterCR = false
    return linesOf(last, 0)
  }

  #skip(chunk: Uint8Array): Uint8Array {
    const end = new Ends(chunk).next(0)
    if (end === chunk.length) return chunk.subarray(end)
    this.#skipping = false
    return chunk.subarray(afterEnd(chunk, end))
  }

  #split(chunk: Uint8Array): Lines {
    const lf = chunk.lastIndexOf(LF) + 1
    const end = lf + chunk.subarray(lf).lastIndexOf(CR) + 1
    const whole = end === 0 ? chunk.subarray(0, 0) : this.#join(chunk.subarray(0, end))
    const lines = whole.length > this.#max ? withoutLong(whole, this.#max) : linesOf(whole, 0)
    return this.#keep(chunk.subarray(end)) ? lines : { ...lines, tooLong: lines.tooLong + 1 }
  }

  #join(end: Uint8Array): Uint8Array {
    const joined = new Uint8Array(this.#tailLength + end.length)
    joined.set(this.#tail.subarray(0, this.#tailLength))
    joined.set(end, this.#tailLength)
    this.#drop()
    return joined
  }

  /** Keeps the start of a line, unless it is too long already. */
  #keep(start: Uint8Array): boolean {
    const length = this.#tailLength + start.length
    if (length > this.#max) {
      this.#drop()
      this.#skipping = true
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

  #drop(): void {
    this.#tailLength = 0
    if (this.#tail.length > KEPT) this.#tail = EMPTY
  }
}

const linesOf = (bytes: Uint8Array, tooLong: number): Lines => ({
  block: bytes.length === 0 ? undefined : fromText(bytes),
  bytes: bytes.length,
  tooLong,
})

/** Drops the lines that are too long from bytes that end with a line end, in place. */
const withoutLong = (bytes: Uint8Array, max: number): Lines => {
  const ends = new Ends(bytes)
  let kept = 0
  let tooLong = 0
  for (let from = 0; from < bytes.length;) {
    const end = ends.next(from)
    const next = afterEnd(bytes, end)
    if (end - from <= max) {
      bytes.copyWithin(kept, from, end)
      kept += end - from
      // Always a line feed: a carriage return could become one line end with what comes to stand after it.
      bytes[kept++] = LF
    } else {
      tooLong++
    }
    from = next
  }
  return linesOf(bytes.slice(0, kept), tooLong)
}

/** Finds line ends one after another. */
class Ends {
  readonly #bytes: Uint8Array
  #lf = -1
  #cr = -1
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }
  /** The first line end at or after `from`, or the length of the bytes. */
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

const afterEnd = (bytes: Uint8Array, end: number): number => end + (bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1)
