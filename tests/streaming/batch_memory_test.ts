import assert from "node:assert/strict"
import { growth } from "../growth.ts"

/** Each batch makes 1,000 pairs, which take more than 30,000 bytes. */
const program = (chain: string) => `
  import { DStream, RDD, StateSpec, StreamingContext } from "./mod.ts"
  import { Testing } from "./lib/testing.ts"
  import { Effect, Option } from "effect"
  const track = (key, value, state) => {
    state.update(value)
    return [key, value]
  }
  const records = RDD.range(0, 1000)
  const pairs = DStream.constant(records).pipe(DStream.map((n) => [n, n + 0.5]))
  const output = DStream.foreachRDD(${chain}, (rdd) => Effect.andThen(RDD.count(rdd), waited))
  const program = Effect.gen(function* () {
    const active = yield* StreamingContext.start(yield* StreamingContext.make, [output])
    while (true) yield* Testing.advance(active)
  })
  Effect.runFork(Effect.scoped(Effect.provide(program, Testing.layer())))`

const chains = {
  cache: "DStream.cache(pairs)",
  window: `DStream.window(pairs, "3 seconds")`,
  reduceByKeyAndWindow: `DStream.reduceByKeyAndWindow(pairs, (a, b) => a + b, "3 seconds", "1 second")`,
  updateStateByKey: "DStream.updateStateByKey(pairs, (values) => Option.some(values.length))",
  mapWithState: "DStream.mapWithState(pairs, StateSpec.function(track))",
  stateSnapshots: "DStream.stateSnapshots(DStream.mapWithState(pairs, StateSpec.function(track)))",
}

for (const [name, chain] of Object.entries(chains)) {
  Deno.test(`batches of ${name} leave none of their records in memory`, async () => {
    assert.ok(await growth(program(chain), { warmUp: 100, waits: 900 }) < 15_000)
  })
}
