import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../../lib/dstream.ts"
import { makeEngine, StandIn } from "../../../lib/engine/spark/stand_in.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { Testing } from "../../../lib/testing.ts"
import { layerOn } from "../../../lib/testing/engine_layer.ts"

const BATCHES = 8

/** Joins some batches with a persisted table. Gives what they see, and how often the function of the table was called. */
const joined = async (isJoined: (batch: number) => boolean) => {
  let calls = 0
  const table = RDD.parallelize([1, 2]).pipe(
    RDD.map((key): readonly [number, string] => {
      calls++
      return [key, `name ${key}`]
    }),
    RDD.persist("MEMORY_ONLY"),
  )
  const seen: Array<unknown> = []
  const standIn = new StandIn()
  let batch = 0
  const output = Testing.input(Array.from({ length: BATCHES }, (_, i): ReadonlyArray<readonly [number, number]> => [
    [1, i],
  ])).pipe(
    DStream.transform((rdd) =>
      isJoined(batch++)
        ? RDD.map(RDD.join(rdd, table), ([, [i, name]]) => `${i} ${name}`)
        : RDD.map(rdd, ([, i]) => `${i}`)
    ),
    DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(...records))),
  )
  await Effect.runPromise(
    Effect.gen(function* () {
      const active = yield* StreamingContext.start(yield* StreamingContext.make, [output])
      yield* Testing.advance(active, BATCHES)
      yield* StreamingContext.stop(active)
      yield* StreamingContext.awaitTermination(active)
    }).pipe(Effect.scoped, Effect.provide(layerOn(makeEngine({ parallelism: 2, remembers: 1000 }, standIn)))),
  )
  const expected = Array.from({ length: BATCHES }, (_, i) => isJoined(i) ? `${i} name 1` : `${i}`)
  assert.deepEqual(seen, expected)
  return { calls, kept: standIn.size }
}

Deno.test("a persisted RDD that all batches read is computed once and stays on the cluster", async () => {
  assert.deepEqual(await joined(() => true), { calls: 2, kept: 1 })
})

Deno.test("a persisted RDD that no batch has read for long leaves the cluster, and is computed again when it is needed", async () => {
  assert.deepEqual(await joined((batch) => batch === 0 || batch === 5), { calls: 4, kept: 0 })
})
