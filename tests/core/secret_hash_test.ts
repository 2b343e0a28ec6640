import assert from "node:assert/strict"
import * as fc from "fast-check"
import { KeyedTable } from "../../lib/core/keyed_table.ts"
import { equalKeys, hashKey } from "../../lib/core/keys.ts"
import { SPREAD } from "../../lib/core/probing.ts"
import { secretHash } from "../../lib/core/secret_hash.ts"
import { StateTable } from "../../lib/engine/state_table.ts"
import { key, rebuilt } from "./key_arbitrary.ts"

/** Words of "Aa" and "BB", which all have one and the same Java hash. */
const sameHash = (bits: number): ReadonlyArray<string> =>
  Array.from(
    { length: 2 ** bits },
    (_, i) => i.toString(2).padStart(bits, "0").replaceAll("0", "Aa").replaceAll("1", "BB"),
  )

let reads = 0

/** A key of one word. Comparing it and hashing it read the word, and each read is counted. */
const counted = (word: string): ReadonlyArray<string> =>
  Object.defineProperty<Array<string>>([""], 0, {
    get: () => {
      reads++
      return word
    },
  })

Deno.test("secretHash() gives equal keys equal hashes, and other keys other ones", () => {
  fc.assert(fc.property(key, key, (a, b) => {
    assert.equal(secretHash(a), secretHash(rebuilt(a)))
    if (equalKeys(a, b)) assert.equal(secretHash(a), secretHash(b))
  }))
  const words = sameHash(12)
  assert.equal(new Set(words.map(hashKey)).size, 1)
  assert.ok(new Set(words.map(secretHash)).size > words.length - 5)
  const numbers = Array.from({ length: 4096 }, (_, i) => i * (2 ** 32 + 1))
  assert.equal(new Set(numbers.map(hashKey)).size, 1)
  assert.ok(new Set(numbers.map(secretHash)).size > numbers.length - 5)
})

Deno.test("a keyed table compares keys with equal hashes a bounded number of times", () => {
  const words = sameHash(13)
  const table = new KeyedTable<ReadonlyArray<string>, number>()
  reads = 0
  for (const [i, word] of words.entries()) table.values[table.locate(counted(word))] = i
  for (const [i, word] of words.entries()) {
    assert.equal(table.locate(counted(word)), i)
    assert.equal(table.find(counted(word)), i)
  }
  assert.ok(reads < 20 * words.length, `${reads} reads`)
  assert.deepEqual([table.size, table.values.at(-1), table.find(counted("Aa"))], [words.length, words.length - 1, -1])
  assert.ok(table.hashes.subarray(0, table.size).every((hash) => hash === table.hashes[0]))
})

Deno.test("a keyed table finds whole numbers that were chosen for one slot, and other keys with their hashes", () => {
  /** What hashes are multiplied by to spread them, inverted: multiples of it are close to each other in every table. */
  const inverse = 340_573_321
  assert.equal(Math.imul(inverse, SPREAD), 1)
  const numbers = Array.from({ length: 5000 }, (_, i) => Math.imul(i, inverse))
  const keys = numbers.flatMap((n): ReadonlyArray<number | bigint> => [n, BigInt(n)])
  const table = new KeyedTable<number | bigint, undefined>()
  for (let round = 0; round < 2; round++) {
    for (const [i, key] of keys.entries()) {
      assert.equal(table.locate(key), i)
      assert.equal(table.fresh, round === 0)
      assert.equal(table.find(key), i)
    }
  }
  assert.equal(table.locate(-0), 0)
  assert.equal(table.find(0.5), -1)
  assert.deepEqual(table.keys, keys)
  assert.deepEqual([...table.hashes.subarray(0, table.size)], keys.map(hashKey))
})

Deno.test("a state table compares keys with equal hashes a bounded number of times", () => {
  const words = sameHash(13)
  const table = new StateTable()
  reads = 0
  const places = words.map((word, i) => table.insert(counted(word), i))
  const found = new Int32Array(words.length)
  table.findMany({ keys: words.map(counted) }, 0, found)
  assert.deepEqual(Array.from(found), places)
  for (const [i, place] of places.entries()) if (i % 4 !== 0) table.remove(place)
  assert.ok(table.compact())
  for (const [i, word] of words.entries()) {
    const place = table.find(counted(word))
    assert.equal(place < 0 ? undefined : table.cells[place + 1], i % 4 === 0 ? i : undefined)
  }
  assert.ok(reads < 30 * words.length, `${reads} reads`)
})

Deno.test("tables with keys of equal hashes find all other keys too", () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 100 }), (keys) => {
      const table = new KeyedTable<unknown, number>()
      const states = new StateTable()
      for (const word of sameHash(6)) {
        table.locate(word)
        states.insert(word, 0)
      }
      for (const each of keys) {
        const entry = table.locate(rebuilt(each))
        if (table.fresh) states.insert(rebuilt(each), 0)
        assert.equal(table.hashes[entry], hashKey(each))
        assert.equal(states.find(rebuilt(each)), 2 * entry)
        assert.ok(equalKeys(table.keys[entry], each))
      }
      assert.equal(states.cells.length, 2 * table.size)
    }),
    { numRuns: 30 },
  )
})
