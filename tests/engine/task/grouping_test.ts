import assert from "node:assert/strict"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { hashKey } from "../../../lib/core/keys.ts"
import { atOnce } from "../../../lib/core/pace.ts"
import { gatherGroups } from "../../../lib/engine/task/grouping.ts"
import { gatherJoined } from "../../../lib/engine/task/joining.ts"
import * as Block from "../../../lib/rdd/block.ts"
import { columnsOf, PairBlock } from "../../../lib/rdd/pair_block.ts"
import type { Join } from "../../../lib/rdd/primitive.ts"

const pairs = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.nat(9)), { maxLength: 8 })
type Pairs = ReadonlyArray<readonly [string, number]>

const valuesOf = (pairs: Pairs, key: string) => pairs.filter(([other]) => other === key).map(([, value]) => value)
const keysOf = (...sides: ReadonlyArray<Pairs>) => Array.from(new Set(sides.flat().map(([key]) => key)))

const hashed = (pairs: Pairs) => {
  const keys = pairs.map(([key]) => key)
  return new PairBlock({ keys, hashes: keys.map(hashKey), values: pairs.map(([, value]) => value) })
}

Deno.test("gatherGroups() has each key once, in the order of appearance, with its values of all sides", () => {
  fc.assert(fc.property(pairs, pairs, pairs, (a, b, c) => {
    const { records } = atOnce(gatherGroups([Block.fromArray(a), hashed(b), Block.fromArray(c)]))
    assert.deepEqual(records, keysOf(a, b, c).map((key) => [key, [a, b, c].map((side) => valuesOf(side, key))]))
  }))
})

const how = fc.constantFrom("required", "optional")
const sideOf = (values: ReadonlyArray<number>, how: Join["left"]) =>
  how === "required" ? values : values.length === 0 ? [Option.none()] : values.map(Option.some)

Deno.test("gatherJoined() has what two nested loops over the groups of a key give", () => {
  fc.assert(fc.property(pairs, pairs, fc.record({ left: how, right: how }), (a, b, join) => {
    const expected = keysOf(a, b).flatMap((key) =>
      // What a side may lack is an `Option` on that side, and so what the other one lacks leaves the key out.
      sideOf(valuesOf(a, key), join.left).flatMap((left) =>
        sideOf(valuesOf(b, key), join.right).map((right) => [key, [left, right]])
      )
    )
    const joined = atOnce(gatherJoined([Block.fromArray(a), hashed(b)], join))
    assert.equal(joined.length, expected.length)
    assert.deepEqual(joined.records, expected)
    assert.deepEqual(atOnce(columnsOf(joined)).keys, expected.map(([key]) => key))
  }))
})
