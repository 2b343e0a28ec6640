import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as LocalEngine from "../../../lib/engine/local/engine.ts"
import { type BatchWork, Engine, type GraphCopy } from "../../../lib/rdd/engine.ts"

const work: BatchWork = { time: 2000, jobs: [], kept: [], addressOf: () => undefined, notes: { walks: [[0, "map"]] } }

const copyOf = (log: Array<unknown>, fails = false): GraphCopy => ({
  evaluate: (notes) => Effect.suspend(() => fails ? Effect.fail("not alike") : Effect.sync(() => void log.push(notes))),
  operationAt: () => undefined,
  release: (time) => void log.push(time),
})

const onLoopback = <A, E>(body: (engine: Engine) => Effect.Effect<A, E, unknown>): Promise<A> =>
  Effect.runPromise(
    Effect.provide(
      Effect.flatMap(Engine, body),
      LocalEngine.layer({ parallelism: 2, loopback: true }),
    ) as Effect.Effect<A, E>,
  )

Deno.test("openBatch() gives the notes of the batch to the graph copy, through the codec", () =>
  onLoopback((engine) =>
    Effect.gen(function* () {
      const log: Array<unknown> = []
      engine.useCopy?.(copyOf(log))
      yield* engine.openBatch(work)
      assert.deepEqual(log, [work.notes])
      assert.notEqual(log[0], work.notes)
      yield* engine.openBatch({ ...work, notes: undefined })
      assert.equal(log.length, 1)
    })
  ))

Deno.test("openBatch() fails where the graph copy cannot be evaluated", () =>
  onLoopback((engine) =>
    Effect.gen(function* () {
      engine.useCopy?.(copyOf([], true))
      assert.deepEqual(yield* Effect.exit(engine.openBatch(work)), Exit.fail("not alike"))
      engine.useCopy?.(undefined)
      yield* engine.openBatch(work)
    })
  ))

Deno.test("endBatch() releases what the graph copy has of batches that no later one asks for", () =>
  onLoopback((engine) =>
    Effect.gen(function* () {
      const log: Array<unknown> = []
      engine.useCopy?.(copyOf(log))
      yield* engine.endBatch(1000, "commit")
      yield* engine.endBatch(2000, "abort")
      assert.deepEqual(log, [1000, 2000])
    })
  ))

Deno.test("useCopy() is there for engines whose tasks run in a graph copy only", async () => {
  const engine = await Effect.runPromise(Effect.provide(Engine, LocalEngine.layer({ parallelism: 2 })))
  assert.equal(engine.useCopy, undefined)
})
