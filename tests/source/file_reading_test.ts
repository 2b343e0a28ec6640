import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import { runtimeFiles } from "../../lib/engine/files.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import { Testing } from "../../lib/testing.ts"
import { watching, writeFile } from "./files.ts"

/** Files whose reads take a moment of real time, and the most reads that went on at the same time. */
const slowFiles = () => {
  const reads = { open: 0, most: 0 }
  const files: RDD.Files = {
    ...runtimeFiles,
    read: (path, from, to) =>
      Effect.acquireUseRelease(
        Effect.sync(() => void (reads.most = Math.max(reads.most, ++reads.open))),
        () =>
          Effect.andThen(
            Effect.promise(() => new Promise((go) => setTimeout(go, 5))),
            runtimeFiles.read(path, from, to),
          ),
        () => Effect.sync(() => void reads.open--),
      ),
  }
  return { files, reads }
}

const inFolderOf = async (names: ReadonlyArray<string>, body: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await Deno.makeTempDir()
  for (const name of names) await writeFile(folder, name, 500)
  await body(folder).finally(() => Deno.remove(folder, { recursive: true }))
}

const names = ["a", "b", "c", "d", "e", "f", "g"]

for (const engine of ["local", "loopback"] as const) {
  Deno.test(`as many files of a batch are read side by side as the engine is parallel [${engine}]`, () =>
    inFolderOf(names, async (folder) => {
      const streams: Readonly<Record<string, DStream.DStream<unknown, RDD.FileError>>> = {
        map: DStream.textFileStream(folder, { newFilesOnly: false }).pipe(DStream.map((line) => line)),
        shuffle: DStream.textFileStream(folder, { newFilesOnly: false }).pipe(
          DStream.map((line): [string, number] => [line, 1]),
          DStream.reduceByKey((a, b) => a + b),
          DStream.map(([line]) => line),
        ),
      }
      for (const [name, stream] of Object.entries(streams)) {
        const { files, reads } = slowFiles()
        const run = Testing.run(stream, { batches: 1, engine, parallelism: 3 })
        const [batch = []] = await Effect.runPromise(Effect.provideService(run, RDD.Files, files))
        assert.deepEqual(name === "map" ? batch : (batch ?? []).toSorted(), names)
        assert.equal(reads.most, 3, name)
      }
    }))
}

Deno.test("a filter that returns a Promise fails the batch, and says why", () =>
  inFolderOf(["a"], async (folder) => {
    const untyped = (() => Promise.resolve(true)) as () => unknown as () => boolean
    const stream = DStream.textFileStream(folder, { newFilesOnly: false, filter: untyped })
    const error = await Effect.runPromise(
      Effect.flip(Testing.run(stream, { batches: 1 }) as Effect.Effect<unknown, Error>),
    )
    assert.match(error.message, /textFileStream.*its function gives Promises/s)
  }))

Deno.test("a file whose filter throws is left out, and the next batch gets the others", () => {
  const asked: Array<string> = []
  const filter = ({ name }: RDD.FileEntry) => {
    asked.push(name)
    if (name === "bad") throw new Error("cannot judge bad")
    return true
  }
  const stream = (folder: string) => DStream.textFileStream(folder, { filter })
  return watching(stream, async ({ batch, write }) => {
    await write("a", 100_500)
    await write("bad", 100_500)
    assert.deepEqual(await batch(), [])
    await write("b", 101_500)
    assert.deepEqual(await batch(), [["a"], ["b"]])
    assert.deepEqual(asked.toSorted(), ["a", "b", "bad"])
  }, { onFailure: OutputPolicy.skip })
})
