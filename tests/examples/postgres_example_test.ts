import assert from "node:assert/strict"
import { databases } from "../connector/postgres_database.ts"
import { sleep, start } from "./starting.ts"

const { withDatabase } = databases(import.meta.url)

withDatabase("postgres_word_count counts each word once, however often it is killed", async (database) => {
  await database.query("CREATE TABLE $schema.counts (word TEXT PRIMARY KEY, n BIGINT)")
  const directory = await Deno.makeTempDir()
  const found = async () => {
    const rows = await database.query("SELECT word, n FROM $schema.counts")
    return new Map(rows.map(([word, n]) => [String(word), Number(n)]))
  }
  let before = 0
  for (let life = 0; life < 3; life++) {
    const child = start("examples/postgres_word_count.ts", database.url, directory)
    const ended = Promise.all([child.stdout.cancel(), new Response(child.stderr).text()])
    for (let i = 0; ((await found()).get("hello") ?? 0) <= before && i < 300; i++) await sleep(100)
    await sleep(100 * life)
    child.kill("SIGKILL")
    const [, stderr] = await ended
    await child.status
    const counts = await found()
    const hello = counts.get("hello") ?? 0
    assert.ok(hello > before, stderr)
    // The lines arrive in whole rounds, in which "hello" and "to" are there twice, and "world" and "not" once.
    assert.deepEqual(
      ["to", "world", "not"].map((word) => counts.get(word)),
      [hello, hello / 2, hello / 2],
      stderr,
    )
    before = hello
  }
  await Deno.remove(directory, { recursive: true })
}, { engines: ["local"] })

Deno.test("postgres_word_count says which arguments it needs", async () => {
  const { code, stderr } = await start("examples/postgres_word_count.ts", "postgres://localhost").output()
  assert.equal(code, 1)
  assert.match(new TextDecoder().decode(stderr), /Give the URL of a PostgreSQL server and a directory/)
})
