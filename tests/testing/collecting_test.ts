import assert from "node:assert/strict"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import { Testing } from "../../lib/testing.ts"

class Refused extends Data.TaggedError("Refused") {}

Deno.test("collecting() returns the records of several streams by name, with their types", async () => {
  const words = Testing.input([["a", "b"], null, ["c"]])
  const pairs = DStream.map(words, (word) => [word, 1])
  const seen = await Effect.runPromise(Testing.collecting({ words, pairs }))
  const typed: ReadonlyArray<ReadonlyArray<[string, number]> | undefined> = seen.pairs
  assert.deepEqual(seen, { words: [["a", "b"], undefined, ["c"]], pairs: typed })
  assert.deepEqual(typed, [[["a", 1], ["b", 1]], undefined, [["c", 1]]])
})

Deno.test("collecting() computes what the streams share once in a batch", async () => {
  let calls = 0
  const shared = DStream.map(Testing.input([[1, 2]]), (n) => (calls++, n))
  const [plus, times] = [DStream.map(shared, (n) => n + 1), DStream.map(shared, (n) => n * 10)]
  assert.deepEqual(await Effect.runPromise(Testing.collecting({ plus, times })), {
    plus: [[2, 3]],
    times: [[10, 20]],
  })
  assert.equal(calls, 2)
})

Deno.test("collecting() runs the given outputs after the streams, and fails as the context does", async () => {
  const input = Testing.input([[1], [2]])
  const order: Array<string> = []
  const noted = DStream.map(input, (n) => (order.push(`stream ${n}`), n * 10))
  const output = DStream.foreachRDD(input, (_, { time }) => {
    order.push(`output ${time}`)
    return time === 1000 ? Effect.fail(new Refused()) : Effect.void
  })
  const options = { outputs: [DStream.onFailure(output, OutputPolicy.skip)] }
  assert.deepEqual(await Effect.runPromise(Testing.collecting({ noted }, options)), { noted: [[10], [20]] })
  assert.deepEqual(order, ["stream 1", "output 1000", "stream 2", "output 2000"])
  const failed = await Effect.runPromise(Effect.flip(Testing.collecting({ noted }, { outputs: [output] })))
  assert.equal(failed._tag, "BatchFailed")
})
