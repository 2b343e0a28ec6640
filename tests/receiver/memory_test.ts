import assert from "node:assert/strict"

/** The heap of the processes, in MiB. A receiver may hold an eighth of it. */
const HEAP = 128

/** Runs a pipeline whose first batch hangs while a source sends as fast as it may. */
const hanging = async (way: string, shape: string) => {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      `--v8-flags=--max-old-space-size=${HEAP}`,
      new URL("hanging.ts", import.meta.url).pathname,
      way,
      shape,
    ],
  }).output()
  assert.equal(code, 0, `${way} ${shape}: ${new TextDecoder().decode(stderr)}`)
  const result: { readonly stored: number; readonly received: number; readonly isInOrder: boolean } = JSON.parse(
    new TextDecoder().decode(stdout),
  )
  return result
}

const cases = [
  [["one", "objects"], ["all", "small"]],
  [["block", "nested"], ["fromStream", "pairs"]],
  [["one", "bytes"], ["socketTextStream", "texts"]],
  [["socketStream", "nested"], ["rawSocketStream", "small"]],
] as const

for (const two of cases) {
  const names = two.map(([way, shape]) => `${shape} by ${way}`).join(", ")
  Deno.test(`while a batch hangs, what is received fits into a small heap, and nothing is lost (${names})`, async () => {
    for (const { isInOrder, received, stored } of await Promise.all(two.map(([way, shape]) => hanging(way, shape)))) {
      assert(received > 0, `${received} records`)
      assert.deepEqual(
        [received, isInOrder],
        [stored, true],
        `${names}: ${received} of ${stored}, in order: ${isInOrder}`,
      )
    }
  })
}
