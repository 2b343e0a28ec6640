import assert from "node:assert/strict"
import { Effect } from "effect"
import * as fc from "fast-check"
import { type Graph, StreamingContext } from "../../../mod.ts"
import { Testing } from "../../../lib/testing.ts"
import { names, pipeline, received, type Spec } from "./pipelines.ts"

const BATCHES = 5

const resultsOn = async (spec: Spec, engine: Testing.EngineName): Promise<ReadonlyArray<unknown>> => {
  received.length = 0
  const ended = await Effect.runPromise(
    Effect.gen(function* () {
      const active = yield* StreamingContext.start(yield* StreamingContext.make, pipeline(spec) as Graph.Graph)
      return yield* Testing.advance(active, BATCHES)
    }).pipe(Effect.scoped, Effect.provide(Testing.layer({ engine }))),
  )
  return [ended, ...received]
}

const pair = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: -9, max: 9 }))

const specs: fc.Arbitrary<Spec> = fc.record({
  batches: fc.array(fc.array(pair, { maxLength: 12 }), { minLength: BATCHES, maxLength: BATCHES }),
  partitions: fc.integer({ min: 2, max: 5 }),
  stages: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 6 }),
})

Deno.test("every stage has the same results on two threads as on one, partition by partition", async () => {
  for (const stage of names) {
    const batches = Array.from(
      { length: BATCHES },
      (_, batch) => Array.from({ length: 9 }, (_, i): readonly [number, number] => [(i * 7 + batch) % 4, i - batch]),
    )
    const spec: Spec = { batches, partitions: 3, stages: [stage, "map"] }
    assert.deepEqual(await resultsOn(spec, "threads"), await resultsOn(spec, "local"), stage)
  }
})

Deno.test("pipelines of any stages have the same results on two threads as on one, partition by partition", async () => {
  await fc.assert(
    fc.asyncProperty(specs, async (spec) => {
      assert.deepEqual(await resultsOn(spec, "threads"), await resultsOn(spec, "local"))
    }),
    { numRuns: 20 },
  )
})
