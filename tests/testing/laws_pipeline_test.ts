import assert from "node:assert/strict"
import * as DStream from "../../lib/dstream.ts"
import { Testing } from "../../lib/testing.ts"
import { broken, holds, smallest } from "./laws.ts"

type Words = DStream.DStream<string>

const word = Testing.skewedKeys({ distinct: 3 })
const input = Testing.arrivals(word, { maxRecords: 5 })
const batches = Testing.batches(word)
const { enginesAgree, orderIsInvisible, partitioningIsInvisible, replayIsDeterministic, splittingIsInvisible } =
  Testing.laws

const counts = (words: Words) => words.pipe(DStream.map((word) => [word, 1]), DStream.reduceByKey((a, b) => a + b))
const firsts = (words: Words) => DStream.mapPartitions(words, (part) => part.slice(0, 1))

/** Numbers all records that it is ever given, across runs. */
const numbering = () => {
  let n = 0
  return (words: Words) => DStream.map(words, () => n++)
}

Deno.test("partitioningIsInvisible() holds for a word count", async () => {
  await holds(partitioningIsInvisible(counts, { input }))
})

Deno.test("partitioningIsInvisible() is broken by the first record of each partition", async () =>
  assert.deepEqual(await smallest(partitioningIsInvisible(firsts, { input: batches })), [[["k0"], ["k0"]]]))

Deno.test("partitioningIsInvisible() is broken by glom, which shows the number of partitions", async () =>
  assert.deepEqual(await smallest(partitioningIsInvisible((words: Words) => DStream.glom(words), { input })), [[
    [],
    [],
  ]]))

Deno.test("splittingIsInvisible() holds for a pipeline that processes record by record", async () => {
  await holds(splittingIsInvisible(DStream.flatMap((word: string) => word), { input: batches, order: "list" }))
})

Deno.test("splittingIsInvisible() is broken by a word count", async () =>
  assert.deepEqual(await smallest(splittingIsInvisible(counts, { input: batches })), [[["k0"], ["k0"]]]))

Deno.test("splittingIsInvisible() is broken by a window", async () =>
  assert.deepEqual(
    await smallest(splittingIsInvisible((words: Words) => DStream.window(words, "2 seconds"), { input: batches })),
    [[["k0"], []]],
  ))

Deno.test("orderIsInvisible() holds for a word count, and not for the first record", async () => {
  await holds(orderIsInvisible(counts, { input }))
  assert.deepEqual(await smallest(orderIsInvisible(firsts, { input: batches })), {
    inputs: [[["k0", "k1"]]],
    partitions: 1,
  })
})

Deno.test("enginesAgree() holds for shuffles, windows and state, partition by partition", async () => {
  await holds(enginesAgree((words: Words) => counts(DStream.window(words, "2 seconds")), { input }), 10)
})

Deno.test("enginesAgree() is broken by a pipeline with hidden state", async () => {
  const { given, law } = await broken(enginesAgree(numbering(), { input: batches }))
  assert.deepEqual([law, given], ["engines agree", { inputs: [[["k0"]]], partitions: 1 }])
})

Deno.test("replayIsDeterministic() holds for a word count, and not for a pipeline that remembers its last run", async () => {
  await holds(replayIsDeterministic(counts, { input }))
  assert.deepEqual(await smallest(replayIsDeterministic(numbering(), { input: batches })), {
    inputs: [[["k0"]]],
    partitions: 1,
  })
})
