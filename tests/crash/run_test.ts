import assert from "node:assert/strict"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import { s3Server } from "../servers/s3_server.ts"
import { check, createTables } from "./oracle.ts"

const run = async (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) => {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("run.ts", import.meta.url).pathname, ...args],
    env,
  }).output()
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) }
}

const server = s3Server("tests/crash/run_test.ts", "moto")

Deno.test("a pipeline that is killed at crash points and at random instants loses nothing and writes nothing twice", async () => {
  const { code, text } = await run(["--rounds=5", "--each=1", "--seconds=25"])
  const [, atPoints, ids, counts, files] =
    /: (\d+) kills at .* (\d+) ids in \d+ batches, (\d+) counts, (\d+) batches of files, 0 problems/.exec(text) ?? []
  assert.equal(code, 0, text)
  assert.ok(Number(atPoints) >= 3 && Number(ids) > 100 && Number(counts) > 0 && Number(files) > 0, text)
})

Deno.test("a pipeline of which a worker computes half, states as well, loses nothing and writes nothing twice", async () => {
  const { code, text } = await run(["--rounds=8", "--each=0", "--seconds=25", "--threads=1"])
  assert.equal(code, 0, text)
  assert.match(text, /8 at random instants; \d{3,} ids in .*, 0 problems/)
})

Deno.test({
  name: "a pipeline with its checkpoint on S3 that is killed at random instants loses nothing and writes nothing twice",
  ignore: !server.available,
  fn: async () => {
    const bucket = await Effect.runPromise(server.bucket)
    const args = ["--rounds=4", "--each=0", "--seconds=20", `--checkpoint=s3://${bucket}/crash`]
    const { code, text } = await run(args, server.env())
    assert.equal(code, 0, text)
    assert.match(text, /4 at random instants; \d{3,} ids in .*, 0 problems/)
  },
})

Deno.test("arguments that the kills do not know are refused", async () => {
  const { code, text } = await run(["--round=1"])
  assert.equal(code, 1)
  assert.match(text, /^Unknown argument --round=1\n\ndeno task crash /)
})

Deno.test("the check finds ids that are missing or twice, and counts and files that differ", async () => {
  const folder = await Deno.makeTempDir()
  createTables(folder)
  const database = new DatabaseSync(`${folder}/out.db`)
  const write = (time: number, id: number) => database.exec(`INSERT INTO ids VALUES (${time}, 'numbers', ${id})`)
  const count = (time: number, name: string, key: number, n: number) =>
    database.exec(`INSERT INTO counts VALUES (${time}, '${name}', ${key}, ${n})`)
  write(100, 1)
  write(100, 2)
  write(700, 3)
  write(800, 4)
  for (const time of [100, 700]) await Deno.mkdir(`${folder}/files/ids-${time}`, { recursive: true })
  await Deno.writeTextFile(`${folder}/files/ids-100/part-00000`, "numbers 1\nnumbers 2\n")
  await Deno.writeTextFile(`${folder}/files/ids-700/part-00000`, "numbers 3\n")
  for (const name of ["updated", "mapped", "plain", "inverse"]) {
    for (const key of [1, 2]) count(100, name, key, 1)
  }
  for (const name of ["updated", "mapped"]) {
    for (const key of [1, 2, 3]) count(700, name, key, 1)
  }
  count(700, "plain", 3, 1)
  count(700, "inverse", 2, 0)
  count(700, "inverse", 3, 1)
  assert.deepEqual(check(folder).problems, [])

  write(700, 3)
  write(900, 9)
  count(800, "mapped", 1, 3)
  count(800, "updated", 1, 1)
  count(800, "updated", 1, 1)
  assert.deepEqual(check(folder).problems, [
    "numbers: 1 ids twice, such as 3",
    "numbers: 1 ids missing, such as 5",
    "updated at 800: the key 1 twice",
    "plain at 800: nothing",
    "updated at 700: 1:1 2:1 3:1 instead of 1:1 2:1 3:2",
    "mapped at 700: 1:1 2:1 3:1 instead of 1:1 2:1 3:2",
    "plain at 700: 3:1 instead of 3:2",
    "inverse at 700: 3:1 instead of 3:2",
    "mapped at 800: 1:3 instead of 1:1 2:1 3:2 4:1",
    "updated at 800: 1:1 instead of 1:1 2:1 3:2 4:1",
    "files at 700: 1 lines instead of 2",
    "files at 800: 0 lines instead of 1",
  ])
  database.close()
  await Deno.remove(folder, { recursive: true })
})
