import assert from "node:assert/strict"
import { linesOf } from "../../child_process.ts"
import { sparkServer } from "../../servers/spark_server.ts"
import * as Effect from "effect/Effect"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { counting, type Fault, seen } from "./faulty_graphs.ts"
import { SEEN } from "./faulty_program.ts"
import { after, run, running } from "./faulty_run.ts"

const spark = sparkServer(import.meta.url)

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

const started = (
  directory: string,
  batches: number,
  permissions: ReadonlyArray<string> = ["--allow-all"],
): Deno.ChildProcess =>
  new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...permissions,
      "--no-prompt",
      "--no-check",
      "--quiet",
      new URL("./faulty_program.ts", import.meta.url).href,
      spark.master(),
      directory,
      String(batches),
    ],
    stdout: "piped",
  }).spawn()

/** The outputs that a program prints, as lines. */
async function* outputsOf(program: Deno.ChildProcess): AsyncGenerator<string, void> {
  for await (const line of linesOf(program)) {
    if (line.startsWith(SEEN)) yield line.slice(SEEN.length)
  }
}

Deno.test({
  name: "a program that is killed goes on from its checkpoint",
  ignore: !spark.available,
  fn: async () => {
    const directory = await Deno.makeTempDir()
    const lines: Array<string> = []
    const first = started(directory, 100)
    for await (const line of outputsOf(first)) {
      if (lines.push(line) === 3) first.kill("SIGKILL")
    }
    await first.status
    const second = started(directory, BATCHES - 2)
    for await (const line of outputsOf(second)) lines.push(line)
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

Deno.test({
  name: "a program that starts again by itself computes lost states anew, from its checkpoint on",
  ignore: !spark.available,
  fn: async () => {
    const directory = await Deno.makeTempDir()
    const marker = await Deno.makeTempFile()
    const faults: ReadonlyArray<Fault> = [{ victim: "executor", moment: "state", batch: 3, marker }]
    const starts: Array<number> = []
    seen.length = 0
    const program = Effect.suspend(() => {
      starts.push(seen.length)
      return running(counting({ ...config, faults }), {
        ...onCluster(directory),
        cluster: { copies: 1 },
        isOver: after(BATCHES + 1),
      })
    })
    const outputs = await Effect.runPromise(StreamingContext.restartOnLoss(program))
    assert.ok(starts.length > 1, "no record is lost")
    await assertContinued(outputs.map((output) => JSON.stringify(output)))
    await Deno.remove(directory, { recursive: true })
  },
})

Deno.test({
  name: "a program computes batches with no more permissions than the documentation asks for",
  ignore: !spark.available,
  fn: async () => {
    const directory = await Deno.makeTempDir()
    const program = started(directory, BATCHES, [
      `--allow-net=${new URL(spark.master()).host}`,
      "--allow-read",
      `--allow-run=${Deno.execPath()}`,
      "--allow-write=/tmp",
      "--allow-env",
    ])
    const lines: Array<string> = []
    for await (const line of outputsOf(program)) lines.push(line)
    assert.ok((await program.status).success)
    await assertContinued(lines)
    await Deno.remove(directory, { recursive: true })
  },
})
