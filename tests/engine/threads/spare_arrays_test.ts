import assert from "node:assert/strict"
import { SpareArrays } from "../../../lib/engine/threads/spare_arrays.ts"

const LARGE = 100_000

Deno.test("SpareArrays gives the memory of arrays that have come back, for texts that fit into it", () => {
  const spare = new SpareArrays()
  const first = spare.allocate(LARGE)
  assert.equal(first.length, LARGE)
  assert.notEqual(spare.allocate(LARGE).buffer, first.buffer)
  spare.add([first])
  assert.notEqual(spare.allocate(2 * LARGE).buffer, first.buffer)
  const again = spare.allocate(LARGE + 1)
  assert.equal(again.buffer, first.buffer)
  assert.equal(again.length, LARGE + 1)
  assert.notEqual(spare.allocate(LARGE).buffer, first.buffer)
})

Deno.test("SpareArrays keeps memory for a batch that follows, and releases what that one has not used", () => {
  const spare = new SpareArrays()
  const array = spare.allocate(LARGE)
  spare.add([array])
  spare.releaseUnused()
  assert.equal(spare.allocate(LARGE).buffer, array.buffer)
  spare.add([array])
  spare.releaseUnused()
  spare.releaseUnused()
  assert.notEqual(spare.allocate(LARGE).buffer, array.buffer)
})

Deno.test("SpareArrays keeps no small arrays", () => {
  const spare = new SpareArrays()
  const small = spare.allocate(1000)
  spare.add([small])
  assert.notEqual(spare.allocate(1000).buffer, small.buffer)
})
