/**
 * Text functions: ordinary functions on strings, which run many times faster over received text that is still bytes.
 *
 * Streams of sockets and text files keep what they receive as bytes. An operator that is given one of these functions first
 * works on the bytes: it searches them without decoding, or decodes each distinct word once. Everywhere else the functions
 * do exactly what their descriptions say, on any string.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Text } from "@dstream/dstream"
 *
 * const errors = DStream.socketTextStream("localhost", 9999).pipe(
 *   DStream.filter(Text.includes("ERROR")),
 *   DStream.flatMap(Text.split(" ")),
 *   DStream.countByValue(),
 * )
 * assert.equal(errors.operation, "countByValue")
 * ```
 *
 * @module
 */
export {
  endsWith,
  includes,
  lines,
  not,
  split,
  startsWith,
  toLowerCase,
  toUpperCase,
  trim,
  words,
} from "./core/text/functions.ts"
export type { SearchOperation, TextFunction, TextOperation, TextPredicate } from "./core/text/text_function.ts"
