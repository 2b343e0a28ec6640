import assert from "node:assert/strict"
import fc from "fast-check"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { CorruptBlock, decode, encode, NotPortable } from "../../lib/core/codec.ts"

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.array(fc.integer({ min: 0xd700, max: 0xe0ff }), { maxLength: 5 }).map((units) => String.fromCharCode(...units)),
)
const leaf: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 127, 128, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53),
  fc.constantFrom(null, undefined, true, false, Option.none()),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.oneof(fc.uint8Array(), fc.int16Array(), fc.int32Array(), fc.float32Array(), fc.float64Array(), fc.bigInt64Array()),
  fc.uint8Array().map((bytes) => bytes.slice().buffer),
)
const record: fc.Arbitrary<unknown> = fc.letrec<{ record: unknown }>((tie) => ({
  record: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie("record"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom("__proto__", "constructor", "a", "0")), tie("record"), { maxKeys: 4 }),
    fc.array(fc.tuple(tie("record"), tie("record")), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie("record"), { maxLength: 3 }).map((items) => new Set(items)),
    tie("record").map((value) => Option.some(value)),
    tie("record").map((value) => Result.succeed(value)),
    tie("record").map((value) => Result.fail(value)),
  ),
})).record
const records: fc.Arbitrary<ReadonlyArray<unknown>> = fc.oneof(
  fc.array(record, { maxLength: 8 }),
  fc.array(text),
  fc.array(fc.integer({ min: -130, max: 130 })),
  fc.array(fc.integer({ min: -40_000, max: 40_000 })),
  fc.array(fc.integer()),
  fc.array(fc.double()),
  fc.array(fc.tuple(text, fc.integer())),
  fc.array(fc.tuple(fc.double(), text)),
  fc.tuple(fc.array(fc.tuple(text, fc.integer()), { minLength: 1 }), record).map(([pairs, last]) => [...pairs, last]),
)

const samples: ReadonlyArray<ReadonlyArray<unknown>> = [
  ["to", "be", "\ud800", ""],
  [1, 2, 300, -70_000],
  [0.5, -0, NaN],
  [["a", 1], ["b", 2]],
  [
    { a: 1, b: [new Date(5), 10n ** 30n] },
    { a: 2, b: [] },
    new Map([["k", new Set([1])]]),
    Option.some(Result.fail("no")),
  ],
  [new Float64Array([1, 2]), undefined, null, true, -500, "text"],
]

/** Decodes bytes and allows no other error than CorruptBlock. */
const decodeOrRefuse = (bytes: Uint8Array): ReadonlyArray<unknown> | undefined => {
  try {
    return decode(bytes)
  } catch (error) {
    assert(error instanceof CorruptBlock, String(error))
    return undefined
  }
}

const refusal = (records: ArrayLike<unknown>): NotPortable => {
  try {
    encode(records)
  } catch (error) {
    assert(error instanceof NotPortable, String(error))
    return error
  }
  assert.fail("encode() accepted it")
}

Deno.test("decode() restores the records given to encode(), including prototypes and bits", () => {
  fc.assert(fc.property(records, (given) => assert.deepStrictEqual(decode(encode(given)), given)), { numRuns: 400 })
})

Deno.test("encode() depends on the records alone and accepts any array-like object", () => {
  fc.assert(
    fc.property(records, (given) => assert.deepEqual(encode(given), encode({ ...given, length: given.length }))),
  )
})

Deno.test("decode() restores objects without a prototype and own properties called __proto__", () => {
  const bare = Object.assign(Object.create(null), { a: 1, ["constructor"]: 2 })
  const risky: unknown = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}')
  const decoded = decode(encode([bare, risky]))
  assert.deepStrictEqual(decoded, [bare, risky])
  assert.equal(Object.getPrototypeOf(decoded[0]), null)
  assert.equal(Object.getPrototypeOf(decoded[1]), Object.prototype)
})

Deno.test("decode() restores Options and Results with their methods", () => {
  const [some, none, fail] = decode(encode([Option.some(1), Option.none(), Result.fail("no")]))
  assert(Option.isOption(some) && Option.isSome(some) && Option.isOption(none) && Option.isNone(none))
  assert(Result.isResult(fail) && Result.isFailure(fail))
  assert.equal(Option.getOrElse(none, () => "else"), "else")
})

Deno.test("decode() restores holes as undefined", () => {
  assert.deepStrictEqual(decode(encode([[, 1], , 2])), [[undefined, 1], undefined, 2])
})

Deno.test("decode() copies bytes, wherever its argument lies in its buffer", () => {
  const bytes = encode([new Float64Array([1.5]), new Uint8Array([1, 2]).buffer])
  const shifted = new Uint8Array(bytes.length + 3)
  shifted.set(bytes, 3)
  const decoded = decode(shifted.subarray(3))
  shifted.fill(0)
  assert.deepStrictEqual(decoded, [new Float64Array([1.5]), new Uint8Array([1, 2]).buffer])
})

Deno.test("encode() starts with its version and stays compact for columns", () => {
  assert.equal(encode([])[0], 1)
  assert(encode(Array.from({ length: 1000 }, (_, i) => i % 100)).length < 1020)
  assert(encode(Array.from({ length: 1000 }, () => ["word", 1])).length < 6100)
  assert(encode(Array.from({ length: 1000 }, () => ({ aLongPropertyName: 1 }))).length < 3100)
})

