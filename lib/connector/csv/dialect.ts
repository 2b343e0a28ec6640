/**
 * How CSV files are written: their separator, quotes, header and nulls.
 *
 * @module
 */
import { InvalidOption } from "../../core/errors.ts"

/** Options for CSV files, named as Spark names them. */
export interface CsvDialect {
  /** The text between fields. Default: a comma. Spark: `sep`. */
  readonly sep?: string | undefined
  /**
   * The character around fields that have separators, line ends or quotes in them. An empty text turns quoting off. Default:
   * `"`. Spark: `quote`.
   */
  readonly quote?: string | undefined
  /**
   * The character before a quote inside a quoted field. Default: the quote itself, as in RFC 4180. For files of Spark, whose
   * default is a backslash, set it to `\`. Spark: `escape`.
   */
  readonly escape?: string | undefined
  /** The character that begins a line that is no record. Default: none. Spark: `comment`. */
  readonly comment?: string | undefined
  /** Whether each file begins with a row of column names. Default: false. Spark: `header`. */
  readonly header?: boolean | undefined
  /** The names of the columns, for files without a header. A header in the files has priority when they are read. */
  readonly columns?: ReadonlyArray<string> | undefined
  /** The text of a null, which is not quoted. Default: the empty text. Spark: `nullValue`. */
  readonly nullValue?: string | undefined
}

/** A dialect with its defaults. Texts that are empty turn quotes or comments off. */
export interface Dialect {
  readonly sep: string
  readonly quote: string
  readonly escape: string
  readonly comment: string
  readonly header: boolean
  readonly columns: ReadonlyArray<string> | undefined
  readonly nullValue: string
}

/** Adds the defaults to a dialect. */
export const dialectOf = (options: CsvDialect): Dialect => {
  const { columns, comment = "", header = false, nullValue = "", quote = '"', sep = "," } = options
  return { sep, quote, escape: options.escape ?? quote, comment, header, columns, nullValue }
}

const isLineEnd = (text: string): boolean => /[\r\n]/.test(text)

/** Finds what is wrong with the options of a dialect. `where` is the operation, for messages. */
export const dialectProblem = (
  where: string,
  { columns, comment, escape, nullValue, quote, sep }: Dialect,
): InvalidOption | undefined => {
  const invalid = (option: string, value: unknown, expected: string) =>
    new InvalidOption({ where, option, value: JSON.stringify(value), expected })
  if (sep === "" || isLineEnd(sep) || /^["\uFEFF]$/.test(sep) || (quote !== "" && sep.includes(quote))) {
    return invalid("sep", sep, "a text without quotes and line ends")
  }
  if (quote.length > 1 || isLineEnd(quote)) return invalid("quote", quote, "one character, or an empty text for none")
  if (escape.length !== quote.length || isLineEnd(escape) || (escape !== "" && sep.includes(escape))) {
    return invalid("escape", escape, "one character that is not in the separator")
  }
  if (comment.length > 1 || isLineEnd(comment) || comment === sep || (comment !== "" && comment === quote)) {
    return invalid("comment", comment, "one character that is neither the separator nor the quote")
  }
  if (isLineEnd(nullValue) || nullValue.includes(sep) || (quote !== "" && nullValue.includes(quote))) {
    return invalid("nullValue", nullValue, "a text without separators, quotes and line ends")
  }
  if (columns !== undefined && (columns.length === 0 || new Set(columns).size < columns.length)) {
    return invalid("columns", columns, "at least one name, each of them once")
  }
  return undefined
}

/** Finds the quote that closes a field. `open` is the index of its opening quote. -1 if no quote closes it. */
export const closingQuote = (text: string, open: number, { escape, quote }: Dialect): number => {
  let at = open + 1
  for (;;) {
    const end = text.indexOf(quote, at)
    if (end < 0) return -1
    const escaped = escape === quote ? -1 : text.indexOf(escape, at)
    if (escaped >= 0 && escaped < end) {
      const next = text[escaped + 1]
      at = escaped + (next === quote || next === escape ? 2 : 1)
    } else if (text[end + 1] === quote) {
      at = end + 2
    } else {
      return end
    }
  }
}
