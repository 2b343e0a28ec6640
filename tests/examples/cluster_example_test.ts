/** The example that runs on this machine and on a Spark cluster. */
import assert from "node:assert/strict"
import { sparkServer } from "../servers/spark_server.ts"
import { start } from "./starting.ts"

const spark = sparkServer(import.meta.url)

/** Runs the example until it has printed a whole batch with words, and gives the counts of this batch. */
const firstCounts = async (...args: ReadonlyArray<string>): Promise<Readonly<Record<string, number>>> => {
  const child = start("examples/cluster_word_count.ts", ...args)
  const stderr = new Response(child.stderr).text()
  let stdout = ""
  let batch: string | undefined
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += text
    if (batch !== undefined) continue
    batch = /^(?:\(\w+,\d+\)\n)+$/m.exec(stdout.slice(0, stdout.lastIndexOf("\n\n") + 1))?.[0]
    if (batch !== undefined) child.kill("SIGINT")
  }
  assert.equal((await child.status).code, 130, stdout + await stderr)
  return Object.fromEntries(Array.from((batch ?? "").matchAll(/\((\w+),(\d+)\)/g), ([, word, n]) => [word, Number(n)]))
}

/** Checks the counts of a batch that begins with the first of the three lines that the text server repeats. */
const assertCounts = ({ be, hello, not, or, streams = 0, to, world = NaN }: Readonly<Record<string, number>>): void => {
  assert.equal(hello, world + streams)
  assert.ok(world >= 1 && (world === streams || world === streams + 1))
  assert.deepEqual([be, 2 * (or ?? NaN), 2 * (not ?? NaN)], [to, to, to])
}

Deno.test("cluster_word_count counts words on local[2]", async () => {
  assertCounts(await firstCounts("local[2]"))
})

Deno.test("cluster_word_count runs on local[2] without arguments", async () => {
  assertCounts(await firstCounts())
})

Deno.test({
  name: "cluster_word_count counts words on a Spark cluster",
  ignore: !spark.available,
  fn: async () => {
    assertCounts(await firstCounts(spark.master()))
  },
})

Deno.test("cluster_word_count names a Connect server that does not answer", async () => {
  const { code, stderr } = await start("examples/cluster_word_count.ts", "sc://127.0.0.1:1", "1").output()
  assert.equal(code, 1)
  assert.match(
    new TextDecoder().decode(stderr),
    /^SparkUnavailable: no Spark Connect server answers at 127\.0\.0\.1:1 /,
  )
})
