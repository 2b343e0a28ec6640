import assert from "node:assert/strict"
import * as fc from "fast-check"
import { KeyedTable } from "../../../lib/core/keyed_table.ts"
import { hashKey } from "../../../lib/core/keys.ts"
import { atOnce } from "../../../lib/core/pace.ts"
import * as Block from "../../../lib/rdd/block.ts"
import type { Cut } from "../../../lib/engine/plan/task.ts"
import { cutPairs, cutTable, gatherCombined } from "../../../lib/engine/task/shuffle.ts"
import * as Partitioner from "../../../lib/rdd/partitioner.ts"
import type { Combine } from "../../../lib/rdd/primitive.ts"

type Pairs = ReadonlyArray<readonly [string, number]>

const anyPairs = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d", "é"), fc.integer({ min: 0, max: 9 })))
const anyParts = fc.array(anyPairs, { minLength: 1, maxLength: 4 })
const byLength = Partitioner.make({ name: "ByLength", numPartitions: 2, getPartition: (key) => key === "a" ? 0 : 1 })
const anyPartitioner = fc.oneof(fc.integer({ min: 1, max: 4 }).map(Partitioner.hash), fc.constant(byLength))

const sums = (mapSide: boolean): Combine => ({
  create: (n: number) => n,
  mergeValue: (a: number, b: number) => a + b,
  mergeCombiners: (a: number, b: number) => a + b,
  mapSide,
})

const tableOf = (pairs: Pairs): KeyedTable<unknown, unknown> => {
  const table = new KeyedTable<unknown, number>()
  for (const [key, n] of pairs) {
    const at = table.locate(key)
    table.values[at] = table.fresh ? n : (table.values[at] ?? 0) + n
  }
  return table
}

const naiveSums = (pairs: Pairs): Pairs =>
  Array.from(Map.groupBy(pairs, ([key]) => key), ([key, all]) => [key, all.reduce((sum, [, n]) => sum + n, 0)] as const)

const assertPlaced = (cut: Cut, pairs: number, by: Partitioner.Partitioner): void => {
  let placed = 0
  cut.forEach((bucket, partition) => {
    if (bucket === undefined) return
    const { keys, hashes, values } = bucket
    assert.ok(partition < by.numPartitions)
    assert.equal(values.length, keys.length)
    placed += keys.length
    keys.forEach((key, i) => {
      assert.equal(by.getPartition(key), partition)
      if (hashes !== undefined || by.ofHash !== undefined) assert.equal(hashes?.[i], hashKey(key))
    })
  })
  assert.equal(placed, pairs)
}

Deno.test("cutTable() and cutPairs() put every key in its partition", () => {
  fc.assert(fc.property(anyPairs, anyPartitioner, (pairs, by) => {
    const table = tableOf(pairs)
    assertPlaced(atOnce(cutTable(table, by)), table.size, by)
    assertPlaced(atOnce(cutPairs(Block.fromArray(pairs), by)), pairs.length, by)
  }))
})

Deno.test("gatherCombined() has each key once with its sum, in the order of appearance, however it was cut", () => {
  fc.assert(fc.property(anyParts, anyPartitioner, fc.boolean(), (parts, by, mapSide) => {
    const written = parts.map((pairs) =>
      atOnce(mapSide ? cutTable(tableOf(pairs), by) : cutPairs(Block.fromArray(pairs), by))
    )
    for (let partition = 0; partition < by.numPartitions; partition++) {
      const mine = parts.flat().filter(([key]) => by.getPartition(key) === partition)
      const buckets = written.flatMap((cut) => cut[partition] ?? [])
      const { records } = atOnce(gatherCombined(buckets, sums(mapSide)))
      assert.deepEqual(records, naiveSums(mine))
    }
  }))
})

Deno.test("cutTable() and cutPairs() throw for a partitioner that leaves its range", () => {
  for (const partition of [2, -1, 0.5, NaN]) {
    const astray = Partitioner.make({ name: "Astray", numPartitions: 2, getPartition: () => partition })
    const message = `Astray put a into partition ${partition}, but has 0 to 1`
    assert.throws(() => atOnce(cutTable(tableOf([["a", 1]]), astray)), { name: "RangeError", message })
    assert.throws(() => atOnce(cutPairs(Block.fromArray([["a", 1]]), astray)), { name: "RangeError", message })
  }
})
