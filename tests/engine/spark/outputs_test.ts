import assert from "node:assert/strict"

/** Makes outputs that each read the one before, as versions of a state do, and prints how many of them stay in memory. */
const program = `
  import { StageOutput } from "./lib/engine/spark/outputs.ts"
  const made = []
  const next = (number, reads) => {
    const stage = () => ({ kind: "union", of: reads.map(({ relation }) => relation) })
    const output = new StageOutput({ number, partitions: 1, tasks: [], reads, batchTime: undefined, stage })
    made.push(new WeakRef(output))
    output.relation = { kind: "kept", id: String(number) }
    return output
  }
  let last = next(0, [])
  for (let number = 1; number < 100; number++) last = next(number, [last])
  for (let i = 0; i < 3; i++) {
    // References that were made in this turn are held until it ends.
    await new Promise((resolve) => setTimeout(resolve))
    gc()
  }
  console.log(made.filter((each) => each.deref() !== undefined).length, last.number)`

Deno.test("an output that is kept releases the outputs that it was computed from", async () => {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--v8-flags=--expose-gc", program],
    cwd: new URL("../../../", import.meta.url),
  }).output()
  assert.equal(new TextDecoder().decode(stdout), "1 99\n", new TextDecoder().decode(stderr))
})
