import assert from "node:assert/strict"
import * as fc from "fast-check"
import { KeyedTable } from "../../lib/core/keyed_table.ts"
import { Version } from "../../lib/engine/state_version.ts"
import { atOnce } from "../../lib/core/pace.ts"
import { entriesOf } from "../../lib/rdd/state.ts"

type Entries = ReadonlyMap<number, number>

/** A map keeps the order of insertion, and a key that was deleted comes last when it is set again. */
const assertHolds = (version: Version, model: Entries) => {
  assert.deepEqual(atOnce(entriesOf(version)), Array.from(model))
  assert.equal(version.size, model.size)
}

/** What happens next: a write to the pending version, or to one that is opened on it, or a look at some version. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ does: fc.constantFrom("set", "delete", "get"), key: fc.nat(8), value: fc.nat() }),
  },
  fc.record({ does: fc.constantFrom("open", "retry", "look", "idle", "settle"), key: fc.nat(20), value: fc.nat() }),
)

Deno.test("Version: every version holds what was written to it and below it in one order, whenever it is read", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: "max" }), (steps) => {
      let settled = 0
      const versions: Array<readonly [version: Version, model: Map<number, number>]> = [[Version.empty(), new Map()]]
      const open = (from: number) => {
        const [base, model] = versions[from]!
        versions.push([Version.on(base, versions.length), new Map(model)])
      }
      open(0)
      for (const { does, key, value } of steps) {
        const [pending, model] = versions.at(-1)!
        if (does === "set") {
          pending.set(key, value)
          model.set(key, value)
        } else if (does === "delete") assert.equal(pending.delete(key), model.delete(key))
        else if (does === "get") assert.equal(pending.get(key), model.get(key))
        else if (does === "open") open(versions.length - 1)
        else if (does === "retry") open(Math.max(settled, versions.length - 2))
        else if (does === "settle") {
          settled = versions.length - 1
          pending.settle()
          open(settled)
        } else if (does === "look") assertHolds(...versions[key % versions.length]!)
        else assert.ok(atOnce(pending.writtenBefore(key)).every(([key, value]) => model.get(Number(key)) === value))
      }
      const newest = versions.length - 1
      versions[newest]![0].settle()
      for (const [version, model] of versions) assertHolds(version, model)
      assertHolds(...versions[newest]!)
    }),
    { numRuns: 1000 },
  )
})

Deno.test("Version: what a dropped version has added, changed and removed leaves no trace, not even in the order", () => {
  const base = Version.on(Version.empty(), 1)
  for (const key of [3, 1, 2]) base.set(key, key)
  base.settle()
  const dropped = Version.on(base, 2)
  dropped.delete(1)
  for (const key of [9, 8, 1]) dropped.set(key, -key)
  dropped.delete(3)
  const again = Version.on(base, 2)
  assert.deepEqual(atOnce(entriesOf(again)), [[3, 3], [1, 1], [2, 2]])
  for (const key of [8, 9]) again.set(key, key)
  assert.deepEqual(atOnce(entriesOf(again)), [[3, 3], [1, 1], [2, 2], [8, 8], [9, 9]])
})

Deno.test("Version: entries keep their write times when another version is read that has them in another order", () => {
  const one = Version.on(Version.empty(), 1)
  for (const key of ["a", "b", "c", "d"]) one.set(key, 1)
  atOnce(one.writtenBefore(1))
  const two = Version.on(one.settle(), 2)
  for (const key of ["b", "d"]) two.set(key, 2)
  const three = Version.on(two.settle(), 3)
  three.delete("a")
  three.set("a", 3)
  assert.deepEqual(atOnce(entriesOf(two)), [["a", 1], ["b", 2], ["c", 1], ["d", 2]])
  assert.deepEqual(atOnce(entriesOf(three)), [["b", 2], ["c", 1], ["d", 2], ["a", 3]])
  assert.deepEqual(atOnce(three.writtenBefore(3)), [["c", 1], ["b", 2], ["d", 2]])
})

Deno.test("Version: entries count as written when times were first asked for, also those that a dropped version wrote", () => {
  const one = Version.on(Version.empty(), 1)
  for (const key of ["a", "b"]) one.set(key, 1)
  const dropped = Version.on(one.settle(), 2)
  dropped.set("a", 2)
  atOnce(Version.on(dropped, 3).writtenBefore(3))
  const again = Version.on(one, 4)
  assert.deepEqual(atOnce(again.writtenBefore(3)), [])
  assert.deepEqual(atOnce(again.writtenBefore(4)), [["a", 1], ["b", 1]])
})

Deno.test("Version: a key that was removed comes last when it is written again in a later version", () => {
  const one = Version.on(Version.empty(), 1)
  for (const key of ["a", "b"]) one.set(key, 1)
  const two = Version.on(one.settle(), 2)
  two.delete("a")
  const three = Version.on(two.settle(), 3)
  three.set("a", 3)
  assert.deepEqual(atOnce(entriesOf(three)), [["b", 1], ["a", 3]])
})

Deno.test("Version.visit() tells where keys stand in another table, and lets its function write", () => {
  const version = Version.on(Version.empty(), 1)
  for (const key of ["a", "b", "c"]) version.set(key, 0)
  const others = new KeyedTable<unknown, unknown>()
  for (const key of ["x", "c", "a"]) others.locate(key)
  atOnce(version.visit((key, value, other) => {
    assert.equal(value, 0)
    if (other < 0) version.delete(key)
    else version.set(key, other)
  }, others))
  assert.deepEqual(atOnce(entriesOf(version)), [["a", 2], ["c", 1]])
})

Deno.test("Version.lookUp() sees what its function has written for the keys before, however many there are", () => {
  const keys = Array.from({ length: 1000 }, (_, i) => [i % 300, "k"])
  const base = Version.on(Version.empty(), 1)
  for (let i = 100; i < 200; i++) base.set([i, "k"], 10)
  const version = Version.on(base.settle(), 2)
  const seen: Array<unknown> = []
  atOnce(version.lookUp({ keys, values: keys }, (i, value, exists) => {
    seen.push(value)
    assert.equal(exists, value !== undefined)
    if (value === 12) version.delete(keys[i])
    else version.set(keys[i], (value as number | undefined ?? 0) + 1)
  }))
  const counts = new Map<number, number>(Array.from({ length: 100 }, (_, i) => [i + 100, 10]))
  const expected = keys.map(([key]) => {
    const count = counts.get(Number(key))
    if (count === 12) counts.delete(Number(key))
    else counts.set(Number(key), (count ?? 0) + 1)
    return count
  })
  assert.deepEqual(seen, expected)
  assert.equal(version.size, counts.size)
})

const comingAndGoing = `
import * as Data from "effect/Data"
import { atOnce } from "./lib/core/pace.ts"
import { Version } from "./lib/engine/state_version.ts"
class Card extends Data.Class {}
const heap = () => { gc(); return Deno.memoryUsage().heapUsed }
let version = Version.empty()
let at = 0
const batches = (count) => {
  for (; count > 0; count--) {
    version = Version.on(version, ++at)
    for (let i = 0; i < 100; i++) {
      version.delete(new Card({ number: (at - 1) * 100 + i }))
      version.set(new Card({ number: at * 100 + i }), at)
    }
    atOnce(version.writtenBefore(at))
    version.settle()
  }
}
// What is allocated once for the first objects, such as the table of their hashes.
for (let i = 0; i < 4; i++) {
  batches(900)
  heap()
}
const before = heap()
batches(900)
console.log(version.size, Math.round((heap() - before) / 90_000))
`

Deno.test("Version keeps nothing of a key that is gone, also of one that brings its own equality", async () => {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--v8-flags=--expose-gc", comingAndGoing],
    cwd: new URL("../../", import.meta.url),
  }).output()
  const [size, bytes] = new TextDecoder().decode(stdout).trim().split(" ")
  assert.equal(size, "100", new TextDecoder().decode(stderr))
  assert.ok(Number(bytes) < 20, `${bytes} bytes for each key that is gone`)
})
