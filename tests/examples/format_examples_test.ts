import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Parquet from "../../lib/parquet.ts"
import * as RDD from "../../lib/rdd.ts"
import { Testing } from "../../lib/testing.ts"
import { linesOf } from "../child_process.ts"

/** Starts csv_to_parquet, and reads its lines until `enough`. */
const runUntil = async (enough: (line: string) => boolean, ...args: ReadonlyArray<string>): Promise<void> => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", "--allow-write", "examples/csv_to_parquet.ts", ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
    stdout: "piped",
  }).spawn()
  let lines = 0
  for await (const line of linesOf(child)) {
    assert(++lines < 200, "the lines that were expected have not come")
    if (enough(line)) {
      child.kill("SIGINT")
      break
    }
  }
  await child.status
}

Deno.test("csv_to_parquet converts files that it writes by itself, and shows bad rows", async () => {
  await runUntil((line) => line === '1.csv, line 3: Expected a valid Date at ["at"]')
})

Deno.test("csv_to_parquet converts the files of a directory", async () => {
  const folder = await Deno.makeTempDir()
  const input = `${folder}/in`
  await Deno.mkdir(input)
  let batches = 0
  let written = false
  await runUntil(
    (line) => {
      if (line.startsWith("Time: ") && ++batches === 1) {
        Deno.writeTextFileSync(`${input}/_a`, "sensor,at,celsius\nattic,1970-01-01T00:00:00.000Z,20.5\n")
        Deno.renameSync(`${input}/_a`, `${input}/a.csv`)
      }
      written ||= line === "1"
      return written
    },
    input,
    `${folder}/out`,
  )
  const rows = RDD.collect(Parquet.read(`${folder}/out-*`))
  assert.deepEqual(await Effect.runPromise(Effect.provide(rows, Testing.layer())), [
    { sensor: "attic", at: new Date(0), celsius: 20.5 },
  ])
  await Deno.remove(folder, { recursive: true })
})
