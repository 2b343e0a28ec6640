import assert from "node:assert/strict"
import { start } from "./starting.ts"

/** The counts of a word in each batch that was printed. */
const countsOf = (stdout: string, word: string): ReadonlyArray<number> =>
  Array.from(stdout.matchAll(new RegExp(`^\\(${word},(\\d+)\\)$`, "gm")), ([, count]) => Number(count))

Deno.test("recoverable_network_word_count goes on with its totals after it was killed twice", async () => {
  const directory = await Deno.makeTempDir()
  const last: Array<number> = []
  for (let life = 0; life < 3; life++) {
    const child = start("examples/recoverable_network_word_count.ts", directory)
    let stdout = ""
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      stdout += text
      const counts = countsOf(stdout, "not")
      if (counts.length >= 2 && (counts.at(-1) ?? 0) > (last.at(-1) ?? 0)) {
        child.kill("SIGKILL")
        break
      }
    }
    const stderr = await new Response(child.stderr).text()
    await child.status
    const [hello, not] = [countsOf(stdout, "hello"), countsOf(stdout, "not")]
    // The lines have "hello" twice for each "not", and arrive in whole rounds.
    assert.deepEqual(hello.slice(0, not.length), not.map((count) => 2 * count), stdout)
    // The batch that was being printed may be printed again.
    assert.ok((not[0] ?? 0) >= (last.at(-1) ?? 0), `${not[0]} is less than ${last.at(-1)}: ${stderr}`)
    assert.match(stderr, life === 0 ? /^To see that nothing is lost/ : /Going on from the checkpoint/)
    last.push(not.at(-1) ?? 0)
  }
  await Deno.remove(directory, { recursive: true })
})

Deno.test("upgrade continues the counts of version 1 in version 2", async () => {
  const { code, stderr, stdout } = await start("examples/upgrade.ts", "2").output()
  const text = new TextDecoder().decode(stdout)
  assert.equal(code, 0, new TextDecoder().decode(stderr))
  const [before, after] = text.split("Version 2\n")
  const counts = Array.from(before!.matchAll(/\["ann",(\d+)\]/g), ([, count]) => Number(count))
  const [, first, last] = /\["ann",\{"count":(\d+),"last":("\/"|null)\}\]/.exec(after!) ?? []
  assert.ok(counts.length > 0 && Number(first) >= (counts.at(-1) ?? 0), text)
  assert.equal(last, '"/"', text)
  assert.match(new TextDecoder().decode(stderr), /"users" migrates from plain data to version 2/)
})
