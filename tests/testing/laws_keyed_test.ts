import assert from "node:assert/strict"
import * as fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import { Testing } from "../../lib/testing.ts"
import { holds, smallest } from "./laws.ts"

const pair = Testing.pairs(fc.nat(9), Testing.skewedKeys({ distinct: 3 }))
const input = Testing.arrivals(pair)
const oneKey = Testing.batches(Testing.pairs(fc.nat(9), fc.constant("k")))
const { countByValueIsReduceByKey, joinIsNestedLoop, reduceByKeyIsGroupThenReduce } = Testing.laws
const add = (a: number, b: number) => a + b

Deno.test("reduceByKeyIsGroupThenReduce() holds for reduceByKey", async () => {
  await holds(reduceByKeyIsGroupThenReduce(add, { input }))
})

Deno.test("reduceByKeyIsGroupThenReduce() is broken by a reduceByKey that stays in its partition", async () => {
  const reduceByKey: Testing.laws.ReduceByKeyOperator = (f) =>
    DStream.mapPartitions((part) =>
      Array.from(Map.groupBy(part, ([key]) => key), ([key, pairs]) => [key, pairs.map(([, value]) => value).reduce(f)])
    )
  assert.deepEqual(await smallest(reduceByKeyIsGroupThenReduce(add, { input: oneKey, reduceByKey })), {
    inputs: [[[["k", 0], ["k", 0]]]],
    partitions: 2,
  })
})

Deno.test("reduceByKeyIsGroupThenReduce() is broken by a function that is not associative", async () => {
  const law = reduceByKeyIsGroupThenReduce((a: number, b: number) => a - b, { input: oneKey })
  assert.deepEqual(await smallest(law), {
    inputs: [[[["k", 0], ["k", 0], ["k", 1]]]],
    partitions: 2,
  })
})

Deno.test("countByValueIsReduceByKey() holds for countByValue", async () => {
  await holds(countByValueIsReduceByKey({ input: Testing.arrivals(Testing.skewedKeys()) }))
})

Deno.test("countByValueIsReduceByKey() is broken by a countByValue that counts each value once", async () => {
  const law = countByValueIsReduceByKey({
    input: Testing.batches(Testing.skewedKeys()),
    countByValue: (stream) => DStream.mapValues(DStream.countByValue(stream), () => 1),
  })
  assert.deepEqual(await smallest(law), { inputs: [[["k0", "k0"]]], partitions: 1 })
})

Deno.test("joinIsNestedLoop() holds for join", async () => {
  const batches = Testing.batches(pair, { maxBatches: 2, maxRecords: 5 })
  await holds(joinIsNestedLoop({ left: batches, right: batches }))
})

Deno.test("joinIsNestedLoop() is broken by a join that takes the first match", async () => {
  const batches = Testing.batches(pair, { maxBatches: 2, maxRecords: 5 })
  const law = joinIsNestedLoop({
    left: batches,
    right: batches,
    join: (one, other) => DStream.join(one, DStream.reduceByKey(other, (first) => first)),
  })
  assert.deepEqual(await smallest(law), {
    inputs: [[[["k0", 0]]], [[["k0", 0], ["k0", 0]]]],
    partitions: 1,
  })
})
