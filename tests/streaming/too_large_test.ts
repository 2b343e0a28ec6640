import assert from "node:assert/strict"

/** Runs a job whose one partition does not fit into a small heap, and gives the error that it fails with. */
const failureOf = async (shape: string): Promise<string> => {
  const program = new URL("too_large.ts", import.meta.url).pathname
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--v8-flags=--max-old-space-size=128", program, shape],
  }).output()
  assert.equal(code, 0, new TextDecoder().decode(stderr))
  return new TextDecoder().decode(stdout)
}

const cases = [
  ["groupByKey", "groupByKey"],
  ["sort", "flatMap"],
  ["persist", "flatMap"],
  ["state", "updateStateByKey"],
] as const

for (const [shape, operator] of cases) {
  Deno.test(`a partition that does not fit into the heap fails its job, and the process goes on (${shape})`, async () => {
    const where = `${operator} at too_large\\.ts:\\d+:\\d+[^:]*partition 0: `
    const what = "The records of this partition take about \\d+ MiB of memory, and 64 MiB are allowed"
    assert.match(await failureOf(shape), new RegExp(where + what))
  })
}
