import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../../lib/dstream.ts"
import { Testing } from "../../../lib/testing.ts"

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

Deno.test("print() prints the given number of records, and none for 0", async () => {
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
