import assert from "node:assert/strict"
import { linesOf } from "../../child_process.ts"
import { sparkServer } from "../../servers/spark_server.ts"
import { counting, seen } from "./faulty_graphs.ts"
import { after, run } from "./faulty_run.ts"

const spark = sparkServer("tests/engine/spark/restarts_test.ts")

const interval = 1000
const config = { records: 60, interval }
const BATCHES = 6
const onCluster = (directory: string) => ({
  appName: "recovery",
  interval,
  directory,
  master: spark.master(),
  defaultParallelism: 2,
})

/** What the graph computes where nothing fails, as lines. */
const expected = async (): Promise<ReadonlyArray<string>> => {
  const local = await run(counting(config), {
    appName: "recovery",
    interval,
    master: "local[2]",
    isOver: after(2 * BATCHES),
  })
  return local.map((output) => JSON.stringify(output))
}

/** Checks that batches, of which the last may have run again, are those that are expected. */
const assertContinued = async (lines: ReadonlyArray<string>): Promise<void> => {
  const found = [...new Set(lines)]
  assert.deepEqual(found, (await expected()).slice(0, found.length))
  assert.ok(found.length >= BATCHES, `${found.length} batches`)
  assert.ok(lines.length - found.length <= 1, `${lines.length - found.length} batches have run again`)
}

const started = (directory: string, batches: number): Deno.ChildProcess =>
  new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--quiet",
      new URL("./faulty_program.ts", import.meta.url).href,
      spark.master(),
      directory,
      String(batches),
    ],
    stdout: "piped",
  }).spawn()

Deno.test({
  name: "a program that is killed goes on from its checkpoint",
  ignore: !spark.available,
  fn: async () => {
    const directory = await Deno.makeTempDir()
    const lines: Array<string> = []
    const first = started(directory, 100)
    for await (const line of linesOf(first)) {
      if (lines.push(line) === 3) first.kill("SIGKILL")
    }
    await first.status
    const second = started(directory, BATCHES - 2)
    for await (const line of linesOf(second)) lines.push(line)
    assert.ok((await second.status).success)
    await assertContinued(lines)
    await Deno.remove(directory, { recursive: true })
  },
})

Deno.test({
  name: "a restart of the Connect server ends a program, which goes on from its checkpoint",
  ignore: !spark.available || spark.command === undefined,
  fn: async () => {
    const directory = await Deno.makeTempDir()
    let restart: Promise<void> | undefined
    const isOver = () => {
      if (seen.length >= 3) {
        restart ??= (async () => {
          await spark.command?.("kill connect")
          await spark.command?.("start connect")
        })()
      }
      return false
    }
    const error: unknown = await run(counting(config), { ...onCluster(directory), isOver })
      .then(() => undefined, (error) => error)
    const lines = seen.map((output) => JSON.stringify(output))
    await restart
    assert.ok(error instanceof Error)
    const { reason } = error as Error & { readonly reason?: unknown }
    // Which of them depends on how long the server takes to start.
    assert.match(String(Reflect.get(Object(reason), "_tag")), /^Spark(SessionLost|Unavailable)$/)
    assert.match(error.message, /start again from the checkpoint|no Spark Connect server answers/)
    lines.push(
      ...(await run(counting(config), { ...onCluster(directory), isOver: after(BATCHES - 2) }))
        .map((output) => JSON.stringify(output)),
    )
    await assertContinued(lines)
    await Deno.remove(directory, { recursive: true })
  },
})
