/** Texts as bytes, for tests of functions on lines. */
import fc from "fast-check"

const utf8 = new TextEncoder()
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** The lines of text, as the simplest code has them. */
export const linesOf = (bytes: Uint8Array): ReadonlyArray<string> => {
  const lines = decoder.decode(bytes).split(/\r\n|\n|\r/)
  if (lines.at(-1) === "") lines.pop()
  return lines
}

/** Parts of text: line ends, separators, words of several lengths, NUL, a byte order mark, parts of invalid characters. */
const part = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("\n", "\r", "\r\n", " ", "\t", "a", "ab", "aa", "\v", "\0", "b,", "é", "漢"),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "abcdefgh",
      "😀",
      "\ufeff",
      "\ufffd",
      "aaaaaaaaaaaaaaaaaaaaaaaa",
      "\u2028",
      "ΑΣ",
      "Σ",
      ".",
      "İ",
      "ß",
      "\u212a",
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
).map((text) => utf8.encode(text))

const noise = fc.constantFrom([0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0xbf], [
  0xef,
  0xbf,
  0xbd,
])
  .map((bytes) => new Uint8Array(bytes))

/** Any text, most of it valid. */
export const anyText: fc.Arbitrary<Uint8Array> = fc.array(fc.oneof({ weight: 8, arbitrary: part }, noise), {
  maxLength: 60,
}).map((parts) => new Uint8Array(parts.flatMap((bytes) => [...bytes])))
