import assert from "node:assert/strict"
import { asMain, linesOf, started } from "../child_process.ts"

const root = new URL("../../", import.meta.url)

/** Runs a program in a process of its own: its exit code, and what it says on standard error. */
const ran = async (program: string): Promise<readonly [code: number, said: string]> => {
  const source = `import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "./mod.ts"
    import { Effect } from "effect"
    ${program}`
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: ["eval", source], cwd: root }).output()
  return [code, new TextDecoder().decode(stderr)]
}

Deno.test("runMain() says what went wrong, and where in the source it was thrown", async () => {
  const [code, said] = await ran(`
    const helper = (x) => x.missing.field
    const numbers = DStream.constant([1]).pipe(DStream.map((n) => helper(n)))
    Effect.gen(function* () {
      const active = yield* StreamingContext.start(yield* StreamingContext.make, [DStream.print(numbers)])
      yield* StreamingContext.awaitTermination(active)
    })${asMain("50 millis")}`)
  assert.equal(code, 1)
  assert.match(
    said,
    /^BatchFailed: batch \d+ ms failed in map at .*: Cannot read properties of undefined \(reading 'field'\)\n +at helper /m,
  )
})

Deno.test("runMain() says what went wrong where the program is no Effect, or yields none", async () => {
  const [code, said] = await ran(`runMain(Effect.gen(function* () { yield* "abc" }))`)
  assert.equal(code, 1)
  assert.match(said, /Not a valid effect: a/)
})

Deno.test("the second signal ends a process whose function never returns", async () => {
  const child = started(`
    import { DStream, RDD, runMain, Scheduler, SparkContext, StreamingContext } from "./mod.ts"
    import { Effect } from "effect"
    const hang = () => {
      console.log("hangs")
      const end = performance.now() + 60_000
      while (performance.now() < end);
      console.log("has returned")
    }
    let batches = 0
    const numbers = DStream.map(DStream.constant([1]), () => ++batches === 30 && hang())
    Effect.gen(function* () {
      const active = yield* StreamingContext.start(yield* StreamingContext.make, [DStream.foreachRDD(numbers, RDD.count)])
      yield* StreamingContext.awaitTermination(active)
    })${asMain("50 millis")}`)
  const lines: Array<string> = []
  for await (const line of linesOf(child)) {
    lines.push(line)
    child.kill("SIGINT")
    await new Promise((resolve) => setTimeout(resolve, 100))
    child.kill("SIGINT")
  }
  const { code, signal } = await child.status
  assert.deepEqual([lines, code, signal], [["hangs"], 137, "SIGKILL"])
})
