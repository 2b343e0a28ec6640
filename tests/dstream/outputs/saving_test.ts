import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../../lib/dstream.ts"
import { runtimeFiles } from "../../../lib/engine/files.ts"
import * as OutputPolicy from "../../../lib/output_policy.ts"
import * as RDD from "../../../lib/rdd.ts"
import { Testing } from "../../../lib/testing.ts"
import { killedAfter } from "../../connector/killing.ts"
import { saving } from "../saving_writer.ts"

const engines: ReadonlyArray<Testing.EngineName> = ["local", "closures", "loopback"]
const sanitizers = { sanitizeOps: true, sanitizeResources: true, sanitizeExit: true }

/** Declares a test for each engine, each with a folder of its own. */
const inFolder = (name: string, body: (folder: string, engine: Testing.EngineName) => Promise<void>): void => {
  for (const engine of engines) {
    Deno.test(`${name} [${engine}]`, sanitizers, async () => {
      const folder = await Deno.makeTempDir()
      await body(folder, engine).finally(() => Deno.remove(folder, { recursive: true }))
    })
  }
}

/** The contents of a folder: `{ directory: { file: text } }`. */
const contents = async (folder: string) => {
  const found: Record<string, Record<string, string>> = {}
  for await (const { name } of Deno.readDir(folder)) {
    const files: Record<string, string> = {}
    for await (const file of Deno.readDir(`${folder}/${name}`)) {
      files[file.name] = await Deno.readTextFile(`${folder}/${name}/${file.name}`)
    }
    found[name] = files
  }
  return found
}

inFolder("saveAsTextFiles() makes a directory for each batch that has an RDD", async (folder, engine) => {
  const input = Testing.input<unknown>([["a", ["b", 1]], null, []], { partitions: 2 })
  const outputs = [
    DStream.saveAsTextFiles(input, `${folder}/out`, "txt"),
    Testing.input([["x"], ["y"], ["z"]]).pipe(DStream.repartition(1), DStream.saveAsTextFiles(`${folder}/`)),
  ] as const
  const { exit } = await Effect.runPromise(Testing.runOutputs(outputs, { engine }))
  assert.equal(exit._tag, "Success")
  const found = await contents(folder)
  assert.deepEqual(Object.keys(found).sort(), ["-1000", "-2000", "-3000", "out-1000.txt", "out-3000.txt"])
  assert.deepEqual(found["out-1000.txt"], { _SUCCESS: "", "part-00000": "a\n", "part-00001": "(b,1)\n" })
  assert.deepEqual(found["out-3000.txt"], { _SUCCESS: "", "part-00000": "", "part-00001": "" })
  assert.deepEqual(found["-3000"], { _SUCCESS: "", "part-00000": "z\n" })
})

inFolder("saveAsObjectFiles() writes files that RDD.objectFile() reads", async (folder, engine) => {
  const records = [[1n, new Date(5)], [2n, new Date(6)], "x"]
  const output = DStream.saveAsObjectFiles(Testing.input<unknown>([records]), `${folder}/out`, "json")
  await Effect.runPromise(Testing.runOutputs([output], { engine }))
  const again = RDD.collect(RDD.objectFile(`${folder}/out-1000.json`))
  assert.deepEqual(await Effect.runPromise(Effect.provide(again, Testing.layer({ engine }))), records)
})

inFolder("saveAsTextFiles() is retried, and replaces the files of a batch that runs again", async (folder, engine) => {
  const run = (records: ReadonlyArray<string>, failures: number) => {
    let left = failures
    const flaky: RDD.Files = {
      ...runtimeFiles,
      write: (path, pieces) =>
        path.endsWith("part-00001") && left-- > 0
          ? Effect.fail(new RDD.FileError({ path, operation: "write", reason: "Other", cause: "disk full" }))
          : runtimeFiles.write(path, pieces),
    }
    const output = DStream.saveAsTextFiles(Testing.input([records], { partitions: 2 }), `${folder}/out`)
    const retried = DStream.onFailure(output, OutputPolicy.retry(Schedule.recurs(2)))
    return Effect.runPromise(Effect.provideService(Testing.runOutputs([retried], { engine }), RDD.Files, flaky))
  }
  const first = await run(["a", "b"], 2)
  assert.equal(first.exit._tag, "Success")
  assert.deepEqual(await contents(folder), { "out-1000": { _SUCCESS: "", "part-00000": "a\n", "part-00001": "b\n" } })
  const failed = await run(["c", "d"], 9)
  assert.equal(failed.exit._tag, "Failure")
  assert.match(JSON.stringify(failed.exit), /disk full/)
  assert.deepEqual(await contents(folder), { "out-1000": { _SUCCESS: "", "part-00000": "a\n", "part-00001": "b\n" } })
  await run(["c", "d"], 0)
  assert.deepEqual(await contents(folder), { "out-1000": { _SUCCESS: "", "part-00000": "c\n", "part-00001": "d\n" } })
})

inFolder("saveAsTextFiles() leaves complete batches only when the process is killed", async (folder, engine) => {
  await killedAfter("half", new URL("../saving_writer.ts", import.meta.url), [folder])
  const left = await contents(folder)
  assert.deepEqual(left["out-1000"], { _SUCCESS: "", "part-00000": "a\n", "part-00001": "b\n" })
  assert.deepEqual(Object.keys(left).filter((name) => !name.startsWith(".")), ["out-1000"])
  assert.equal(left[".out-2000.writing"]?.["part-00001"]?.length, 1)
  await Effect.runPromise(Testing.runOutputs([saving(folder)], { engine }))
  assert.deepEqual(await contents(folder), {
    "out-1000": { _SUCCESS: "", "part-00000": "a\n", "part-00001": "b\n" },
    "out-2000": { _SUCCESS: "", "part-00000": "c\n", "part-00001": "d\n" },
    "out-3000": { _SUCCESS: "", "part-00000": "e\n", "part-00001": "f\n" },
  })
})

Deno.test("saveAsTextFiles() has its prefix and suffix in the fingerprint", () => {
  const input = Testing.input(["a"].map((a) => [a]))
  assert.notEqual(DStream.saveAsTextFiles(input, "a", "b").detail, DStream.saveAsTextFiles(input, "a-b").detail)
})
