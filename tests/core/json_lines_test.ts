import assert from "node:assert/strict"
import fc from "fast-check"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { CorruptBlock, NotPortable } from "../../lib/core/codec.ts"
import { parseLine, toLines } from "../../lib/core/json_lines.ts"

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.array(fc.integer({ min: 0xd700, max: 0xe0ff }), { maxLength: 3 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom("\n", "\r\n", "\u2028"),
)
const key = fc.oneof(text, fc.constantFrom("__proto__", "constructor", "$", "$bigint", "$some", "toJSON", "0"))
const leaf: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.double(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, null, undefined, true, false, Option.none()),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.oneof(fc.uint8Array(), fc.int16Array(), fc.float64Array(), fc.bigInt64Array()),
  fc.uint8Array().map((bytes) => bytes.slice().buffer),
)

/** Generates portable records. */
const record: fc.Arbitrary<unknown> = fc.letrec<{ record: unknown }>((tie) => ({
  record: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie("record"), { maxLength: 4 }),
    fc.dictionary(key, tie("record"), { maxKeys: 4 }),
    fc.array(fc.tuple(tie("record"), tie("record")), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie("record"), { maxLength: 3 }).map((items) => new Set(items)),
    tie("record").map((value) => Option.some(value)),
    tie("record").map((value) => Result.succeed(value)),
    tie("record").map((value) => Result.fail(value)),
  ),
})).record

Deno.test("toLines() writes one line for each record, and parseLine() decodes it", () => {
  fc.assert(fc.property(fc.array(record, { maxLength: 6 }), (records) => {
    const lines = toLines(records)
    assert.ok(lines.every((line) => !/[\n\r]/.test(line)))
    assert.deepStrictEqual(lines.map(parseLine), records)
  }))
})

Deno.test("toLines() writes plain JSON where JSON has the value, and tags other values", () => {
  assert.deepEqual(toLines(["a", 1.5, [["k", null]], { a: { b: true } }]), [
    '"a"',
    "1.5",
    '[["k",null]]',
    '{"a":{"b":true}}',
  ])
  assert.deepEqual(toLines([1n, new Date(0), -0, undefined, Option.some(1), { $some: 1 }, new Uint8Array([1, 2])]), [
    '{"$bigint":"1"}',
    '{"$date":"1970-01-01T00:00:00.000Z"}',
    '{"$number":"-0"}',
    '{"$undefined":null}',
    '{"$some":1}',
    '{"$object":[["$some",1]]}',
    '{"$bytes":["Uint8Array","AQI="]}',
  ])
})

Deno.test("toLines() refuses values that are not portable, with an error that names their place", () => {
  const refuses = (value: unknown, path: string, found: RegExp) =>
    assert.throws(
      () => toLines(["fine", value]),
      (error) => error instanceof NotPortable && error.path === path && found.test(error.found),
    )
  refuses({ user: { name: () => "Ada" } }, "[1].user.name", /function/)
  refuses(new URL("https://deno.com"), "[1]", /instance of URL/)
  refuses(
    {
      get a() {
        return 1
      },
    },
    "[1].a",
    /accessor/,
  )
  refuses({ [Symbol("s")]: 1 }, "[1]", /symbol/)
  const own: Array<unknown> = []
  own.push(own)
  refuses(own, "[1]", /contains itself/)
})

Deno.test("parseLine() throws CorruptBlock for other lines", () => {
  for (
    const line of [
      "",
      "{",
      '{"$other":1}',
      '{"$bigint":"x"}',
      '{"$map":1}',
      '{"$bytes":["Uint8Array",1]}',
      '{"$bigint":2}',
    ]
  ) {
    assert.throws(() => parseLine(line), CorruptBlock, line)
  }
})
