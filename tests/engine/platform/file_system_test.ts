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
import { onEngines } from "../../rdd/run.ts"
import { type Memory, memoryFileSystem, textsIn } from "./memory_file_system.ts"

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const newMemory = (): Memory => ({ files: new Map(), directories: new Set(["/data"]) })

/** Where the runtime's files may read and write, and nothing else is allowed. */
const sandbox = Deno.makeTempDirSync()
Deno.test.afterAll(() => Deno.removeSync(sandbox, { recursive: true }))

/** Declares a test of the contract of `Files`: for the files of the runtime, and over a `FileSystem` in memory. */
const onFiles = (
  name: string,
  body: (files: RDD.Files, folder: string) => Effect.Effect<unknown, unknown>,
): void => {
  const options = { sanitizeOps: true, sanitizeResources: true, sanitizeExit: true }
  const permissions = { read: [sandbox], write: [sandbox] }
  Deno.test(`${name} [runtime]`, { ...options, permissions }, async () => {
    const folder = await Deno.makeTempDir({ dir: sandbox })
    await Effect.runPromise(body(runtimeFiles, folder))
  })
  Deno.test(`${name} [memory]`, options, async () => {
    await Effect.runPromise(body(filesOver(memoryFileSystem(newMemory())), "/data"))
  })
}

/** Entries without their times, which depend on when the test runs. */
const withoutTimes = <E>(entries: Effect.Effect<ReadonlyArray<RDD.FileEntry>, E>) =>
  Effect.map(entries, (all) => all.map(({ modifiedMs: _, ...rest }) => rest))

const reasonOf = <A>(effect: Effect.Effect<A, RDD.FileError>) => Effect.map(Effect.flip(effect), ({ reason }) => reason)

onFiles(
  "Files.write() replaces a file with all pieces, and leaves no other file",
  (files, folder) =>
    Effect.gen(function* () {
      yield* files.write(`${folder}/a`, [bytesOf("long before")])
      yield* files.write(`${folder}/a`, [bytesOf("one "), bytesOf(""), bytesOf("two")])
      yield* files.write(`${folder}/empty`, [])
      assert.deepEqual(yield* withoutTimes(files.list(folder)), [
        { path: `${folder}/a`, name: "a", isDirectory: false, size: 7 },
        { path: `${folder}/empty`, name: "empty", isDirectory: false, size: 0 },
      ])
      assert.equal(textOf(yield* files.read(`${folder}/a`, 0, Infinity)), "one two")
      const missing = files.write(`${folder}/none/a`, [])
      assert.equal(yield* reasonOf(missing), "NotFound")
    }),
)

onFiles("Files.append() adds to a file, and creates it", (files, folder) =>
  Effect.gen(function* () {
    yield* files.append(`${folder}/log`, [bytesOf("a"), bytesOf("b")])
    yield* files.append(`${folder}/log`, [])
    yield* files.append(`${folder}/log`, [bytesOf("c")])
    assert.equal(textOf(yield* files.read(`${folder}/log`, 0, Infinity)), "abc")
    const error = yield* Effect.flip(files.append(`${folder}/none/log`, []))
    assert.equal(error.reason, "NotFound")
    assert.match(error.message, /^Cannot append to .*none\/log: /)
  }))

onFiles("Files.read() gives a range, up to the end of the file", (files, folder) =>
  Effect.gen(function* () {
    const read = (from: number, to: number) => Effect.map(files.read(`${folder}/a`, from, to), textOf)
    yield* files.write(`${folder}/a`, [bytesOf("0123456789abcdefghij")])
    assert.deepEqual(
      yield* Effect.all([read(0, 4), read(2, 20), read(15, 99), read(20, 30), read(50, 60), read(5, 5)]),
      ["0123", "23456789abcdefghij", "fghij", "", "", ""],
    )
    assert.equal(yield* reasonOf(files.read(`${folder}/none`, 0, 1)), "NotFound")
  }))

onFiles("Files.list() orders by name, and gives a file itself", (files, folder) =>
  Effect.gen(function* () {
    for (const name of ["b", "a", "B", "é"]) yield* files.write(`${folder}/${name}`, [bytesOf(name)])
    yield* files.makeDirectory(`${folder}/deep/er`)
    yield* files.makeDirectory(`${folder}/deep/er`)
    const named = (path: string) =>
      Effect.map(files.list(path), (entries) => entries.map(({ isDirectory, name }) => name + (isDirectory ? "/" : "")))
    assert.deepEqual(yield* named(folder), ["B", "a", "b", "deep/", "é"])
    assert.deepEqual(yield* named(`${folder}/deep`), ["er/"])
    assert.deepEqual(yield* withoutTimes(files.list(`${folder}/é`)), [
      { path: `${folder}/é`, name: "é", isDirectory: false, size: 2 },
    ])
    assert.equal(yield* reasonOf(files.list(`${folder}/none`)), "NotFound")
  }))

