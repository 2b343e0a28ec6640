import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import { Testing } from "../../lib/testing.ts"

/** The records of one batch of numbers, made where they are needed. */
const numbers = (count: number) => DStream.make("numbers", [], [], () => Effect.sync(() => RDD.range(0, count)))

Deno.test("a batch of ten million records is reduced by key", async () => {
  const counts = numbers(10_000_000).pipe(
    DStream.map((n) => [n % 1000, 1]),
    DStream.reduceByKey((a, b) => a + b),
    DStream.filter(([key, count]) => key < 2 && count === 10_000),
  )
  const [batch] = await Effect.runPromise(Testing.run(counts, { batches: 1 }))
  assert.deepEqual(batch?.toSorted(([a], [b]) => a - b), [[0, 10_000], [1, 10_000]])
})

/** The heap that five million keys must fit into, in megabytes. */
const HEAP = 1500

for (const [where, what] of [["batch", "a batch of"], ["state", "the state of"]] as const) {
  Deno.test(`${what} five million distinct keys has each of them once, in ${HEAP} MB`, async () => {
    const program = new URL("many_keys.ts", import.meta.url).pathname
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `--v8-flags=--max-old-space-size=${HEAP}`, program, where],
    }).output()
    const printed = new TextDecoder().decode(stdout)
    assert.match(printed, /^\{"keys":5000000,/, new TextDecoder().decode(stderr).slice(-2000))
    console.log(`${what} five million keys: ${printed.trim()}`)
  })
}

Deno.test("a chain of a thousand operators runs, and so does a union of a thousand streams", async () => {
  const one = numbers(3)
  const chain = Array.from({ length: 1_000 }).reduce<DStream.DStream<number>>((s) => DStream.map(s, (n) => n + 1), one)
  const wide = DStream.unionAll([one, ...Array.from({ length: 999 }, () => DStream.map(one, (n) => n))])
  assert.deepEqual(await Effect.runPromise(Testing.run(chain, { batches: 1 })), [[1000, 1001, 1002]])
  assert.deepEqual(await Effect.runPromise(Testing.run(DStream.count(wide), { batches: 1 })), [[3_000]])
})
