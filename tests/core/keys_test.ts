import assert from "node:assert/strict"
import fc from "fast-check"
import * as Data from "effect/Data"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import { equalKeys, hashKey, isKey, partitionOf, UnsupportedKey, unsupportedKey } from "../../lib/core/keys.ts"
import { key, rebuilt } from "./key_arbitrary.ts"

class City extends Data.Class<{ readonly name: string }> {}

class Caseless implements Equal.Equal {
  constructor(readonly text: string) {}
  [Hash.symbol](): number {
    return Hash.string(this.text.toLowerCase())
  }
  [Equal.symbol](that: unknown): boolean {
    return that instanceof Caseless && that.text.toLowerCase() === this.text.toLowerCase()
  }
}

const partitions = (hashes: ReadonlyArray<number>, n: number) => hashes.map((hash) => partitionOf(hash, n))

Deno.test("hashKey() and partitionOf() place small whole numbers as recorded from Spark", () => {
  const keys = [0, 1, 2, 3, 4, 5, 10, 100, -1, -2, -7]
  assert.deepEqual(keys.map(hashKey), keys)
  assert.deepEqual(partitions(keys, 3), [0, 1, 2, 0, 1, 2, 1, 1, 2, 1, 2])
  assert.deepEqual(partitions(keys, 8), [0, 1, 2, 3, 4, 5, 2, 4, 7, 6, 1])
})

Deno.test("hashKey() and partitionOf() place strings as recorded from Spark", () => {
  const keys = ["", "a", "b", "c", "ab", "ba", "hello", "world", "spark", "é", "日本", "The quick brown fox"]
  const hashes = [0, 97, 98, 99, 3105, 3135, 99162322, 113318802, 109638365, 233, 835047, -1739336029]
  assert.deepEqual(keys.map(hashKey), hashes)
  assert.deepEqual(partitions(hashes, 5), [0, 2, 3, 4, 0, 0, 2, 2, 0, 3, 2, 1])
})

Deno.test("hashKey() hashes null, booleans, fractions, long numbers and lists as Java does", () => {
  assert.deepEqual([null, undefined, true, false].map(hashKey), [0, 0, 1231, 1237])
  assert.deepEqual([0.5, 1.5, -1.5].map(hashKey), [1071644672, 1073217536, -1074266112])
  assert.deepEqual([4294967296, -4294967297, 1700000000000].map(hashKey), [1, 1, -807048821])
  assert.deepEqual([1n, 4294967296n, -4294967297n, 1700000000000n].map(hashKey), [1, 1, 1, -807048821])
  assert.deepEqual([[], [1], [1, 2], ["a", "b"], [[1], [2]]].map(hashKey), [1, 32, 994, 4066, 1986])
  assert.equal(hashKey(new Date(1700000000000)), -807048821)
  assert.equal(hashKey(NaN), 2146959360)
  assert.equal(hashKey(Infinity), 2146435072)
  assert.equal(hashKey(2n ** 64n + 5n), 5)
})

Deno.test("hashKey() hashes 64-bit whole numbers and bigints alike", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (n) => {
    if (n !== (n | 0)) assert.equal(hashKey(n), hashKey(BigInt(n)))
  }))
})

Deno.test("hashKey() returns 32-bit whole numbers, the same for equal keys", () => {
  fc.assert(fc.property(key, (k) => {
    const hash = hashKey(k)
    assert.equal(hash, hash | 0)
    assert(equalKeys(k, rebuilt(k)))
    assert.equal(hashKey(rebuilt(k)), hash)
  }))
})

Deno.test("equalKeys() implies equal hashes and is symmetric", () => {
  fc.assert(fc.property(key, key, (a, b) => {
    assert.equal(equalKeys(a, b), equalKeys(b, a))
    if (equalKeys(a, b)) assert.equal(hashKey(a), hashKey(b))
  }))
})

Deno.test("equalKeys() compares by value", () => {
  const equal: ReadonlyArray<[unknown, unknown]> = [
    [NaN, NaN],
    [0, -0],
    [[["a", NaN], 0], [["a", NaN], -0]],
    [new Date(5), new Date(5)],
    [new Date(NaN), new Date(NaN)],
    [Option.some(["a"]), Option.some(["a"])],
    [Option.none(), Option.none()],
    [new City({ name: "Rome" }), new City({ name: "Rome" })],
    [[new Caseless("A")], [new Caseless("a")]],
  ]
  for (const [a, b] of equal) {
    assert(equalKeys(a, b))
    assert.equal(hashKey(a), hashKey(b))
  }
})

Deno.test("equalKeys() distinguishes values of different types and contents", () => {
  const keys = [1, 1n, "1", true, false, null, undefined, [], [1], ["1"], [1, 1], [[1]], new Date(1), Option.some(1)]
  const more = [Option.none(), Option.some(Option.none()), NaN, "", 0, new City({ name: "Rome" }), new Caseless("1")]
  const all: ReadonlyArray<unknown> = [...keys, ...more, [null], [undefined], new Date(NaN)]
  all.forEach((a, i) => all.forEach((b, j) => assert.equal(equalKeys(a, b), i === j, `${i} ${j}`)))
})

Deno.test("unsupportedKey() names the value that cannot be a key and its place", () => {
  const cases: ReadonlyArray<[unknown, string]> = [
    [{}, "object"],
    [() => 1, "function"],
    [Symbol("s"), "symbol"],
    [new Map(), "instance of Map"],
    [new Uint8Array(), "instance of Uint8Array"],
    [["a", {}], "object at [1]"],
    [["a", [1, new Set()]], "instance of Set at [1][1]"],
    [[Option.some(() => 1)], "function at [0].value"],
    [Object.create(null), "object"],
  ]
  for (const [bad, problem] of cases) {
    assert.equal(unsupportedKey(bad), problem)
    assert(!isKey(bad))
    assert.throws(() => hashKey(bad), (error) => error instanceof UnsupportedKey && error.problem === problem)
  }
})

Deno.test("hashKey() refuses a key that contains itself, and equalKeys() terminates for it", () => {
  const loop: Array<unknown> = []
  loop.push(loop)
  const other: Array<unknown> = []
  other.push(other)
  assert.throws(
    () => hashKey(loop),
    (error) => error instanceof UnsupportedKey && error.problem.includes("nested deeper"),
  )
  assert.equal(equalKeys(loop, other), false)
})

Deno.test("isKey() accepts every supported key, for which unsupportedKey() finds nothing", () => {
  fc.assert(fc.property(key, (k) => {
    assert(isKey(k))
    assert.equal(unsupportedKey(k), undefined)
  }))
  assert(isKey([new City({ name: "Rome" }), new Caseless("a")]))
})

Deno.test("UnsupportedKey has a tag and a message that names the problem", () => {
  const error = new UnsupportedKey({ problem: "object at [1]" })
  assert.equal(error._tag, "UnsupportedKey")
  assert.match(error.message, /^Unsupported key: object at \[1\]\. /)
})

Deno.test("partitionOf() is never negative and keeps the remainder", () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (hash, n) => {
    const partition = partitionOf(hash, n)
    assert(partition >= 0 && partition < n && !Object.is(partition, -0))
    assert.equal(Math.abs(hash - partition) % n, 0)
  }))
})
