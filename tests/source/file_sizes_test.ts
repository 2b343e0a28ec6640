import assert from "node:assert/strict"

const decoder = new TextDecoder()

/** Runs a program with a small heap in a process of its own, and gives what it prints. */
const run = async (heapMb: number, program: string, args: ReadonlyArray<string>): Promise<string> => {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      `--v8-flags=--max-old-space-size=${heapMb}`,
      new URL(program, import.meta.url).pathname,
      ...args,
    ],
  }).output()
  assert.equal(code, 0, decoder.decode(stderr).slice(-2000))
  return decoder.decode(stdout).trim()
}

/** The bytes of a small and a large file, and how much more memory the process may take for the large one. */
const [SMALL, LARGE, MOST] = [30 * 1024 * 1024, 300 * 1024 * 1024, 150 * 1024 * 1024]

for (const kind of ["text", "gzip", "records"]) {
  Deno.test(`a file of 300 MB passes in flat memory: ${kind}`, async () => {
    const measured = async (bytes: number) => JSON.parse(await run(96, "large_file.ts", [kind, String(bytes)]))
    const small = await measured(SMALL)
    const large = await measured(LARGE)
    assert.equal(large.records, small.records * 10)
    const more = large.peak - small.peak
    assert.ok(more < MOST, `${Math.round(more / 1e6)} MB more than for a file of 30 MB`)
    console.log(`${kind}: ${Math.round(more / 1e6)} MB more than for a file of 30 MB, ${large.seconds} s`)
  })
}

Deno.test("listing 100,000 files does not hold up the event loop, and costs nothing if nothing has changed", async () => {
  const { attempts, firstGapMs, syncMs } = JSON.parse(await run(512, "many_files.ts", ["100000"]))
  console.log(JSON.stringify({ attempts, firstGapMs, syncMs }))
  const least = (of: (attempt: typeof attempts[number]) => number) => Math.min(...attempts.map(of))
  // Other processes slow some attempts down.
  assert.ok(least(({ unchangedMs }) => unchangedMs) < 5, "a look at an unchanged directory takes 5 ms")
  assert.ok(least(({ longestGapMs }) => longestGapMs) < syncMs / 3, "the event loop was held up as by readdirSync")
  for (const { found } of attempts) assert.equal(found, 1)
})
