import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import { Testing } from "../../lib/testing.ts"

const RULE = "-".repeat(43)
const block = (time: number, ...lines: ReadonlyArray<string>) =>
  [RULE, `Time: ${time} ms`, RULE, ...lines, "", ""].join("\n")

const printed = <E>(...outputs: readonly [DStream.Output<E>, ...ReadonlyArray<DStream.Output<E>>]) =>
  Effect.runPromise(Effect.map(Testing.runOutputs(outputs), ({ stdout }) => stdout))

Deno.test("print() prints the first ten records below the batch time, and dots if there are more", async () => {
  const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
  const stdout = await printed(DStream.print(Testing.input([ten, [...ten, 11], []])))
  const lines = ten.map(String)
  assert.equal(stdout, block(1000, ...lines) + block(2000, ...lines, "...") + block(3000))
})

Deno.test("print() prints as many records as it is told, none of 0", async () => {
  const letters = Testing.input([["a", "b", "c"]])
  assert.equal(await printed(DStream.print(letters, 2)), block(1000, "a", "b", "..."))
  assert.equal(await printed(letters.pipe(DStream.print(3))), block(1000, "a", "b", "c"))
  assert.equal(await printed(letters.pipe(DStream.print(0))), block(1000, "..."))
})

Deno.test("print() shows pairs as Scala does, and prints outputs one after another", async () => {
  const counts = Testing.input<[string, number]>([[["hello", 10], ["world", 5]]])
  assert.equal(
    await printed(DStream.print(counts), DStream.print(DStream.count(counts))),
    block(1000, "(hello,10)", "(world,5)") + block(1000, "2"),
  )
})

Deno.test("print() prints nothing for a batch without an RDD", async () => {
  const window = DStream.window(Testing.input([["a"], ["b"]]), "2 seconds", { slide: "2 seconds" })
  assert.equal(await printed(DStream.print(window)), block(2000, "a", "b"))
})

Deno.test("foreachRDD() gets the RDD of each batch, its time, the output's place in the graph, and the attempt", async () => {
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

Deno.test("foreachPartition() gets every partition, empty ones too, with its index", async () => {
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

Deno.test("nameOutput() gives another output, and leaves the one it was given", () => {
  const output = DStream.print(Testing.input([[1]]))
  const named = DStream.nameOutput(output, "numbers")
  assert.deepEqual([output.name, named.name, named.stream], [undefined, "numbers", output.stream])
})

Deno.test("outputs can be piped into onFailure() and nameOutput()", () => {
  const output = DStream.print(DStream.constant([1])).pipe(
    DStream.nameOutput("ones"),
    DStream.onFailure(OutputPolicy.skip),
  )
  assert.equal(output.name, "ones")
  assert.equal(output.policy?._tag, "Skip")
  assert.equal(output.operation, "print")
})
