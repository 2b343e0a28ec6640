import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { holdsOnEngines, onEngines } from "../run.ts"

/** How many values each record becomes. Loops leave lists of more than 4,096 values to other loops. */
const lengths = fc.array(fc.constantFrom(0, 1, 3, 4095, 4096, 4097, 5000), { maxLength: 5 })

const values = (length: number): ReadonlyArray<number> => Array.from({ length }, (_, i) => i % 10)

holdsOnEngines("a record may become very many, whatever comes behind", lengths, (input) =>
  Effect.gen(function* () {
    const rdd = RDD.parallelize(input, { partitions: 2 })
    const expected = input.flatMap(values)
    const flat = RDD.flatMap(rdd, values)
    const even = RDD.filter(flat, (n) => n % 2 === 0)
    assert.deepEqual(yield* RDD.collect(even), expected.filter((n) => n % 2 === 0))
    const pairs = RDD.flatMapValues(RDD.map(rdd, (n) => [n % 7, n]), values)
    const expectedPairs = input.flatMap((n) => values(n).map((value) => [n % 7, value]))
    assert.deepEqual(yield* RDD.collect(pairs), expectedPairs)
    const twice = RDD.flatMap(flat, (n) => n === 3 ? [n, n] : [n])
    assert.equal(yield* RDD.count(twice), expected.length + expected.filter((n) => n === 3).length)
    const counts = RDD.reduceByKey(RDD.map(flat, (n) => [n, 1]), (a, b) => a + b)
    const grouped = Map.groupBy(expected, (n) => n)
    assert.deepEqual(new Map(yield* RDD.collect(counts)), new Map([...grouped].map(([n, all]) => [n, all.length])))
    assert.equal(yield* RDD.fold(flat, 0, (a, b) => a + b), expected.reduce((a, b) => a + b, 0))
    for (const n of [1, 4096, 4100]) assert.deepEqual(yield* RDD.take(flat, n), expected.slice(0, n))
    const text = RDD.map(flat, (n): string | number => n)
    const joined = yield* RDD.aggregate(text, "" as string | number, (a, b) => `${a}${b}`, (a, b) => `${a}${b}`)
    assert.equal(joined, expected.join(""))
    if (expected.length === 0) return
    assert.equal(String(yield* RDD.reduce(text, (a, b) => `${a}${b}`)), expected.join(""))
    const join = (a: string | number, b: string | number) =>
      typeof a === "number" && a < 999 ? a + Number(b) : `${a}${b}`
    const whole = RDD.flatMap(RDD.parallelize<string | number>(input, { partitions: 1 }), (n) => values(Number(n)))
    assert.equal(yield* RDD.reduce(whole, join), expected.reduce<string | number>(join, 0))
  }))

onEngines("a failure behind a long list names the operator that failed", () =>
  Effect.gen(function* () {
    const flat = RDD.flatMap(RDD.parallelize([1, 5000], { partitions: 1 }), values)
    const failing = RDD.map(flat, (n) => {
      if (n === 9) throw new RangeError("not nine")
      return n
    })
    const error = yield* Effect.flip(RDD.count(RDD.filter(failing, () => true)))
    assert.match(String(error.message), /^map at .*not nine/s)
    const promises = RDD.flatMap(RDD.parallelize([5000]), (n) => Array.from({ length: n }, () => Promise.resolve(n)))
    const refused = yield* Effect.flip(RDD.count(RDD.map(promises, () => 1)))
    assert.match(String(refused.message), /flatMap at .*Promise/s)
  }))
