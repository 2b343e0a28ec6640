import assert from "node:assert/strict"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DStream from "../../../lib/dstream.ts"
import * as RDD from "../../../lib/rdd.ts"
import { input, run } from "../batches.ts"

class Factor extends Context.Service<Factor, number>()("test/Factor") {}

Deno.test("provide() provides services to the effectful functions and transforms of its parents", async () => {
  const scaled = input([[1, 2]]).pipe(
    DStream.mapEffect((n) => Effect.map(Factor, (factor) => n * factor)),
    DStream.transform((rdd) => Effect.map(Factor, (factor) => RDD.map(rdd, (n) => n + factor))),
    DStream.provide(Layer.succeed(Factor, 10)),
  )
  assert.deepEqual(await run(scaled), [[20, 30]])
  assert.notEqual(scaled.traits.layer, undefined)
})
