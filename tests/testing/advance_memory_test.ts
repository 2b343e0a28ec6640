import assert from "node:assert/strict"
import { growth } from "../growth.ts"

/** A batch leaves behind its result, for the last 1,024 batches; the warm-up fills that list. */
const program = (loop: string) => `
  import { DStream, StreamingContext } from "./mod.ts"
  import { Testing } from "./lib/testing.ts"
  import { Effect } from "effect"
  const output = DStream.foreachRDD(DStream.constant([1]), () => waited)
  const program = Effect.gen(function* () {
    const active = yield* StreamingContext.start(yield* StreamingContext.make, [output])
    ${loop}
  })
  Effect.runFork(Effect.scoped(Effect.provide(program, Testing.layer())))`

Deno.test("Testing.advance() runs any number of batches in constant memory, called once or again and again", async () => {
  for (const loop of ["yield* Testing.advance(active, 1e9)", "while (true) yield* Testing.advance(active)"]) {
    assert.ok(await growth(program(loop), { warmUp: 2_000, waits: 5_000 }) < 400)
  }
})
