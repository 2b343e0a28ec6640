import assert from "node:assert/strict"
import { Effect } from "effect"
import * as fc from "fast-check"
import { type Graph, StreamingContext } from "../../../mod.ts"
import { Testing } from "../../../lib/testing.ts"
import { MemoryDisk } from "../../../lib/durable/store/memory.ts"
import { layer } from "./support.ts"
import { durable, everyStage, names, pipeline, received, type Spec, type Stage } from "./pipelines.ts"

const BATCHES = 5

const layers = {
  one: () => Testing.layer(),
  two: () => layer(),
  /** The first batches run on one thread, until the costs of their stages are known. */
  twoLater: () => layer({ least: 1e-9 }),
}

const resultsOn = async (graph: Graph.AnyGraph, threads: keyof typeof layers): Promise<ReadonlyArray<unknown>> => {
  received.length = 0
  const ended = await Effect.runPromise(
    Effect.gen(function* () {
      const active = yield* StreamingContext.start(yield* StreamingContext.make, graph as Graph.Graph)
      return yield* Testing.advance(active, BATCHES)
    }).pipe(Effect.scoped, Effect.provide(layers[threads]())),
  )
  return [ended, ...received]
}

/** Runs some batches in one process after the other, on one checkpoint. */
const livesOn = async (spec: Omit<Spec, "stages">, engine: Testing.EngineName): Promise<ReadonlyArray<unknown>> => {
  received.length = 0
  const disk = new MemoryDisk()
  const ends: Array<unknown> = []
  for (const clockStart of [0, 3000]) {
    ends.push(
      ...await Effect.runPromise(
        Effect.gen(function* () {
          const ssc = yield* StreamingContext.make
          yield* StreamingContext.checkpoint(ssc, disk.open())
          const active = yield* StreamingContext.start(ssc, durable(spec) as Graph.Graph)
          return yield* Testing.advance(active, 3)
        }).pipe(Effect.scoped, Effect.provide(Testing.layer({ engine, clockStart }))),
      ),
    )
  }
  return [...ends, ...received]
}

const pair = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: -9, max: 9 }))

const specs: fc.Arbitrary<Spec> = fc.record({
  batches: fc.array(fc.array(pair, { maxLength: 12 }), { minLength: BATCHES, maxLength: BATCHES }),
  partitions: fc.integer({ min: 2, max: 5 }),
  // Most stages do not take a stream that slides by more than the batch interval.
  stages: fc.tuple(
    fc.array(fc.constantFrom(...names.filter((name) => name !== "slidingWindow")), { maxLength: 5 }),
    fc.constantFrom<Stage>("slidingWindow", "map", "filter", "reduceByKey"),
  ).map(([all, last]) => [...all, last]),
})

Deno.test("every stage has the same results on two threads as on one, partition by partition", async () => {
  const batches = Array.from(
    { length: BATCHES },
    (_, batch) => Array.from({ length: 9 }, (_, i): readonly [number, number] => [(i * 7 + batch) % 4, i - batch]),
  )
  const graph = everyStage({ batches, partitions: 3 })
  const results = await resultsOn(graph, "one")
  assert.deepEqual(await resultsOn(graph, "two"), results)
  assert.deepEqual(await resultsOn(graph, "twoLater"), results)
})

Deno.test("pipelines of any stages have the same results on two threads as on one, partition by partition", async () => {
  await fc.assert(
    fc.asyncProperty(specs, fc.constantFrom("two", "twoLater"), async (spec, threads) => {
      assert.deepEqual(await resultsOn(pipeline(spec), threads), await resultsOn(pipeline(spec), "one"))
    }),
    { numRuns: 5 },
  )
})

Deno.test("windows and states go on from a checkpoint on two threads as on one", async () => {
  const batches = Array.from(
    { length: 6 },
    (_, batch) => Array.from({ length: 9 }, (_, i): readonly [number, number] => [(i * 7 + batch) % 4, i - batch]),
  )
  const spec = { batches, partitions: 3 }
  const results = await livesOn(spec, "threads")
  assert.deepEqual(results, await livesOn(spec, "local"))
  assert.equal(results.length, 6 + 4 * 6)
})
