import assert from "node:assert/strict"
import * as fc from "fast-check"
import { atOnce } from "../../lib/core/pace.ts"
import { GONE, StateTable } from "../../lib/engine/state_table.ts"
import { WriteOrder } from "../../lib/engine/write_order.ts"

interface Write {
  readonly key: number
  readonly deletes: boolean
}

const write: fc.Arbitrary<Write> = fc.record({ key: fc.nat(12), deletes: fc.boolean() })
const writes = fc.array(fc.array(write, { maxLength: 6 }), { maxLength: 30, size: "max" })

/** Applies writes to a table with an order, and to a list that has what was written last at its end. */
class Both {
  readonly table = new StateTable()
  readonly order = new WriteOrder(this.table, 0)
  model: ReadonlyArray<readonly [key: number, time: number]> = []

  write({ deletes, key }: Write, time: number): void {
    const place = this.table.find(key)
    const isThere = place >= 0 && this.table.cells[place + 1] !== GONE
    const known = this.model.find(([other]) => other === key)
    if (deletes) {
      if (isThere) this.table.cells[place + 1] = GONE
      this.model = this.model.filter((one) => one !== known)
      return
    }
    // One that was written in this batch is where it was in its order.
    if (known?.[1] === time) return
    if (place < 0) this.table.insert(key, true)
    else this.table.cells[place + 1] = true
    this.order.wrote(this.table.find(key), time)
    this.model = [...this.model.filter((one) => one !== known), [key, time]]
  }

  keysBefore(time: number): ReadonlyArray<unknown> {
    return atOnce(this.order.before(time)).map((place) => this.table.cells[place])
  }
}

const expected = ({ model }: Both, time: number) => model.filter(([, at]) => at < time).map(([key]) => key)
const sorted = (keys: ReadonlyArray<unknown>) => keys.map(String).toSorted()

Deno.test("WriteOrder.before() has what was last written before a time, oldest first", () => {
  fc.assert(fc.property(writes, fc.nat(30), (batches, idle) => {
    const both = new Both()
    batches.forEach((batch, time) => {
      for (const one of batch) both.write(one, time)
      const before = both.keysBefore(time - idle)
      assert.deepEqual(sorted(before), sorted(expected(both, time - idle)))
      const times = before.map((key) => both.order.timeOf(both.table.find(key)))
      assert.deepEqual(times, times.toSorted((a, b) => a - b))
    })
  }))
})

Deno.test("WriteOrder has the same after it was forgotten, and after the table was compacted", () => {
  fc.assert(fc.property(writes, (batches) => {
    const both = new Both()
    batches.forEach((batch, time) => {
      for (const one of batch) both.write(one, time)
      if (time % 3 === 1) both.order.forget()
      if (time % 3 === 2) {
        const { cells } = both.table
        for (let place = cells.length - 2; place >= 0; place -= 2) {
          if (cells[place + 1] === GONE) both.table.remove(place)
        }
        const moved = both.table.compact()
        if (moved !== undefined) both.order.move(moved)
      }
      assert.deepEqual(sorted(both.keysBefore(time)), sorted(expected(both, time)))
    })
  }))
})

Deno.test("WriteOrder does not grow with keys that are busy all the time", () => {
  const both = new Both()
  both.write({ key: 0, deletes: false }, 0)
  both.keysBefore(0)
  const before = both.order.length
  for (let time = 1; time < 20_000; time++) both.write({ key: 1, deletes: false }, time)
  assert.ok(both.order.length <= before + 1100, `${both.order.length} notes of 2 keys`)
  assert.deepEqual(both.keysBefore(10), [0])
})
