/**
 * The lines of a stream, whose bytes arrive in pieces of any size.
 *
 * @module
 */
import { joined } from "../../core/bytes.ts"

const LINE_FEED = 10

/** Divides bytes into lines of UTF-8 text. A character that two pieces share becomes one. */
export class LineReader {
  readonly #decoder = new TextDecoder()
  /** The beginning of a line whose end has not arrived. */
  #open: Array<Uint8Array> = []
  #openBytes = 0

  /** How many bytes of a line have arrived whose end has not. */
  get pending(): number {
    return this.#openBytes
  }

  /** Returns the lines that end in these bytes, without empty ones, which only show that the connection is alive. */
  push(bytes: Uint8Array): ReadonlyArray<string> {
    const lines: Array<string> = []
    let from = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      this.#add(bytes.subarray(from, end))
      const line = this.#decoder.decode(joined(this.#open)).trim()
      if (line !== "") lines.push(line)
      this.#open = []
      this.#openBytes = 0
      from = end + 1
    }
    this.#add(bytes.subarray(from))
    return lines
  }

  #add(piece: Uint8Array): void {
    if (piece.length === 0) return
    this.#open.push(piece)
    this.#openBytes += piece.length
  }
}
