import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { systemError } from "effect/PlatformError"
import * as DStream from "../../../lib/dstream.ts"
import { runtimeFiles } from "../../../lib/engine/files.ts"
import { filesOver } from "../../../lib/engine/platform/file_system.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as SparkContext from "../../../lib/spark_context.ts"
import { Testing } from "../../../lib/testing.ts"
import { testFiles } from "../../rdd/files/files_contract.ts"
import { onEngines } from "../../rdd/run.ts"
import { type Memory, memoryFileSystem, textsIn } from "./memory_file_system.ts"

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const newMemory = (): Memory => ({ files: new Map(), directories: new Set(["/data"]) })

/** Where the runtime's files may read and write, and nothing else is allowed. */
const sandbox = Deno.makeTempDirSync()
Deno.test.afterAll(() => Deno.removeSync(sandbox, { recursive: true }))

testFiles("runtime", {
  place: Effect.map(
    Effect.promise(() => Deno.makeTempDir({ dir: sandbox })),
    (folder) => ({ files: runtimeFiles, folder }),
  ),
  permissions: { read: [sandbox], write: [sandbox] },
})

testFiles("file URLs", {
  place: Effect.map(
    Effect.promise(() => Deno.makeTempDir({ dir: sandbox })),
    (folder) => ({ files: runtimeFiles, folder: `file://${folder}` }),
  ),
  permissions: { read: [sandbox], write: [sandbox] },
})

testFiles("memory", {
  place: Effect.sync(() => ({ files: filesOver(memoryFileSystem(newMemory())), folder: "/data" })),
})

Deno.test("Files.stat() and list() give the time of modification", async () => {
  const folder = await Deno.makeTempDir({ dir: sandbox })
  await Deno.writeTextFile(`${folder}/a`, "a")
  await Deno.utime(`${folder}/a`, new Date(12_345), new Date(12_345))
  const { modifiedMs } = await Effect.runPromise(runtimeFiles.stat(`${folder}/a`))
  const [listed] = await Effect.runPromise(runtimeFiles.list(folder))
  assert.deepEqual([modifiedMs, listed?.modifiedMs], [12_345, 12_345])
})

/** Files over a `FileSystem` in memory, and the steps by which they make changes and write them to the disk. */
const watchedFiles = () => {
  const memory = newMemory()
  const fileSystem = memoryFileSystem(memory)
  const steps: Array<string> = []
  const noted = <A, E>(step: string, effect: Effect.Effect<A, E>) =>
    Effect.tap(effect, () => Effect.sync(() => steps.push(step)))
  const isDirectory = (path: string) => memory.directories.has(path.replace(/(?<=.)\/$/, ""))
  const watched: FileSystem.FileSystem = {
    ...fileSystem,
    open: (path, options) =>
      isDirectory(path)
        ? Effect.map(fileSystem.open("/data/any", { flag: "w" }), (file) => ({
          ...file,
          sync: noted(`sync directory ${path}`, Effect.void),
        }))
        : Effect.map(fileSystem.open(path, options), (file) => ({ ...file, sync: noted("sync file", Effect.void) })),
    rename: (from, to) => noted("rename", fileSystem.rename(from, to)),
    makeDirectory: (path, options) => noted("make directory", fileSystem.makeDirectory(path, options)),
  }
  return { files: filesOver(watched), steps }
}

Deno.test("Files.write() with durable syncs the file before it gets its name, and then the directory", async () => {
  const { files, steps } = watchedFiles()
  await Effect.runPromise(files.write("/data/a", [bytesOf("a")]))
  assert.deepEqual(steps.splice(0), ["rename"])
  await Effect.runPromise(files.write("/data/a", [bytesOf("a")], { durable: true }))
  assert.deepEqual(steps, ["sync file", "rename", "sync directory /data/"])
})

Deno.test("Files.rename() and makeDirectory() with durable sync the directories that they change", async () => {
  const { files, steps } = watchedFiles()
  await Effect.runPromise(files.makeDirectory("/data/x/y/z", { durable: true }))
  assert.deepEqual(steps.splice(0), [
    "make directory",
    "sync directory /data/",
    "sync directory /data/x/",
    "sync directory /data/x/y/",
  ])
  await Effect.runPromise(files.write("/data/a", [bytesOf("a")]))
  await Effect.runPromise(files.rename("/data/a", "/data/b", { durable: true }))
  await Effect.runPromise(files.rename("/data/b", "/data/x/c", { durable: true }))
  assert.deepEqual(steps, [
    "rename",
    "rename",
    "sync directory /data/",
    "rename",
    "sync directory /data/x/",
    "sync directory /data/",
  ])
})

