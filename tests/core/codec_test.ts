import assert from "node:assert/strict"
import fc from "fast-check"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as format from "../../lib/core/codec_format.ts"
import { CorruptBlock, decode, encode, encodeObjects, encodePairs, NotPortable } from "../../lib/core/codec.ts"

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

/** Items of one kind, some of which may be missing. */
const column = (kinds: ReadonlyArray<fc.Arbitrary<unknown>>): fc.Arbitrary<fc.Arbitrary<unknown>> => {
  const missing = fc.constantFrom([], [undefined], [null], [undefined, null])
  return fc.tuple(fc.constantFrom(...kinds), missing).map(([kind, missing]) =>
    missing.length === 0 ? kind : fc.oneof({ arbitrary: kind, weight: 2 }, fc.constantFrom(...missing))
  )
}
const simple: ReadonlyArray<fc.Arbitrary<unknown>> = [
  text,
  fc.integer({ min: -130, max: 130 }),
  fc.integer(),
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_900_000 }),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0),
  fc.boolean(),
  fc.constant(7),
  fc.constant("same"),
  fc.constant(undefined),
  fc.bigInt(),
  fc.date(),
]
const names = fc.uniqueArray(fc.oneof(text, fc.constantFrom("a", "b", "0", "__proto__", "constructor")), {
  minLength: 1,
  maxLength: 4,
})
const recordOf = (fields: ReadonlyArray<fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> => fc.tuple(...fields)
const objectOf = (names: ReadonlyArray<string>, fields: ReadonlyArray<fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  fc.tuple(...fields).map((values) => {
    const object = {}
    for (const [i, name] of names.entries()) {
      Object.defineProperty(object, name, { value: values[i], configurable: true, enumerable: true, writable: true })
    }
    return object
  })
const shapeOf = (kinds: ReadonlyArray<fc.Arbitrary<unknown>>): fc.Arbitrary<fc.Arbitrary<unknown>> =>
  names.chain((names) =>
    fc.tuple(fc.boolean(), ...names.map(() => column(kinds))).map(([isObject, ...fields]) =>
      isObject ? objectOf(names, fields) : recordOf(fields)
    )
  )
/** Records that are alike: tuples and objects of one shape, which may have tuples and objects as fields. */
const alike: fc.Arbitrary<ReadonlyArray<unknown>> = shapeOf(simple).chain((inner) => shapeOf([...simple, inner, inner]))
  .chain((shape) => fc.array(shape, { maxLength: 20 }))
/** Records that are alike, but for one of them. */
const nearlyAlike = fc.tuple(alike, record, fc.nat()).map(([records, odd, at]) =>
  records.toSpliced(at % (records.length + 1), 0, odd)
)
const any = fc.oneof(records, alike, nearlyAlike)

const samples: ReadonlyArray<ReadonlyArray<unknown>> = [
  ["to", "be", "\ud800", ""],
  [1, 2, 300, -70_000],
  [0.5, -0, NaN],
  [["a", 1], ["b", 2], ["c", 3], ["d", 4]],
  [["a", [1_700_000_000_000, 1.5]], ["b", [1_700_000_000_001, 2]], ["c", [1_700_000_000_002, 3]], ["d", [0, 0]]],
  [{ a: true, b: "x" }, { a: false, b: null }, { a: true, b: undefined }, { a: true, b: "y" }],
  [null, 1, 2, null, 3, 4, 5],
  [7, 7, 7, 7, 7, 7, 7, 7, 7],
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
  fc.assert(fc.property(any, (given) => assert.deepStrictEqual(decode(encode(given)), given)), { numRuns: 1000 })
})

Deno.test("encodePairs() writes what encode() writes for the pairs", () => {
  const keys = ["a", "b", "c", "d", "e"]
  const values = [[1, "x"], [2, "y"], [3, "z"], [4, ""], [5, "w"]]
  const pairs = keys.map((key, i) => [key, values[i]])
  assert.deepEqual(encodePairs(keys, values), encode(pairs))
  for (let count = 0; count < 5; count++) {
    assert.deepStrictEqual(decode(encodePairs(keys.slice(0, count), values.slice(0, count))), pairs.slice(0, count))
  }
  assert.throws(
    () => encodePairs(keys, [1, { a: 2 }, { a: () => 3 }, 4, 5]),
    (error) => error instanceof NotPortable && error.path === "[2][1].a",
  )
})

Deno.test("encodeObjects() writes what encode() writes for the objects", () => {
  const columns = [[1, 2, 3, 4, 5], ["a", "b", null, "d", undefined], [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]]
  const objects = [0, 1, 2, 3, 4].map((i) => ({ id: columns[0]?.[i], name: columns[1]?.[i], at: columns[2]?.[i] }))
  assert.deepEqual(encodeObjects(["id", "name", "at"], columns), encode(objects))
  for (let count = 0; count < 5; count++) {
    const some = columns.map((column) => column.slice(0, count))
    assert.deepStrictEqual(decode(encodeObjects(["id", "name", "at"], some)), objects.slice(0, count))
  }
  assert.throws(
    () => encodeObjects(["id", "f"], [[1, 2, 3, 4], [1, 2, () => 3, 4]]),
    (error) => error instanceof NotPortable && error.path === "[2].f",
  )
})

Deno.test("encode() refuses in records that are alike what it refuses in others", () => {
  const plain = (): Record<string, unknown> => ({ a: 1, b: "x" })
  const odd: ReadonlyArray<[unknown, string, string]> = [
    [Object.defineProperty(plain(), "b", { get: () => "x" }), "[4].b", "accessor"],
    [Object.defineProperty(plain(), "b", { enumerable: false }), "[4].b", "hidden property"],
    [Object.defineProperty(plain(), "c", { value: 1 }), "[4].c", "hidden property"],
    [{ ...plain(), [Symbol.iterator]: 1 }, "[4]", "symbol as a property name"],
    [{ ...plain(), b: () => "x" }, "[4].b", "function"],
  ]
  for (const [value, path, found] of odd) {
    const error = refusal([plain(), plain(), plain(), plain(), value])
    assert.deepEqual([error.path, error.found], [path, found])
  }
})

Deno.test("encode() depends on the records alone and accepts any array-like object", () => {
  fc.assert(
    fc.property(any, (given) => assert.deepEqual(encode(given), encode({ ...given, length: given.length }))),
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
  assert(encode(Array.from({ length: 1000 }, (_, i) => [`word${i % 2}`, 1])).length < 6200)
  assert(encode(Array.from({ length: 1000 }, () => ({ aLongPropertyName: 1 }))).length < 200)
  assert(encode(Array.from({ length: 1000 }, (_, i) => [i % 9, [1_700_000_000_000, i % 2 === 0]])).length < 1300)
  assert(encode(Array.from({ length: 1000 }, (_, i) => 1_700_000_000_000 + i)).length < 2020)
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

Deno.test("decode() refuses another version and an unknown kind of column", () => {
  assert.throws(() => decode(new Uint8Array([2, 0, 0, 0])), /of version 2, not 1/)
  assert.throws(() => decode(new Uint8Array([1, 0, 1, 99, 0])), /no column of kind 99/)
})

Deno.test("decode() returns records or throws CorruptBlock for flipped bytes", () => {
  const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...samples), any), flips, (given, flips) => {
      const bytes = encode(given)
      for (const [at, mask] of flips) bytes[at % bytes.length]! ^= mask
      decodeOrRefuse(bytes)
    }),
    { numRuns: 2000 },
  )
})

