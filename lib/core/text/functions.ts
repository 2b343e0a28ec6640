/**
 * The text functions of users: split, words, lines, includes, startsWith, endsWith, not, toLowerCase, toUpperCase, trim.
 *
 * @module
 */
import {
  OPERATION,
  type SearchOperation,
  type TextFunction,
  textFunction,
  type TextPredicate,
} from "./text_function.ts"

/**
 * Makes a function that divides text at every `separator`, as `String.split` does. An empty separator divides text into
 * UTF-16 units.
 *
 * Over received text that is still bytes, `DStream.flatMap(Text.split(" "))` is several times faster than a function that
 * calls `split`: each distinct word is decoded once. This holds for separators of one ASCII character. With others, lines
 * are decoded, and divided without arrays.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Text } from "@dstream/dstream"
 *
 * assert.deepEqual(Text.split(",")("a,,b"), ["a", "", "b"])
 * assert.deepEqual(["to be", "or not"].flatMap(Text.split(" ")), ["to", "be", "or", "not"])
 * ```
 */
export const split = (separator: string): TextFunction<Array<string>> =>
  textFunction({ kernel: "split", parameters: [separator] }, (text) => text.split(separator))

/** White space of ASCII: tab, line feed, vertical tab, form feed, carriage return and space, as in Java's `\s`. */
const WORD = /[^\t-\r ]+/g

/**
 * Divides text into words: what stands between white space of ASCII, which is space, tab, line feed, vertical tab, form
 * feed and carriage return. No word is empty. It is what `line.split("\\s+")` is in Java, without its empty first word.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Text } from "@dstream/dstream"
 *
 * assert.deepEqual(Text.words("  to be,\tor "), ["to", "be,", "or"])
 * assert.deepEqual(Text.words(" "), [])
 * ```
 */
export const words: TextFunction<Array<string>> = textFunction(
  { kernel: "words", parameters: [] },
  (text): Array<string> => text.match(WORD) ?? [],
)

const LINE_END = /\r\n|\n|\r/

/**
 * Divides text into lines, which end with `\n`, `\r\n` or `\r`. The last line needs no end, and the empty text has no lines.
 * For records that have several lines; those of sockets and text files are single lines.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Text } from "@dstream/dstream"
 *
 * assert.deepEqual(Text.lines("a\r\n\nb\n"), ["a", "", "b"])
 * ```
 */
export const lines: TextFunction<Array<string>> = textFunction({ kernel: "lines", parameters: [] }, (text) => {
  const all = text.split(text.includes("\r") ? LINE_END : "\n")
  if (all.at(-1) === "") all.pop()
  return all
})

const isIn: Readonly<Record<SearchOperation["kernel"], (text: string, wanted: string) => boolean>> = {
  includes: (text, wanted) => text.includes(wanted),
  startsWith: (text, wanted) => text.startsWith(wanted),
  endsWith: (text, wanted) => text.endsWith(wanted),
}

const search = (kernel: SearchOperation["kernel"], wanted: string, isNegated = false): TextPredicate => {
  const isFound = isIn[kernel]
  const operation: SearchOperation = { kernel, parameters: [wanted, isNegated] }
  return Object.assign(textFunction(operation, (text) => isFound(text, wanted) !== isNegated), {
    [OPERATION]: operation,
  })
}

/**
 * Makes a function that tells whether text includes `wanted`. Over received text, `DStream.filter(Text.includes("ERROR"))`
 * searches the bytes, and decodes only the lines that are kept.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Text } from "@dstream/dstream"
 *
 * assert.deepEqual(["GET /a", "PUT /b"].filter(Text.includes("GET")), ["GET /a"])
 * ```
 */
export const includes = (wanted: string): TextPredicate => search("includes", wanted)

/**
 * Makes a function that tells whether text starts with `wanted`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Text } from "@dstream/dstream"
 *
 * assert.deepEqual(["# a", "b # c"].filter(Text.startsWith("#")), ["# a"])
 * ```
 */
export const startsWith = (wanted: string): TextPredicate => search("startsWith", wanted)

/**
 * Makes a function that tells whether text ends with `wanted`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Text } from "@dstream/dstream"
 *
 * assert.deepEqual(["a.png", "b.jpg"].filter(Text.endsWith(".jpg")), ["b.jpg"])
 * ```
 */
export const endsWith = (wanted: string): TextPredicate => search("endsWith", wanted)

/**
 * Makes the opposite of a function that {@link includes}, {@link startsWith} or {@link endsWith} has made.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Text } from "@dstream/dstream"
 *
 * assert.deepEqual(["DEBUG a", "INFO b"].filter(Text.not(Text.startsWith("DEBUG"))), ["INFO b"])
 * ```
 */
export const not = (f: TextPredicate): TextPredicate => {
  const { kernel, parameters: [wanted, isNegated] } = f[OPERATION]
  return search(kernel, wanted, !isNegated)
}

/**
 * Gives text in lower case, as `String.toLowerCase` does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Text } from "@dstream/dstream"
 *
 * assert.equal(Text.toLowerCase("To Be"), "to be")
 * ```
 */
export const toLowerCase: TextFunction<string> = textFunction(
  { kernel: "toLowerCase", parameters: [] },
  (text) => text.toLowerCase(),
)

/**
 * Gives text in upper case, as `String.toUpperCase` does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Text } from "@dstream/dstream"
 *
 * assert.equal(Text.toUpperCase("To Be"), "TO BE")
 * ```
 */
export const toUpperCase: TextFunction<string> = textFunction(
  { kernel: "toUpperCase", parameters: [] },
  (text) => text.toUpperCase(),
)

/**
 * Gives text without the white space at its start and its end, as `String.trim` does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Text } from "@dstream/dstream"
 *
 * assert.equal(Text.trim("  to be \t"), "to be")
 * ```
 */
export const trim: TextFunction<string> = textFunction({ kernel: "trim", parameters: [] }, (text) => text.trim())
