import assert from "node:assert/strict"

/** The heap of the processes, in MiB. */
const HEAP = 128

interface Outcome {
  readonly stored: number
  readonly received: number
  readonly isInOrder: boolean
  /** The most bytes that were in files at one time. */
  readonly disk: number
}

/** Runs a pipeline with a slow output in a process with a small heap. Sizes are in MiB. */
const slowSink = async (
  pipeline: string,
  shape: string,
  { capacity, mayWrite = true, total }: {
    readonly capacity: number
    readonly total: number
    readonly mayWrite?: boolean
  },
): Promise<Outcome> => {
  const folder = await Deno.makeTempDir()
  const program = new URL("slow_sink.ts", import.meta.url).pathname
  const flags = `--v8-flags=--max-old-space-size=${HEAP}`
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...(mayWrite ? [] : ["--deny-write"]), "--no-check", flags, program]
      .concat(pipeline, shape, String(capacity), String(total), folder),
  }).output()
  const left = Array.from(Deno.readDirSync(folder), ({ name }) => name)
  await Deno.remove(folder, { recursive: true })
  assert.equal(code, 0, new TextDecoder().decode(stderr))
  assert.deepEqual(left, [])
  return JSON.parse(new TextDecoder().decode(stdout))
}

const assertWhole = ({ isInOrder, received, stored }: Outcome, records: number) => {
  assert(stored >= records, `${stored} records`)
  assert.deepEqual([received, isInOrder], [stored, true])
}

for (const shape of ["objects", "text"]) {
  Deno.test(`what a slow output makes wait goes to files, if a receiver may hold more than the memory (${shape})`, async () => {
    const outcome = await slowSink("plain", shape, { capacity: 400, total: 250 })
    assertWhole(outcome, 26_000)
    assert(outcome.disk > 50 * 1024 * 1024, `${outcome.disk} bytes in files`)
  })
}

Deno.test("a window that is larger than the heap goes to files", async () => {
  const outcome = await slowSink("window", "objects", { capacity: 100, total: 180 })
  assertWhole(outcome, 18_000)
  assert(outcome.disk > 100 * 1024 * 1024, `${outcome.disk} bytes in files`)
})

Deno.test("without the permission to write files, a slow output makes the receiver wait", async () => {
  const outcome = await slowSink("plain", "objects", { capacity: 400, total: 150, mayWrite: false })
  assertWhole(outcome, 15_000)
  assert.equal(outcome.disk, 0)
})
