import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as SparkContext from "../../lib/spark_context.ts"
import { Testing } from "../../lib/testing.ts"

interface Payment {
  amount: number
  readonly tags: Array<string>
}
const payments = () => Testing.input<Payment>([[{ amount: 1, tags: [] }], [{ amount: 2, tags: ["new"] }]])

const doubling = (payment: Payment): number => payment.amount *= 2
const tagging = (payment: Payment): number => payment.tags.push("seen")
const amounts = (stream: DStream.DStream<Payment>) => DStream.map(stream, ({ amount }) => amount)

for (const engine of ["local", "closures"] as const) {
  const options = { engine, freezeRecords: true }

  Deno.test(`freezeRecords finds a function that changes the records of a sibling stream, on ${engine}`, async () => {
    const input = payments()
    const streams = { doubled: DStream.map(input, doubling), amounts: amounts(input) }
    // Without the check, the sibling sees the change.
    assert.deepEqual((await Effect.runPromise(Testing.collecting(streams, { engine }))).amounts, [[2], [4]])
    const failed = await Effect.runPromise(Effect.flip(Testing.collecting(streams, options)))
    assert.match(
      failed.message,
      /failed in map at freezing_test\.ts:\d+:\d+.*Cannot assign to read only property 'amount'/s,
    )
  })

  Deno.test(`freezeRecords finds changes inside records, and of records that are computed once, on ${engine}`, async () => {
    const inner = Testing.run(DStream.map(payments(), tagging), options)
    assert.match((await Effect.runPromise(Effect.flip(inner))).message, /object is not extensible/)
    const made = DStream.map(Testing.input([[1], [2]]), (amount): Payment => ({ amount, tags: [] }))
    const streams = { amounts: amounts(made), doubled: DStream.map(made, doubling) }
    const computed = Testing.collecting(streams, options)
    assert.match((await Effect.runPromise(Effect.flip(computed))).message, /read only property 'amount'/)
  })

  Deno.test(`freezeRecords lets functions make and change records of their own, on ${engine}`, async () => {
    const counts = Testing.input([["a b", "a"], ["b"]]).pipe(
      DStream.flatMap((line) => line.split(" ")),
      DStream.map((word) => [word, [word]]),
      DStream.combineByKey({
        createCombiner: (words: ReadonlyArray<string>) => words.slice(),
        mergeValue: (all, words) => (all.push(...words), all),
        mergeCombiners: (a, b) => (a.push(...b), a),
      }),
      DStream.groupByKeyAndWindow("2 seconds", { partitions: 1 }),
      DStream.mapValues((groups) => groups.flat().length),
    )
    const batches = await Effect.runPromise(Testing.run(counts, options))
    assert.deepEqual(batches.map((pairs) => pairs?.toSorted()), [
      [["a", 2], ["b", 1]],
      [["a", 2], ["b", 2]],
    ])
  })
}

Deno.test("freezeRecords is an option of SparkContext.layer, and leaves other objects as they are", async () => {
  const records = [{ at: new Date(0), bytes: new Uint8Array(2), by: new Map([["a", 1]]) }]
  const change = RDD.parallelize(records).pipe(
    RDD.map(({ at, by, bytes }) => {
      at.setTime(5)
      by.set("b", 2)
      bytes[0] = 1
      return [at.getTime(), by.size, bytes[0]]
    }),
    RDD.collect,
  )
  const layer = SparkContext.layer({ master: "local", appName: "Frozen", freezeRecords: true })
  assert.deepEqual(await Effect.runPromise(Effect.provide(change, layer)), [[5, 2, 1]])
  const assigned = RDD.parallelize(records).pipe(RDD.map((record) => record.at = new Date(1)), RDD.collect)
  const failed = await Effect.runPromise(Effect.flip(Effect.provide(assigned, layer)))
  assert.match(failed.message, /Cannot assign to read only property 'at'/)
})
