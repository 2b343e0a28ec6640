import assert from "node:assert/strict"
import { Effect, Layer, Schedule } from "effect"
import { type Graph, Scheduler, SparkContext, StreamingContext } from "../../../mod.ts"
import { sparkServer } from "../../servers/spark_server.ts"
import { binary, removed, seen, words } from "./file_graphs.ts"
import type { Figures } from "./large_files.ts"

const spark = sparkServer(import.meta.url)

/** Runs a graph until its outputs have seen records so many times, or it fails. */
const run = async (graph: Graph.AnyGraph, master: string, times: number): Promise<ReadonlyArray<unknown>> => {
  seen.length = 0
  const program = Effect.gen(function* () {
    const active = yield* StreamingContext.start(yield* StreamingContext.make, graph as Graph.Graph)
    const isOver = Effect.suspend(() => seen.length < times ? Effect.fail("not yet") : Effect.void)
    yield* Effect.raceFirst(
      StreamingContext.awaitTermination(active),
      Effect.retry(isOver, { schedule: Schedule.spaced("20 millis") }),
    )
    return seen.slice(0, times)
  })
  const layer = Layer.mergeAll(
    SparkContext.layer({ master, appName: "files", defaultParallelism: 2 }),
    Scheduler.layer("500 millis"),
  )
  return await Effect.runPromise(Effect.scoped(Effect.provide(program, layer)))
}

/** Registers a test with a folder of files, which the executors of a cluster on this machine can read. */
const test = (name: string, body: (folder: string) => Promise<void>): void =>
  Deno.test({
    name,
    ignore: !spark.available,
    fn: async () => {
      const folder = await Deno.makeTempDir()
      for (const file of ["a", "b", "c"]) {
        const text = Array.from({ length: 500 }, (_, i) => `${file} line ${i % 9}\n`).join("")
        await Deno.writeTextFile(`${folder}/${file}`, text)
      }
      await body(folder).finally(() => Deno.remove(folder, { recursive: true }))
    },
  })

for (const readOn of ["workers", "driver"] as const) {
  test(`a cluster gives the results of local for files that are read on: ${readOn}`, async (folder) => {
    const config = { folder, options: { partitionBytes: 2000, readOn } }
    const local = await run(words(config), "local[2]", 4)
    assert.deepEqual(await run(words(config), spark.master(), 4), local)
    const bytes = await run(binary({ folder, options: { partitionBytes: 400, readOn } }), "local[2]", 1)
    assert.deepEqual(await run(binary({ folder, options: { partitionBytes: 400, readOn } }), spark.master(), 1), bytes)
  })
}

test("an executor that does not find a file says so, and what to do", async (folder) => {
  await assert.rejects(
    run(removed({ folder }), spark.master(), 1),
    /textFileStream at file_graphs\.ts.*partition 0.*Cannot read \S+\/a: .*\(on an executor\).*readOn: "driver"/s,
  )
})

test("text that is larger than the driver's memory passes through a shuffle", async () => {
  const program = new URL("./large_files.ts", import.meta.url).pathname
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--max-old-space-size=128", program, spark.master(), "384", "group"],
  }).output()
  assert.equal(code, 0, new TextDecoder().decode(stderr))
  const { mostMemory, records }: Figures = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "")
  assert.equal(records, 384 * 8192)
  assert(mostMemory < 384, `the driver has used ${mostMemory} MiB`)
})
