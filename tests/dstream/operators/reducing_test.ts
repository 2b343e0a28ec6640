import assert from "node:assert/strict"
import * as fc from "fast-check"
import * as DStream from "../../../lib/dstream.ts"
import { Testing } from "../../../lib/testing.ts"
import { holds } from "../../testing/laws.ts"
import { failure, input, partitions, run, sorted } from "../batches.ts"

Deno.test("reduce() gives one record in one partition", async () =>
  assert.deepEqual(await partitions(DStream.reduce(input([[1, 2, 3], [4]]), (a, b) => a + b), 2), [[[6]], [[4]]]))

Deno.test("reduce() gives no record for an empty batch, in one partition", async () =>
  assert.deepEqual(await partitions(DStream.reduce(input<number>([[], "empty"]), (a, b) => a + b), 2), [[[]], [[]]]))

Deno.test("reduce() has no RDD where its parent has none", async () =>
  assert.ok(await failure(DStream.reduce(input<number>([null]), (a, b) => a + b)) instanceof DStream.NoRDD))

Deno.test("reduce() keeps the order of records for functions that are associative only", () =>
  holds(Testing.oracle(
    DStream.reduce((a: string, b: string) => a + b),
    Testing.perBatch((words) => words.length === 0 ? [] : [words.join("")]),
    { inputs: [Testing.arrivals(fc.string())] },
  )))

Deno.test("count() gives exactly one record, 0 for an empty batch, in the default number of partitions", async () =>
  assert.deepEqual(await partitions(DStream.count(input([[1, 2, 3], [], "empty"])), 3), [
    [[3], []],
    [[0], []],
    [[0], []],
  ]))

Deno.test("count() fails where its parent has no RDD", async () => {
  const error = await failure(DStream.count(input([null])))
  assert.ok(error instanceof DStream.ParentWithoutRDD)
  assert.match(error.message, /^Couldn't generate RDD from parent at time 1000 ms/)
})

Deno.test("count() agrees with the length of each batch", () =>
  holds(Testing.oracle(
    (records) => DStream.count(records),
    Testing.perBatch((records) => [records.length]),
    { inputs: [Testing.batches(fc.integer())] },
  )))

Deno.test("countByValue() counts each record, by value", async () => {
  const counts = DStream.countByValue(input<[string, number]>([[["a", 1], ["a", 1], ["b", 1]], []]))
  assert.deepEqual((await run(counts, 2)).map(sorted), [[[["a", 1], 2], [["b", 1], 1]], []])
})

Deno.test("countByValue() partitions values by hash", async () => {
  assert.deepEqual(await partitions(DStream.countByValue(input([[1, 1, 2, 2]]))), [[[[2, 2]], [[1, 2]]]])
  const three = input([["x", "y", "x"]]).pipe(DStream.countByValue({ partitions: 3 }))
  assert.deepEqual(await partitions(three), [[[["x", 2]], [["y", 1]], []]])
})

Deno.test("countByValue() agrees with a Map of each batch", () =>
  holds(Testing.oracle(
    (records) => DStream.countByValue(records),
    Testing.perBatch((records) => Array.from(Map.groupBy(records, (n) => n), ([n, same]) => [n, same.length] as const)),
    { inputs: [Testing.arrivals(fc.integer({ min: -9, max: 9 }))] },
  )))

Deno.test("countByValue() equals pairing with one and reduceByKey(), whatever the partitions", async () => {
  const input = Testing.arrivals(Testing.skewedKeys())
  await holds(Testing.laws.countByValueIsReduceByKey({ input }))
  await holds(
    Testing.laws.partitioningIsInvisible((keys: DStream.DStream<string>) => DStream.countByValue(keys), { input }),
  )
})