Deno.test("encode() refuses values that are not plain data, with an error that names their place", () => {
  class Foo {}
  class Words extends Array<string> {}
  const cases: ReadonlyArray<[unknown, string, string]> = [
    [() => 1, "[1]", "function"],
    [Symbol("s"), "[1]", "symbol"],
    [new Foo(), "[1]", "instance of Foo"],
    [new Words("a"), "[1]", "instance of Words"],
    [/a/, "[1]", "instance of RegExp"],
    [new Error("no"), "[1]", "instance of Error"],
    [Object(1), "[1]", "instance of Number"],
    [new DataView(new ArrayBuffer(1)), "[1]", "instance of DataView"],
    [new WeakMap(), "[1]", "instance of WeakMap"],
    [Promise.resolve(1), "[1]", "instance of Promise"],
    [{ user: { name: () => 1 } }, "[1].user.name", "function"],
    [{ "odd key": [1, Symbol()] }, '[1]["odd key"][1]', "symbol"],
    [["k", new Map([["a", new Foo()]])], "[1][1].values()[0]", "instance of Foo"],
    [new Map([[new Foo(), 1]]), "[1].keys()[0]", "instance of Foo"],
    [new Set([1, new Foo()]), "[1].values()[1]", "instance of Foo"],
    [Option.some(new Foo()), "[1].value", "instance of Foo"],
    [Result.succeed(new Foo()), "[1].success", "instance of Foo"],
    [Result.fail([new Foo()]), "[1].failure[0]", "instance of Foo"],
    [
      {
        get a() {
          return 1
        },
      },
      "[1].a",
      "accessor",
    ],
    [Object.defineProperty({}, "a", { value: 1 }), "[1].a", "hidden property"],
    [{ [Symbol.iterator]: 1 }, "[1]", "symbol as a property name"],
  ]
  for (const [value, path, found] of cases) {
    const error = refusal(["fine", value])
    assert.deepEqual([error.path, error.found], [path, found])
    assert(error.message.includes(path) && error.message.includes(found))
  }
})

Deno.test("encode() refuses values that contain themselves", () => {
  const array: Array<unknown> = []
  array.push([array])
  const object: Record<string, unknown> = { id: 1 }
  object["self"] = new Map([["me", object]])
  assert.deepEqual([refusal([array]).path, refusal([array]).found], ["[0]", "array that contains itself"])
  assert.deepEqual([refusal([1, object]).path, refusal([1, object]).found], ["[1]", "object that contains itself"])
})

Deno.test("encode() accepts 500 levels of nesting and refuses any deeper value", () => {
  const nested = (levels: number) => {
    let value: unknown = 1
    for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value }
    return value
  }
  assert.deepStrictEqual(decode(encode([nested(500)])), [nested(500)])
  for (const levels of [501, 10_000, 100_000]) {
    assert.equal(refusal([nested(levels)]).found, "nested deeper than 500 levels")
    assert(refusal([nested(levels)]).path.length < 100)
  }
})

Deno.test("encode() accepts the same value in two places", () => {
  const shared = [1]
  assert.deepStrictEqual(decode(encode([{ a: shared, b: shared }])), [{ a: [1], b: [1] }])
})

Deno.test("decode() refuses every block that is truncated or has trailing bytes", () => {
  for (const sample of samples) {
    const bytes = encode(sample)
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => decode(bytes.subarray(0, length)), CorruptBlock)
    }
    assert.throws(() => decode(new Uint8Array([...bytes, 0])), CorruptBlock)
  }
})

Deno.test("decode() refuses another version and an unknown layout", () => {
  assert.throws(() => decode(new Uint8Array([2, 0, 0, 0])), /of version 2, not 1/)
  assert.throws(() => decode(new Uint8Array([1, 9, 0, 0])), CorruptBlock)
})

Deno.test("decode() returns records or throws CorruptBlock for flipped bytes", () => {
  const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...samples), records), flips, (given, flips) => {
      const bytes = encode(given)
      for (const [at, mask] of flips) bytes[at % bytes.length]! ^= mask
      decodeOrRefuse(bytes)
    }),
    { numRuns: 1000 },
  )
})

Deno.test("decode() returns records or throws CorruptBlock for any bytes, huge lengths included", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 }), fc.uint8Array({ maxLength: 60 }), (layout, rest) => {
      decodeOrRefuse(new Uint8Array([1, layout, 0, ...rest]))
      decodeOrRefuse(new Uint8Array([1, layout, ...rest]))
    }),
    { numRuns: 1000 },
  )
  const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]
  for (const layout of [0, 1, 2]) {
    assert.throws(() => decode(new Uint8Array([1, layout, ...huge])), CorruptBlock)
    for (let kind = 0; kind < 24; kind++) {
      for (const rest of [huge, [...huge, ...huge], [0, ...huge], [0x80, ...huge, 0x80], Array(40).fill(0x80)]) {
        decodeOrRefuse(new Uint8Array([1, layout, 0, 1, kind, ...rest]))
        decodeOrRefuse(new Uint8Array([1, layout, 0, kind, ...rest]))
      }
    }
  }
})