Deno.test("Files fail with PermissionDenied if Deno refuses", { permissions: "none" }, async () => {
  const { append, exists, list, listNew, makeDirectory, read, remove, rename, stat, write } = runtimeFiles
  const path = `${sandbox}/refused`
  const operations: ReadonlyArray<Effect.Effect<unknown, RDD.FileError>> = [
    makeDirectory(path),
    write(path, []),
    append(path, []),
    read(path, 0, 1),
    rename(path, `${path}2`),
    remove(path),
    exists(path),
    list(path),
    listNew(path, () => false),
    stat(path),
  ]
  for (const operation of operations) {
    const { message, reason } = await Effect.runPromise(Effect.flip(operation))
    assert.equal(reason, "PermissionDenied", message)
    assert.match(message, /^Cannot .* \/.*refused: Requires (read|write) access to .*--allow-(read|write)/)
  }
})

Deno.test("Files.write() leaves the old file, and nothing else, when it fails", async () => {
  const memory = newMemory()
  const fileSystem = memoryFileSystem(memory)
  await Effect.runPromise(filesOver(fileSystem).write("/data/a", [bytesOf("old")]))
  const noSpace = systemError({
    _tag: "Unknown",
    module: "FileSystem",
    method: "writeAll",
    description: "no space left",
  })
  const full: FileSystem.FileSystem = {
    ...fileSystem,
    open: (path, options) =>
      Effect.map(fileSystem.open(path, options), (file) => ({
        ...file,
        writeAll: (bytes) => textOf(bytes) === "!" ? Effect.fail(noSpace) : file.writeAll(bytes),
      })),
  }
  const error = await Effect.runPromise(Effect.flip(filesOver(full).write("/data/a", [bytesOf("new"), bytesOf("!")])))
  assert.deepEqual([error.reason, error.path], ["Other", "/data/a"])
  assert.match(error.message, /^Cannot write \/data\/a: .*no space left$/)
  assert.deepEqual(textsIn(memory), { "/data/a": "old" })
})

/** Saves words and reads them back. */
const roundTrip = Effect.gen(function* () {
  yield* RDD.saveAsTextFile(RDD.parallelize(["to", "be"], { partitions: 2 }), "/data/out")
  return yield* RDD.collect(RDD.textFile("/data/out"))
})

const saved = { "/data/out/_SUCCESS": "", "/data/out/part-00000": "to\n", "/data/out/part-00001": "be\n" }

onEngines("RDDs are saved to the FileSystem service around an action", () =>
  Effect.gen(function* () {
    const memory = newMemory()
    const run = Effect.provideService(roundTrip, FileSystem.FileSystem, memoryFileSystem(memory))
    assert.deepEqual(yield* Effect.provideService(run, RDD.Files, runtimeFiles), ["to", "be"])
    assert.deepEqual(textsIn(memory), saved)
  }))

/** Counts the files in each memory after a round trip on a SparkContext. */
const written = async (
  run: typeof roundTrip,
  below: Layer.Layer<FileSystem.FileSystem>,
  ...memories: ReadonlyArray<Memory>
) => {
  const sparkContext = SparkContext.layer({ master: "local[2]", appName: "files" })
  assert.deepEqual(await Effect.runPromise(Effect.provide(run, Layer.provide(sparkContext, below))), ["to", "be"])
  return memories.map(({ files }) => files.size)
}

Deno.test("SparkContext.layer prefers Files to FileSystem, and what is around an action to what is below", async () => {
  const [below, around, own] = [newMemory(), newMemory(), newMemory()]
  const fileSystem = Layer.succeed(FileSystem.FileSystem, memoryFileSystem(below))
  const memories = [below, around, own]
  assert.deepEqual(await written(roundTrip, fileSystem, ...memories), [3, 0, 0])
  const nearer = Effect.provideService(roundTrip, FileSystem.FileSystem, memoryFileSystem(around))
  assert.deepEqual(await written(nearer, fileSystem, ...memories), [3, 3, 0])
  const files = filesOver(memoryFileSystem(own))
  assert.deepEqual(await written(Effect.provideService(nearer, RDD.Files, files), fileSystem, ...memories), [3, 3, 3])
  own.files.clear()
  own.directories.delete("/data/out")
  const both = Layer.merge(fileSystem, Layer.succeed(RDD.Files, files))
  assert.deepEqual(await written(roundTrip, both, ...memories), [3, 3, 3])
})

Deno.test("saveAsTextFiles() writes the batches of a stream to the FileSystem service of its program", async () => {
  const memory = newMemory()
  const output = DStream.saveAsTextFiles(Testing.input([["to"], ["be"]], { partitions: 1 }), "/data/words")
  const run = Effect.provideService(Testing.runOutputs([output]), FileSystem.FileSystem, memoryFileSystem(memory))
  assert.equal((await Effect.runPromise(run)).exit._tag, "Success")
  assert.deepEqual(textsIn(memory), {
    "/data/words-1000/_SUCCESS": "",
    "/data/words-1000/part-00000": "to\n",
    "/data/words-2000/_SUCCESS": "",
    "/data/words-2000/part-00000": "be\n",
  })
})
