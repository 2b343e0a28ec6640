import assert from "node:assert/strict"
import * as fc from "fast-check"
import { equalKeys, UnsupportedKey } from "../../lib/core/keys.ts"
import { GONE, StateTable } from "../../lib/engine/state_table.ts"
import { key, rebuilt } from "../core/key_arbitrary.ts"

/** The keys and values of a table, in its order. */
const entriesOf = ({ cells }: StateTable): ReadonlyArray<readonly [unknown, unknown]> => {
  const entries: Array<readonly [unknown, unknown]> = []
  for (let place = 0; place < cells.length; place += 2) {
    if (cells[place + 1] !== GONE) entries.push([cells[place], cells[place + 1]])
  }
  return entries
}

type Step = readonly [key: unknown, does: "set" | "remove" | "compact"]

/** Applies steps to a table and to a list of pairs that is searched from the start. */
const both = (steps: ReadonlyArray<Step>) => {
  const table = new StateTable()
  let model: ReadonlyArray<readonly [key: unknown, value: unknown]> = []
  steps.forEach(([key, does], i) => {
    if (does === "compact") return void table.compact()
    const place = table.find(rebuilt(key))
    const known = model.find(([other]) => equalKeys(key, other))
    assert.equal(place >= 0, known !== undefined)
    if (known !== undefined) assert.equal(table.cells[place + 1], known[1])
    if (does === "remove") {
      if (place >= 0) table.remove(place)
      model = model.filter((pair) => pair !== known)
    } else if (known === undefined) {
      table.insert(rebuilt(key), i)
      model = [...model, [key, i]]
    } else {
      table.cells[place + 1] = i
      model = model.map((pair) => pair === known ? [key, i] : pair)
    }
  })
  return { table, model }
}

const step = fc.tuple(key, fc.constantFrom<Step[1]>("set", "set", "remove", "compact"))
const few = fc.tuple(fc.nat(40), fc.constantFrom<Step[1]>("set", "remove", "remove", "compact"))

Deno.test("StateTable holds what a list of pairs holds, in the same order, whatever is added and removed", () => {
  const steps = fc.oneof(fc.array<Step>(step, { maxLength: 100 }), fc.array<Step>(few, { maxLength: 400, size: "max" }))
  fc.assert(fc.property(steps, (steps) => {
    const { model, table } = both(steps)
    assert.deepEqual(entriesOf(table), model)
  }))
})

Deno.test("StateTable finds each of many keys as it grows, and when most have been removed", () => {
  const table = new StateTable()
  const places = Array.from({ length: 5000 }, (_, i) => table.insert(`key ${i}`, i))
  for (const place of places.slice(7, -7)) table.remove(place)
  const moved = table.compact()
  assert.deepEqual(places.slice(0, 7).map((place) => moved?.[place]), [0, 2, 4, 6, 8, 10, 12])
  assert.equal(moved?.[places[7] ?? NaN], -1)
  for (let i = 0; i < 5000; i++) {
    const place = table.find(`key ${i}`)
    assert.equal(place < 0 ? undefined : table.cells[place + 1], i < 7 || i >= 4993 ? i : undefined)
  }
  assert.equal(table.cells.length, 28)
})

Deno.test("StateTable.findMany() finds what find() finds, with hashes and without", () => {
  fc.assert(
    fc.property(fc.array(key), fc.array(key), fc.nat(9), fc.integer({ min: 1, max: 9 }), (has, wanted, from, n) => {
      const table = new StateTable()
      for (const key of has) if (table.find(key) < 0) table.insert(key, true)
      const keys = wanted.map(rebuilt)
      const found = new Int32Array(n).fill(-7)
      table.findMany({ keys }, from, found)
      assert.deepEqual(
        Array.from(found),
        Array.from({ length: n }, (_, i) => from + i < keys.length ? table.find(keys[from + i]) : -7),
      )
    }),
  )
})

Deno.test("StateTable.insert() adds a key that was not looked for just before", () => {
  const table = new StateTable()
  table.find("a")
  assert.equal(table.find("b"), -1)
  table.insert("a", 1)
  table.insert(NaN, 2)
  assert.deepEqual([table.find("a"), table.find("b"), table.find(NaN)], [0, -1, 2])
})

Deno.test("StateTable throws UnsupportedKey and stays as it was", () => {
  const table = new StateTable()
  table.insert("a", 1)
  assert.throws(() => table.find({ a: 1 }), UnsupportedKey)
  assert.throws(() => table.insert({ a: 1 }, 1), UnsupportedKey)
  assert.deepEqual(table.cells, ["a", 1])
})
