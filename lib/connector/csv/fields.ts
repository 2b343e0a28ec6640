/**
 * The fields of a row, as texts.
 *
 * @module
 */
// @ts-ignore: The package has no types. Without this line, programs for Node could not be checked either.
import papaparse from "papaparse"
import { Problem } from "../format/records.ts"
import { closingQuote, type Dialect } from "./dialect.ts"

/** What this module uses of the library. */
interface Parser {
  readonly parse: (text: string) => {
    readonly data: ReadonlyArray<ReadonlyArray<string>>
    readonly errors: ReadonlyArray<{ readonly message: string }>
  }
}

const Parser: new (config: {
  readonly delimiter: string
  readonly quoteChar: string
  readonly newline: "\n"
}) => Parser = papaparse.Parser

/** Writes the escapes in quoted fields as RFC 4180 has them: a quote as two quotes, other characters as they are. */
const withDoubledQuotes = (row: string, dialect: Dialect): string => {
  const { quote, escape, sep } = dialect
  let text = ""
  for (let at = 0; at < row.length;) {
    const isQuoted = row[at] === quote
    const close = isQuoted ? closingQuote(row, at, dialect) : -1
    const separator = row.indexOf(sep, close < 0 ? at : close)
    const end = isQuoted && close < 0 || separator < 0 ? row.length : separator + sep.length
    for (let i = at; i < end; i++) {
      const isEscape = i > at && i < close && row[i] === escape && (row[i + 1] === quote || row[i + 1] === escape)
      if (!isEscape) text += row[i]
      else text += row[++i] === quote ? quote + quote : escape
    }
    at = end
  }
  return text
}

/** Makes a function that gives the fields of a row, which has no line end. */
export const fieldsOf = (dialect: Dialect): (row: string) => ReadonlyArray<string> | Problem => {
  const { escape, quote, sep } = dialect
  const parser = new Parser({ delimiter: sep, quoteChar: quote, newline: "\n" })
  return (row) => {
    if (quote === "" || !row.includes(quote)) return row.split(sep)
    const { data: [fields = [], ...more], errors: [error] } = parser.parse(
      escape === quote ? row : withDoubledQuotes(row, dialect),
    )
    if (error !== undefined) return new Problem(error.message)
    return more.length > 0 ? new Problem("a quote inside of a field is not escaped") : fields
  }
}

/** Tells which fields of a row are quoted. The row has no problem. */
export const quotedFields = (row: string, fields: ReadonlyArray<string>, dialect: Dialect): ReadonlyArray<boolean> => {
  const { quote, sep } = dialect
  let at = 0
  return fields.map((field) => {
    const isQuoted = quote !== "" && row[at] === quote
    const end = isQuoted ? row.indexOf(sep, closingQuote(row, at, dialect)) : at + field.length
    at = end < 0 ? row.length : end + sep.length
    return isQuoted
  })
}

/** Writes a field. It is quoted if a reader would take it for something else otherwise. */
export const writeField = (text: string, { comment, escape, nullValue, quote, sep }: Dialect): string | Problem => {
  const isSpecial = text === nullValue || text.includes(sep) || /[\r\n]|^[\s\uFEFF]|\s$/.test(text) ||
    (quote !== "" && text.includes(quote)) || (comment !== "" && text.startsWith(comment))
  if (!isSpecial) return text
  if (quote === "") return new Problem(`the field ${JSON.stringify(text)} needs quotes, but quote is empty`)
  let escaped = text
  if (escape !== quote) escaped = escaped.replaceAll(escape, () => escape + escape)
  return quote + escaped.replaceAll(quote, () => escape + quote) + quote
}
