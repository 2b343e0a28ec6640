import assert from "node:assert/strict"
import fc from "fast-check"
import { Mismatch } from "../../../lib/core/errors.ts"
import { parametersOf } from "../../../lib/core/parameters.ts"
import { operationOf } from "../../../lib/core/text/text_function.ts"
import * as Text from "../../../lib/text.ts"

/** Any text, also with lone surrogates, line ends and NUL. */
const anyText = fc.oneof(
  fc.array(fc.constantFrom("a", " ", "\n", "\r", "\t", "\v", "\0", "\ud83d", "\ude00", "é", "\u2028", "\u00a0")).map((
    units,
  ) => units.join("")),
  fc.string({ unit: "binary" }),
)

Deno.test("text functions do to any string what the methods of strings do", () => {
  fc.assert(fc.property(anyText, anyText, (text, wanted) => {
    assert.deepEqual(Text.split(wanted)(text), text.split(wanted))
    assert.equal(Text.includes(wanted)(text), text.includes(wanted))
    assert.equal(Text.startsWith(wanted)(text), text.startsWith(wanted))
    assert.equal(Text.endsWith(wanted)(text), text.endsWith(wanted))
    assert.equal(Text.not(Text.includes(wanted))(text), !text.includes(wanted))
    assert.equal(Text.not(Text.not(Text.endsWith(wanted)))(text), text.endsWith(wanted))
    assert.equal(Text.toLowerCase(text), text.toLowerCase())
    assert.equal(Text.toUpperCase(text), text.toUpperCase())
    assert.equal(Text.trim(text), text.trim())
  }))
})

Deno.test("words() and lines() divide any text at white space of ASCII and at line ends", () => {
  fc.assert(fc.property(anyText, (text) => {
    assert.deepEqual(Text.words(text), text.split(/[\t\n\v\f\r ]+/).filter((word) => word !== ""))
    const lines = text.split(/\r\n|\n|\r/)
    assert.deepEqual(Text.lines(text), lines.at(-1) === "" ? lines.slice(0, -1) : lines)
  }))
})

Deno.test("text functions name themselves and what they were given instead of text", () => {
  const untyped: ReadonlyArray<never> = [7 as never]
  for (const f of [Text.words, Text.trim, Text.includes("a"), Text.split(" ")]) {
    assert.throws(
      () => untyped.map((each) => f(each)),
      (error) => error instanceof Mismatch && /^Text\.\w+ works on text, but was given: number$/.test(error.message),
    )
  }
})

Deno.test("text functions carry what they do, with parameters that tell them apart", () => {
  assert.deepEqual(operationOf(Text.split(",")), { kernel: "split", parameters: [","] })
  assert.deepEqual(operationOf(Text.not(Text.includes("a"))), { kernel: "includes", parameters: ["a", true] })
  assert.equal(operationOf((text: string) => text.trim()), undefined)
  const all = [
    Text.split(","),
    Text.split(" "),
    Text.split("\ud83d"),
    Text.split("\ufffd"),
    Text.includes(","),
    Text.not(Text.includes(",")),
    Text.startsWith(","),
    Text.endsWith(","),
    Text.words,
    Text.lines,
    Text.trim,
    Text.toLowerCase,
    Text.toUpperCase,
  ]
  assert.equal(new Set(all.map(parametersOf)).size, all.length)
  assert.equal(parametersOf(Text.split(",")), parametersOf(Text.split(",")))
})