onFiles(
  "Files.listNew() leaves known names out, and asks once for each name",
  (files, folder) =>
    Effect.gen(function* () {
      for (const name of ["a", "b", "c"]) yield* files.write(`${folder}/${name}`, [bytesOf(name)])
      const asked: Array<string> = []
      const isKnown = (name: string) => asked.push(name) > 0 && name !== "b"
      assert.deepEqual(yield* withoutTimes(files.listNew(folder, isKnown)), [
        { path: `${folder}/b`, name: "b", isDirectory: false, size: 1 },
      ])
      assert.deepEqual(asked.toSorted(), ["a", "b", "c"])
      assert.equal(yield* reasonOf(files.listNew(`${folder}/none`, isKnown)), "NotFound")
    }),
)

onFiles("Files.stat() gives the entry of a file or a directory", (files, folder) =>
  Effect.gen(function* () {
    yield* files.write(`${folder}/a`, [bytesOf("12")], { durable: true })
    const stat = (path: string) =>
      Effect.map(withoutTimes(Effect.map(files.stat(path), (one) => [one])), ([one]) => one)
    assert.deepEqual(yield* stat(`${folder}/a`), { path: `${folder}/a`, name: "a", isDirectory: false, size: 2 })
    assert.equal((yield* stat(folder))?.isDirectory, true)
    assert.equal(yield* reasonOf(files.stat(`${folder}/none`)), "NotFound")
  }))

Deno.test("Files.stat() and list() give the time of modification", async () => {
  const folder = await Deno.makeTempDir({ dir: sandbox })
  await Deno.writeTextFile(`${folder}/a`, "a")
  await Deno.utime(`${folder}/a`, new Date(12_345), new Date(12_345))
  const { modifiedMs } = await Effect.runPromise(runtimeFiles.stat(`${folder}/a`))
  const [listed] = await Effect.runPromise(runtimeFiles.list(folder))
  assert.deepEqual([modifiedMs, listed?.modifiedMs], [12_345, 12_345])
})

Deno.test("Files.write() with durable syncs the file before it gets its name, and then the directory", async () => {
  const memory = newMemory()
  const fileSystem = memoryFileSystem(memory)
  const steps: Array<string> = []
  const noted = <A, E>(step: string, effect: Effect.Effect<A, E>) =>
    Effect.tap(effect, () => Effect.sync(() => steps.push(step)))
  const watched: FileSystem.FileSystem = {
    ...fileSystem,
    open: (path, options) =>
      path === "/data/"
        ? Effect.map(fileSystem.open("/data/any", { flag: "w" }), (file) => ({
          ...file,
          sync: noted("sync directory", Effect.void),
        }))
        : Effect.map(fileSystem.open(path, options), (file) => ({ ...file, sync: noted("sync file", Effect.void) })),
    rename: (from, to) => noted("rename", fileSystem.rename(from, to)),
  }
  const files = filesOver(watched)
  await Effect.runPromise(files.write("/data/a", [bytesOf("a")]))
  assert.deepEqual(steps.splice(0), ["rename"])
  await Effect.runPromise(files.write("/data/a", [bytesOf("a")], { durable: true }))
  assert.deepEqual(steps, ["sync file", "rename", "sync directory"])
})

onFiles(
  "Files.rename(), remove() and exists() take files and whole directories",
  (files, folder) =>
    Effect.gen(function* () {
      yield* files.makeDirectory(`${folder}/from`)
      yield* files.write(`${folder}/from/a`, [bytesOf("a")])
      yield* files.rename(`${folder}/from`, `${folder}/to`)
      yield* files.write(`${folder}/b`, [bytesOf("b")])
      yield* files.rename(`${folder}/b`, `${folder}/to/a`)
      assert.equal(textOf(yield* files.read(`${folder}/to/a`, 0, 9)), "b")
      const exist = Effect.forEach(
        ["from", "to", "to/a", "b", "to/a/none"],
        (name) => files.exists(`${folder}/${name}`),
      )
      assert.deepEqual(yield* exist, [false, true, true, false, false])
      yield* files.remove(`${folder}/to`)
      yield* files.remove(`${folder}/to`)
      assert.deepEqual(yield* exist, [false, false, false, false, false])
      assert.equal(yield* reasonOf(files.rename(`${folder}/none`, `${folder}/to`)), "NotFound")
    }),
)

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
