import assert from "node:assert/strict"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { Allocation } from "../../../lib/dstream/inputs/allocation_schema.ts"
import { recordsOf } from "../../../lib/dstream/inputs/allocation.ts"

const count = fc.nat()
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)))
const input = fc.oneof(
  fc.record({
    _tag: fc.constant("Blocks" as const),
    blocks: fc.array(fc.record({ id: fc.string(), records: count })),
  }),
  fc.record({ _tag: fc.constant("Position" as const), position: json, records: count }),
  fc.record({
    _tag: fc.constant("Position" as const),
    position: json,
    records: count,
    metadata: fc.dictionary(fc.string(), json),
  }),
  fc.record({ _tag: fc.constant("Nothing" as const) }),
)
const allocation = fc.record({
  time: fc.integer(),
  inputs: fc.dictionary(fc.string(), input, { noNullPrototype: true }),
})

Deno.test("an allocation makes the trip through JSON unchanged", () => {
  const schema = Schema.fromJsonString(Allocation)
  fc.assert(fc.property(allocation, (value) => {
    const text = Schema.encodeSync(schema)(value)
    assert.deepEqual(Schema.decodeSync(schema)(text), JSON.parse(JSON.stringify(value)))
    assert.equal(typeof text, "string")
  }))
})

Deno.test("what is no allocation does not decode", () => {
  const decode = Schema.decodeUnknownSync(Allocation)
  for (
    const wrong of [
      {},
      { time: "1", inputs: {} },
      { time: 1, inputs: { a: { _tag: "Other" } } },
      { time: 1, inputs: { a: { _tag: "Blocks", blocks: [{ id: 1, records: 1 }] } } },
    ]
  ) {
    assert.throws(() => decode(wrong))
  }
})

Deno.test("recordsOf() counts the records of blocks and positions", () => {
  assert.equal(recordsOf({ _tag: "Blocks", blocks: [{ id: "a", records: 2 }, { id: "b", records: 3 }] }), 5)
  assert.equal(recordsOf({ _tag: "Position", position: null, records: 7 }), 7)
  assert.equal(recordsOf({ _tag: "Position", position: null }), undefined)
  assert.equal(recordsOf({ _tag: "Nothing" }), undefined)
})
