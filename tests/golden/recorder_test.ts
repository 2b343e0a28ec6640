import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { DStream, StreamingContext } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import { Recorder } from "./recorder.ts"

const runTwice = (output: DStream.AnyOutput): DStream.AnyOutput => ({
  ...output,
  run: (rdd, info) => Effect.andThen(output.run(rdd, info), output.run(rdd, info)),
})

const run = (...outputs: ReadonlyArray<DStream.AnyOutput>): Promise<void> =>
  Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    const active = yield* StreamingContext.start(ssc, outputs as never)
    yield* Testing.advance(active as never, 2)
    yield* StreamingContext.stop(active as never)
  }).pipe(Effect.scoped, Effect.provide(Testing.layer()), Effect.runPromise as never)

const output = (recorder: Recorder, id: string, place: number): DStream.AnyOutput =>
  recorder.watch(
    id,
    place,
    DStream.foreachRDD(Testing.input([[1], [2]]), (_, { time }) =>
      Effect.sync(() => recorder.add(id, { time, called: true }))),
  )

Deno.test("Recorder records the outputs that run, in order", async () => {
  const recorder = new Recorder()
  await run(output(recorder, "a", 0), output(recorder, "b", 1))
  assert.deepEqual(recorder.order, ["1000 a", "1000 b", "2000 a", "2000 b"])
  assert.deepEqual(recorder.ranAt(2000), ["a", "b"])
  assert.deepEqual(recorder.entries.get("b"), [{ time: 1000, called: true }, { time: 2000, called: true }])
  assert.deepEqual([recorder.faults, recorder.failures], [[], []])
})

Deno.test("Recorder reports outputs that run twice in one batch", async () => {
  const recorder = new Recorder()
  await run(runTwice(output(recorder, "a", 0)))
  assert.deepEqual(recorder.faults, [1000, 2000].map((time) => `a at ${time}: the output ran twice`))
})

Deno.test("Recorder reports output ids that are not the places of the outputs", async () => {
  const recorder = new Recorder()
  await run(output(recorder, "a", 3))
  assert.deepEqual(recorder.faults, [1000, 2000].map((time) => `a at ${time}: expected output id 3, got 0`))
})
