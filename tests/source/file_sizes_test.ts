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

/** How many bytes the large file has, and how many of them the process may take in memory in addition to an empty file. */
const [LARGE, MOST] = [300 * 1024 * 1024, 120 * 1024 * 1024]

for (const kind of ["text", "gzip", "records"]) {
  Deno.test(`a file of 300 MB passes in flat memory: ${kind}`, async () => {
    const measured = async (bytes: number) => JSON.parse(await run(96, "large_file.ts", [kind, String(bytes)]))
    const small = await measured(1024 * 1024)
    const large = await measured(LARGE)
    assert.equal(large.records, small.records * 300)
    const more = large.peak - small.peak
    assert.ok(more < MOST, `${Math.round(more / 1e6)} MB more than for a file of 1 MB`)
    console.log(`${kind}: ${Math.round(more / 1e6)} MB more than for a file of 1 MB, ${large.seconds} s`)
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
