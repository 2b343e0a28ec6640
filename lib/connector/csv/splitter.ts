/**
 * Cuts the text of CSV files into rows, where quoted fields may have line ends in them.
 *
 * @module
 */
import { closingQuote, type Dialect } from "./dialect.ts"

/** The longest row that has a line end in quotes, in characters. */
const MAX_ROW = 16 * 1024 * 1024

/** Finds a text at ascending positions. Each part of the text is searched once. */
class Finder {
  readonly #text: string
  readonly #sought: string
  #found = -1
  constructor(text: string, sought: string) {
    this.#text = text
    this.#sought = sought
  }
  /** The index of the next occurrence of the text at or behind `from`; Infinity if the text does not occur any more. */
  next(from: number): number {
    if (this.#found >= from) return this.#found
    const at = this.#sought === "" ? -1 : this.#text.indexOf(this.#sought, from)
    return this.#found = at < 0 ? Infinity : at
  }
}

/** Finds the ends of the rows of a text, at ascending positions. */
class Scan {
  readonly #text: string
  readonly #dialect: Dialect
  readonly #lf: Finder
  readonly #cr: Finder
  readonly #quotes: Finder
  readonly #separators: Finder
  constructor(text: string, dialect: Dialect) {
    this.#text = text
    this.#dialect = dialect
    this.#lf = new Finder(text, "\n")
    this.#cr = new Finder(text, "\r")
    this.#quotes = new Finder(text, dialect.quote)
    this.#separators = new Finder(text, dialect.sep)
  }

  lineEnd(from: number): number {
    return Math.min(this.#lf.next(from), this.#cr.next(from))
  }

  nextQuote(from: number): number {
    return this.#quotes.next(from)
  }

  /** Where the row at `from`, which has quotes, ends. NaN if a quote is not closed. */
  quotedEnd(from: number): number {
    for (let at = from;;) {
      if (this.#text[at] === this.#dialect.quote) {
        at = closingQuote(this.#text, at, this.#dialect) + 1
        if (at === 0) return NaN
      }
      const [separator, end] = [this.#separators.next(at), this.lineEnd(at)]
      if (end <= separator) return end
      at = separator + this.#dialect.sep.length
    }
  }
}

/**
 * Cuts text into rows without their line ends, `\n`, `\r\n` or `\r`. A line end in a quoted field belongs to the row. If a
 * quote is never closed, the row is its first line, and the lines behind it are rows again.
 */
export class RowSplitter {
  readonly #dialect: Dialect
  #rest = ""
  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  /** How many characters wait for the rest of their row. */
  get waiting(): number {
    return this.#rest.length
  }

  /** Adds text, and gives the rows that are complete now. */
  push(text: string): Array<string> {
    this.#rest += text
    return this.#cut(false)
  }

  /** Ends the text, and gives the rows that are left. */
  finish(): Array<string> {
    return this.#cut(true)
  }

  #cut(isLast: boolean): Array<string> {
    const text = this.#rest
    const { comment } = this.#dialect
    let scan = new Scan(text, this.#dialect)
    const rows: Array<string> = []
    let at = 0
    while (at < text.length) {
      const line = scan.lineEnd(at)
      const isPlain = scan.nextQuote(at) >= line || (comment !== "" && text.startsWith(comment, at))
      let end = isPlain ? line : scan.quotedEnd(at)
      if (Number.isNaN(end)) {
        if (!isLast && text.length - at <= MAX_ROW) break
        end = line
        // The scan has gone beyond this line end.
        scan = new Scan(text, this.#dialect)
      }
      // Only the character after \r tells whether \n belongs to it.
      if (!isLast && (end === Infinity || (text[end] === "\r" && end === text.length - 1))) break
      rows.push(text.slice(at, end))
      at = end === Infinity ? text.length : end + (text[end] === "\r" && text[end + 1] === "\n" ? 2 : 1)
    }
    this.#rest = text.slice(at)
    return rows
  }
}