/** The kinds of columns, and one more. */
const kinds = Array.from({ length: Object.keys(format.column).length + 1 }, (_, kind) => kind)

Deno.test("decode() returns records or throws CorruptBlock for any bytes, huge lengths included", () => {
  fc.assert(
    fc.property(fc.nat({ max: 300 }), fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 60 }), (n, kind, rest) => {
      decodeOrRefuse(new Uint8Array([1, 0, n % 128, kind, ...rest]))
      decodeOrRefuse(new Uint8Array([1, ...rest]))
    }),
    { numRuns: 2000 },
  )
  const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]
  assert.throws(() => decode(new Uint8Array([1, ...huge])), CorruptBlock)
  assert.throws(() => decode(new Uint8Array([1, 0, ...huge])), CorruptBlock)
  const rests = [huge, [...huge, ...huge], [0, ...huge], [0x80, ...huge, 0x80], Array(40).fill(0x80)]
  for (const kind of kinds) {
    for (const rest of rests) {
      for (const count of [1, 8, 100]) decodeOrRefuse(new Uint8Array([1, 0, count, kind, ...rest]))
      assert.throws(() => decode(new Uint8Array([1, 0, ...huge, kind, ...rest])), CorruptBlock)
    }
  }
  for (let tag = 0; tag < 24; tag++) {
    for (const rest of rests) decodeOrRefuse(new Uint8Array([1, 0, 1, format.column.values, tag, ...rest]))
  }
})

Deno.test("decode() refuses columns that are nested too deep or repeat an object", () => {
  const { constant, nulls, tuples, undefineds, values } = format.column
  for (const step of [[nulls, 1], [undefineds, 1], [tuples, 1]]) {
    const bytes = [1, 0, 1, ...Array(100_000).fill(step).flat(), values, 0]
    assert.throws(() => decode(new Uint8Array(bytes)), /nested too deep/)
  }
  assert.throws(() => decode(new Uint8Array([1, 0, 5, constant, 0, format.tag.array, 0])), /repeats an object/)
})

Deno.test("decode() refuses a column that claims more items than the bytes behind it can hold", () => {
  const { booleans, constant, nulls, tuples } = format.column
  const million = [0x80, 0x80, 0x40]
  for (const kind of [booleans, constant, nulls]) {
    const bytes = new Uint8Array(200_000)
    bytes.set([1, 0, ...million, tuples, 32, kind])
    assert.throws(() => decode(bytes), CorruptBlock)
  }
})
