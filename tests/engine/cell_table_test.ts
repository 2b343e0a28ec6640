import assert from "node:assert/strict"
import fc from "fast-check"
import type { CanonicalKey } from "../../lib/core/canonical_key.ts"
import { CellTable, hashCanonical, type Hashed } from "../../lib/engine/cell_table.ts"

interface Cell extends Hashed {
  readonly value: number
}

const cellOf = (canonical: CanonicalKey, value: number, hash = hashCanonical(canonical)): Cell => ({
  canonical,
  hash,
  order: -1,
  value,
})

/** Applies adding and removing to a table and to a native `Map`. */
const both = (steps: ReadonlyArray<readonly [key: number, removes: boolean]>, hash: (key: number) => number) => {
  const table = new CellTable<Cell>()
  const model = new Map<number, Cell>()
  for (const [i, [key, removes]] of steps.entries()) {
    const known = table.get(key, hash(key))
    assert.equal(known, model.get(key))
    if (removes && known !== undefined) {
      table.remove(known)
      model.delete(key)
    }
    if (removes || known !== undefined) continue
    const cell = cellOf(key, i, hash(key))
    table.add(cell)
    model.set(key, cell)
  }
  return { table, model }
}

Deno.test("CellTable holds what a Map holds, in the same order, whatever is added and removed", () => {
  const steps = fc.array(fc.tuple(fc.nat(60), fc.boolean()), { maxLength: 400, size: "max" })
  fc.assert(fc.property(steps, fc.constantFrom(1, 7, 2 ** 32), (steps, hashes) => {
    const hash = (key: number) => hashCanonical(key % hashes)
    const { model, table } = both(steps, hash)
    assert.deepEqual(Array.from(table.values()), Array.from(model.values()))
    for (let key = 0; key <= 60; key++) assert.equal(table.get(key, hash(key)), model.get(key))
  }))
})

Deno.test("CellTable finds each of many cells as it grows, and when most have been removed", () => {
  const count = 5000
  const added = Array.from({ length: count }, (_, key) => [key, false] as const)
  const removed = Array.from({ length: count - 50 }, (_, key) => [key, true] as const)
  const { model, table } = both([...added, ...removed, ...added.slice(0, 10)], hashCanonical)
  assert.deepEqual(Array.from(table.values()), Array.from(model.values()))
  for (let key = 0; key < count; key++) assert.equal(table.get(key, hashCanonical(key)), model.get(key))
})

Deno.test("CellTable tells canonical keys apart as a Map does", () => {
  const keys: ReadonlyArray<CanonicalKey> = ["", "1", 1, 1n, true, false, null, undefined, NaN, 0, "Aa", "BB"]
  const table = new CellTable<Cell>()
  for (const [i, key] of keys.entries()) table.add(cellOf(key, i))
  assert.deepEqual(keys.map((key) => table.get(key, hashCanonical(key))?.value), keys.map((_, i) => i))
  assert.equal(table.get(-0, hashCanonical(-0))?.value, keys.indexOf(0))
})
