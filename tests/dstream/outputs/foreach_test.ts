import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as DStream from "../../../lib/dstream.ts"
import * as RDD from "../../../lib/rdd.ts"
import { Testing } from "../../../lib/testing.ts"

Deno.test("foreachRDD() passes the RDD of each batch, its time, the output's index, and the attempt", async () => {
  const seen: Array<unknown> = []
  const numbers = Testing.input([[1, 2], []])
  const note = (name: string) =>
    DStream.foreachRDD(
      numbers,
      (rdd, { time, outputId, attempt }) =>
        Effect.map(RDD.count(rdd), (count) => void seen.push([name, time, outputId, attempt, count])),
    )
  await Effect.runPromise(Testing.runOutputs([note("a"), note("b")]))
  assert.deepEqual(seen, [["a", 1000, 0, 0, 2], ["b", 1000, 1, 0, 2], ["a", 2000, 0, 0, 0], ["b", 2000, 1, 0, 0]])
})

Deno.test("foreachRDD() without an action computes nothing", async () => {
  let calls = 0
  const mapped = DStream.map(Testing.input([[1], [2]]), (n) => (calls++, n))
  await Effect.runPromise(Testing.runOutputs([DStream.foreachRDD(mapped, () => Effect.void)]))
  assert.equal(calls, 0)
})

Deno.test("foreachPartition() passes every partition with its index, empty ones included", async () => {
  const seen: Array<unknown> = []
  const output = Testing.input([["a", "b", "c"], []]).pipe(
    DStream.foreachPartition((records, { time, partition, outputId, attempt }) =>
      Effect.sync(() => void seen.push([time, partition, outputId, attempt, [...records]]))
    ),
  )
  await Effect.runPromise(Testing.runOutputs([output]))
  assert.deepEqual(seen, [[1000, 0, 0, 0, ["a"]], [1000, 1, 0, 0, ["b", "c"]], [2000, 0, 0, 0, []], [
    2000,
    1,
    0,
    0,
    [],
  ]])
})

/** A function that returns a value of any kind, as in untyped code. */
const untyped = (given: unknown) => () => given as Effect.Effect<void>

for (
  const [name, output] of [
    ["foreachRDD", DStream.foreachRDD(Testing.input([[1]]), untyped(Promise.resolve(1)))],
    ["foreachPartition", DStream.foreachPartition(Testing.input([[1]]), untyped(7))],
  ] as const
) {
  Deno.test(`${name}() fails the batch if its function returns no Effect, and the error names what it returned`, async () => {
    const { batches, exit } = await Effect.runPromise(Testing.runOutputs([output]))
    assert.deepEqual(batches, ["failed"])
    const [failure] = Exit.isFailure(exit) ? exit.cause.reasons : []
    assert.match(String(failure), new RegExp(`${name} at .*: its function must give an Effect, but gave: `))
  })
}

const mapped = () => Effect.map(Effect.succeed(1), (n) => Effect.log(n))

for (
  const [name, output] of [
    ["foreachRDD", DStream.foreachRDD(Testing.input([[1]]), mapped)],
    ["foreachPartition", DStream.foreachPartition(Testing.input([[1]]), mapped)],
  ] as const
) {
  Deno.test(`${name}() fails the batch if the Effect of its function succeeds with another Effect, which would not run`, async () => {
    const { exit } = await Effect.runPromise(Testing.runOutputs([output]))
    assert.match(
      String(Exit.isFailure(exit) && exit.cause),
      new RegExp(`${name} at .*: the Effect of its function gives Effects, which are not run; use Effect.flatMap`),
    )
  })
}
