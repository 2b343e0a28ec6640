import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import { Testing } from "../../lib/testing.ts"

const sanitizers = { sanitizeOps: true, sanitizeResources: true }

Deno.test("a run inside a run does not share its state", sanitizers, async () => {
  const counted = (n: number) =>
    Testing.input([[["a", n]]] as Array<Array<[string, number]>>).pipe(
      DStream.updateStateByKey((values: ReadonlyArray<number>, state: Option.Option<number>) =>
        Option.some(values.reduce((a, b) => a + b, Option.getOrElse(state, () => 0)))
      ),
    )
  const inner: Array<unknown> = []
  const outer = DStream.foreachRDD(counted(1), (rdd) =>
    Effect.gen(function* () {
      yield* RDD.collect(rdd)
      inner.push(yield* Testing.run(counted(5)))
    }))
  await Effect.runPromise(Testing.runOutputs([outer]) as Effect.Effect<unknown>)
  assert.deepEqual(inner, [[[["a", 5]]]])
})

Deno.test("input() copies its lists of records", async () => {
  const batch = [1, 2]
  const batches = [batch, [3]]
  const stream = Testing.input(batches)
  batch.push(9)
  batches.pop()
  assert.deepEqual(await Effect.runPromise(Testing.run(stream)), [[1, 2], [3]])
})
