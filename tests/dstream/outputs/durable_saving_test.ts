import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../../lib/dstream.ts"
import { MemoryDisk } from "../../../lib/durable/store/memory.ts"
import { runtimeFiles } from "../../../lib/engine/files.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { Testing } from "../../../lib/testing.ts"

/** The runtime's files, and the operations that were asked to be durable (`+`) or not (`-`). */
const watchedFiles = () => {
  const steps: Array<string> = []
  const note = (operation: string, path: string, options?: RDD.WriteOptions) =>
    void steps.push(`${options?.durable === true ? "+" : "-"} ${operation} ${path.slice(path.lastIndexOf("/") + 1)}`)
  const files: RDD.Files = {
    ...runtimeFiles,
    write: (path, pieces, options) => {
      note("write", path, options)
      return runtimeFiles.write(path, pieces, options)
    },
    rename: (from, to, options) => {
      note("rename to", to, options)
      return runtimeFiles.rename(from, to, options)
    },
    makeDirectory: (path, options) => {
      note("make", path, options)
      return runtimeFiles.makeDirectory(path, options)
    },
  }
  return { files, steps }
}

/** Saves one batch below a temporary folder. Gives what was done. */
const saved = async (
  engine: Testing.EngineName,
  settings: StreamingContext.CheckpointSettings | undefined,
): Promise<ReadonlyArray<string>> => {
  const folder = await Deno.makeTempDir()
  const { files, steps } = watchedFiles()
  const output = DStream.constant(["a", "b"]).pipe(
    DStream.named("letters"),
    DStream.repartition(1),
    DStream.saveAsTextFiles(`${folder}/new/out`),
    DStream.nameOutput("out"),
  )
  const program = Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    if (settings !== undefined) yield* StreamingContext.checkpoint(ssc, new MemoryDisk().open(), settings)
    yield* Testing.advance(yield* StreamingContext.start(ssc, [output]), 1)
  })
  await Effect.runPromise(
    Effect.scoped(Effect.provide(Effect.provideService(program, RDD.Files, files), Testing.layer({ engine }))),
  ).finally(() => Deno.remove(folder, { recursive: true }))
  return steps
}

const durable = [
  "+ make new",
  "- make .out-1000.writing",
  "+ write part-00000",
  "+ write _SUCCESS",
  "+ rename to out-1000",
]
const notDurable = ["- make .out-1000.writing", "- write part-00000", "- write _SUCCESS", "- rename to out-1000"]

for (const engine of ["local", "loopback"] as const) {
  Deno.test(`saveAsTextFiles() writes to the disk if the context has a checkpoint that does [${engine}]`, async () => {
    assert.deepEqual(await saved(engine, {}), durable)
    assert.deepEqual(await saved(engine, { sync: false }), notDurable)
    assert.deepEqual(await saved(engine, undefined), notDurable)
  })
}

Deno.test("saveAsTextFile() writes to the disk if the option durable is set", async () => {
  const folder = await Deno.makeTempDir()
  const { files, steps } = watchedFiles()
  const save = RDD.saveAsTextFile(RDD.parallelize(["a"], { partitions: 1 }), `${folder}/out`, { durable: true })
  await Effect.runPromise(Effect.provide(Effect.provideService(save, RDD.Files, files), Testing.layer()))
  await Deno.remove(folder, { recursive: true })
  assert.deepEqual(steps, ["- make .out.writing", "+ write part-00000", "+ write _SUCCESS", "+ rename to out"])
})
