import assert from "node:assert/strict"

/**
 * Counts the blocks of 300 batches that are freed while only young objects are collected: the heap is so large that the first
 * collection of all objects would come later.
 */
const program = (chain: string) => `
  import { DStream, RDD, StreamingContext } from "./mod.ts"
  import { Testing } from "./lib/testing.ts"
  import { Effect, Option } from "effect"
  let freed = 0
  const registry = new FinalizationRegistry(() => freed++)
  const noted = (value) => {
    registry.register(value, 0)
    return value
  }
  const pairs = DStream.constant(RDD.range(0, 5000)).pipe(DStream.map((n) => [n, n === 0 ? noted({ n }) : { n }]))
  const output = DStream.foreachRDD(${chain}, RDD.count)
  const program = Effect.gen(function* () {
    const active = yield* StreamingContext.start(yield* StreamingContext.make, [output])
    for (let batch = 0; batch < 300; batch++) {
      yield* Testing.advance(active)
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve)))
    }
  })
  await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
  await new Promise((resolve) => setTimeout(resolve, 20))
  console.log(freed)
  Deno.exit(0)`

const chains = {
  map: "pairs",
  groupByKey: "DStream.groupByKey(pairs)",
  reduceByKey: "DStream.reduceByKey(pairs, (a) => a)",
  updateStateByKey: "DStream.updateStateByKey(pairs, (values) => Option.some(values.length))",
}

for (const [name, chain] of Object.entries(chains)) {
  Deno.test(`the records of most batches of ${name} are freed when young objects are collected`, async () => {
    const { stderr, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--v8-flags=--initial-heap-size=2000", program(chain)],
      cwd: new URL("../../", import.meta.url),
    }).output()
    const freed = Number(new TextDecoder().decode(stdout))
    assert.ok(freed > 150, `${freed} of 300 are freed. ${new TextDecoder().decode(stderr)}`)
  })
}
