import assert from "node:assert/strict"
import * as DStream from "../../../lib/dstream.ts"
import { hash } from "../../../lib/partitioner.ts"
import { Testing } from "../../../lib/testing.ts"
import { holds } from "../../testing/laws.ts"
import { failure, input, partitions } from "../batches.ts"
import { agrees, groups, pair, type Pairs } from "../pairs.ts"

const total = (values: ReadonlyArray<number>): number => values.reduce((a, b) => a + b)

Deno.test("reduceByKey() reduces the values of each key", () =>
  agrees(
    DStream.reduceByKey((a, b) => a + b),
    (pairs) => groups(pairs).map(([key, values]): [string, number] => [key, total(values)]),
  ))

Deno.test("reduceByKey() equals groupByKey() and a reduction, whatever the partitions", async () => {
  const input = Testing.arrivals(pair)
  const add = (a: number, b: number) => a + b
  await holds(Testing.laws.reduceByKeyIsGroupThenReduce(add, { input }))
  await holds(Testing.laws.partitioningIsInvisible(DStream.reduceByKey(add), { input }))
})

Deno.test("aggregateByKey() folds the values of each key", () =>
  agrees(
    DStream.aggregateByKey("", (text, n: number) => `${text}${n};`, (a, b) => a + b),
    (pairs) => groups(pairs).map(([key, values]): [string, string] => [key, values.map((n) => `${n};`).join("")]),
  ))

Deno.test("combineByKey() combines the values of each key, with and without combining before the shuffle", async () => {
  const combiners = {
    createCombiner: (n: number): [number, number] => [n, 1],
    mergeValue: ([sum, count]: [number, number], n: number): [number, number] => [sum + n, count + 1],
    mergeCombiners: (a: [number, number], b: [number, number]): [number, number] => [a[0] + b[0], a[1] + b[1]],
  }
  const oracle = (pairs: Pairs) =>
    groups(pairs).map(([key, values]): [string, [number, number]] => [key, [total(values), values.length]])
  await agrees(DStream.combineByKey(combiners), oracle)
  await agrees(DStream.combineByKey(combiners, { mapSideCombine: false }), oracle)
})

Deno.test("reduceByKey() hashes keys into the default or the given number of partitions", async () => {
  const counts = input([["a", "b", "a"], []]).pipe(DStream.map((word) => [word, 1]))
  const add = (a: number, b: number) => a + b
  assert.deepEqual(await partitions(DStream.reduceByKey(counts, add), 2), [[[["b", 1]], [["a", 2]]], [[], []]])
  assert.deepEqual(await partitions(DStream.reduceByKey(counts, add, { partitions: 3 })), [[[], [["a", 2]], [[
    "b",
    1,
  ]]]])
  assert.deepEqual(await partitions(DStream.reduceByKey(counts, add, { partitioner: hash(1) })), [[[["a", 2], [
    "b",
    1,
  ]]]])
})

Deno.test("reduceByKey() has no RDD where its parent has none", async () =>
  assert.ok(
    await failure(DStream.reduceByKey(input<[string, number]>([null]), (a, b) => a + b)) instanceof DStream.NoRDD,
  ))

Deno.test("reduceByKey() reports a partition count below one before start", () => {
  const wrong = DStream.reduceByKey(input<[string, number]>([]), (a, b) => a + b, { partitions: 0 })
  assert.deepEqual(wrong.traits.check?.(1000), [
    "DStream.reduceByKey: partitions is 0, but must be a positive whole number",
  ])
  assert.equal(DStream.groupByKey(input<[string, number]>([])).traits.check, undefined)
})
