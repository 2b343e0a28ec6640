import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import { Testing } from "../../lib/testing.ts"

const input = Testing.arrivals(fc.constantFrom("a", "b", "c"))

const counts = (words: DStream.DStream<string>) =>
  words.pipe(
    DStream.map((word): [string, number] => [word, 1]),
    DStream.updateStateByKey((ones: ReadonlyArray<number>, total: Option.Option<number>) =>
      Option.some(ones.length + Option.getOrElse(total, () => 0))
    ),
    DStream.named("counts"),
  )

const windows = (words: DStream.DStream<string>) =>
  words.pipe(
    DStream.map((word): [string, number] => [word, 1]),
    DStream.reduceByKeyAndWindow((a: number, b: number) => a + b, "3 seconds", { inverse: (a, b) => a - b }),
    DStream.named("windows"),
  )

const check = (law: Testing.Law, options: Testing.CheckOptions = {}) =>
  Effect.runPromise(Testing.check(law, { runs: 15, ...options }))

Deno.test("recovery, upgrades and rescaling are invisible in states and windows", async () => {
  for (const pipeline of [counts, windows]) {
    await check(Testing.laws.recoveryIsInvisible<string, unknown>(pipeline, { input }), {
      engines: ["local", "cluster"],
    })
    await check(Testing.laws.upgradeIsInvisible<string, unknown>(pipeline, pipeline, { input }))
    await check(Testing.laws.rescalingIsInvisible<string, unknown>(pipeline, { input }))
  }
})

const broken = (law: Testing.Law) => Effect.runPromise(Effect.flip(Testing.check(law, { runs: 200 })))

Deno.test("a pipeline that keeps state of its own breaks the law of recovery", async () => {
  const forgetful = (words: DStream.DStream<string>) => {
    let seen = 0
    return words.pipe(DStream.map((word): string => `${word}${seen++}`))
  }
  const error = await broken(Testing.laws.recoveryIsInvisible(forgetful, { input }))
  assert.match(error.message, /^"recovery is invisible" does not hold on the engine local\n/)
})

Deno.test("a version that computes something else breaks the law of upgrades", async () => {
  const twice = (words: DStream.DStream<string>) => counts(DStream.flatMap(words, (word) => [word, word]))
  const error = await broken(Testing.laws.upgradeIsInvisible(counts, twice, { input }))
  assert.match(error.message, /^"an upgrade that changes no format is invisible" does not hold/)
})

Deno.test("a pipeline that shows its partitions breaks the law of rescaling", async () => {
  const sizes = (words: DStream.DStream<string>) => DStream.mapPartitions(counts(words), (part) => [part.length])
  const error = await broken(Testing.laws.rescalingIsInvisible(sizes, { input }))
  assert.match(error.message, /^"rescaling is invisible" does not hold/)
})
