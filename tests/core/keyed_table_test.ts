import assert from "node:assert/strict"
import fc from "fast-check"
import { KeyedTable } from "../../lib/core/keyed_table.ts"
import { equalKeys, hashKey, UnsupportedKey } from "../../lib/core/keys.ts"
import { key, rebuilt } from "./key_arbitrary.ts"

/** Counts keys in a list of pairs that is searched from the start. */
function countNaively(keys: ReadonlyArray<unknown>): Array<[unknown, number]> {
  const counts: Array<[unknown, number]> = []
  for (const key of keys) {
    const entry = counts.find(([known]) => equalKeys(known, key))
    if (entry === undefined) counts.push([key, 1])
    else entry[1]++
  }
  return counts
}

function count<K>(table: KeyedTable<K, number>, keys: ReadonlyArray<K>): KeyedTable<K, number> {
  for (const key of keys) {
    const at = table.locate(key)
    table.values[at] = table.fresh ? 1 : (table.values[at] ?? 0) + 1
  }
  return table
}

Deno.test("locate() finds the same entries, in the same order, as a search through pairs", () => {
  fc.assert(fc.property(fc.array(key, { maxLength: 200 }), fc.constantFrom(0, 1, 5, 32), (keys, capacity) => {
    const table = count(new KeyedTable<unknown, number>(capacity), keys.map(rebuilt))
    const expected = countNaively(keys)
    assert.equal(table.size, expected.length)
    expected.forEach(([key, n], i) => {
      assert(equalKeys(table.keys[i], key))
      assert.equal(table.values[i], n)
      assert.equal(table.hashes[i], hashKey(key))
      assert.equal(table.find(key), i)
    })
  }))
})

Deno.test("locate() distinguishes keys with the same hash", () => {
  const keys = ["Aa", "BB", "AaAa", "BBBB", "AaBB", "BBAa", 2112, 2112n, 4294967296, 1, 1n, [], 1]
  const table = count(new KeyedTable<unknown, number>(), [...keys, ...keys])
  assert.deepEqual(table.keys, keys.slice(0, -1))
  assert.deepEqual(table.values, keys.slice(0, -1).map((k) => k === 1 ? 4 : 2))
})

Deno.test("locate() inserts a thousand keys with the same hash", () => {
  const words = Array.from(
    { length: 1024 },
    (_, i) => i.toString(2).padStart(10, "0").replaceAll("0", "Aa").replaceAll("1", "BB"),
  )
  assert.equal(new Set(words.map(hashKey)).size, 1)
  const table = count(new KeyedTable<string, number>(), [...words, ...words])
  assert.deepEqual(table.keys, words)
  assert(table.values.every((n) => n === 2))
})

Deno.test("locate() finds all of a hundred thousand inserted keys", () => {
  const table = new KeyedTable<string | number, number>()
  for (let i = 0; i < 100_000; i++) table.values[table.locate(i % 2 === 0 ? i : `key ${i}`)] = i
  assert.equal(table.size, 100_000)
  for (let i = 0; i < 100_000; i++) {
    assert.equal(table.find(i % 2 === 0 ? i : `key ${i}`), i)
    assert.equal(table.values[i], i)
  }
})

Deno.test("locate() sets fresh if the key was absent, and gives it no value", () => {
  const table = new KeyedTable<unknown, number>()
  assert.equal(table.locate(["a", NaN]), 0)
  assert.equal(table.fresh, true)
  assert.deepEqual(table.values, [])
  assert.equal(table.locate(["a", NaN]), 0)
  assert.equal(table.fresh, false)
})

Deno.test("locateHashed() uses the hash that the caller passes", () => {
  const table = new KeyedTable<string, number>()
  assert.equal(table.locateHashed("hello", hashKey("hello")), 0)
  assert.equal(table.locate("hello"), 0)
  assert.equal(table.fresh, false)
})

Deno.test("find() returns -1 for an absent key and inserts nothing", () => {
  const table = count(new KeyedTable<unknown, number>(), ["Aa"])
  assert.equal(table.find("BB"), -1)
  assert.equal(table.find(["Aa"]), -1)
  assert.equal(table.size, 1)
})

Deno.test("locate() and find() throw UnsupportedKey without changing the table", () => {
  const table = count(new KeyedTable<unknown, number>(), ["a"])
  assert.throws(() => table.locate({ a: 1 }), UnsupportedKey)
  assert.throws(() => table.find(() => 1), UnsupportedKey)
  assert.deepEqual([table.size, table.keys, table.values], [1, ["a"], [1]])
})
