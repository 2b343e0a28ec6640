import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { runtimeFiles } from "../../lib/engine/files.ts"
import type { FileEntry, Files } from "../../lib/rdd/files/files.ts"
import { Selection } from "../../lib/source/file_selection.ts"
import { writeFile } from "./files.ts"

const rules = {
  newFilesOnly: true,
  newBy: "modificationTime",
  rememberMs: 10_000,
  settleMs: 0,
  recursive: false,
  accepts: () => true,
} as const

for (const [step, how] of [[50_000, "forth"], [-50_000, "back"]] as const) {
  Deno.test(`the wall clock steps ${how}: files that are written afterwards are selected on time`, async () => {
    const folder = await Deno.makeTempDir()
    const select = Effect.gen(function* () {
      const selection = new Selection(runtimeFiles, folder, rules, 100_000)
      yield* selection.begin
      const names = (time: number, stepMs: number) =>
        Effect.map(selection.select(time, stepMs), ({ files }) => files.map(({ name }) => name))
      yield* Effect.promise(() => writeFile(folder, "a", 100_500))
      assert.deepEqual(yield* names(101_000, 0), ["a"])
      yield* Effect.promise(() => writeFile(folder, "b", 101_500 + step))
      yield* Effect.promise(() => writeFile(folder, "c", 102_500 + step))
      assert.deepEqual(yield* names(102_000, step), ["b"])
      assert.deepEqual(yield* names(103_000, step), ["c"])
    })
    await Effect.runPromise(select)
    await Deno.remove(folder, { recursive: true })
  })
}

Deno.test("a file that is still open is selected once it is closed, by the time that it has then", async () => {
  const folder = await Deno.makeTempDir()
  const open = new Set(["old", "new"])
  const marked = (file: FileEntry): FileEntry => open.has(file.name) ? { ...file, isOpen: true } : file
  const files: Files = {
    ...runtimeFiles,
    stat: (path) => Effect.map(runtimeFiles.stat(path), marked),
    listNew: (path, isKnown) => Effect.map(runtimeFiles.listNew(path, isKnown), (all) => all.map(marked)),
  }
  const write = (name: string, modifiedMs: number) => Effect.promise(() => writeFile(folder, name, modifiedMs))
  const select = Effect.gen(function* () {
    yield* write("old", 50_000)
    const selection = new Selection(files, folder, rules, 100_000)
    yield* selection.begin
    const names = (time: number) => Effect.map(selection.select(time), ({ files }) => files.map(({ name }) => name))
    yield* write("new", 100_500)
    yield* write("complete", 100_500)
    assert.deepEqual(yield* names(101_000), ["complete"])
    // Longer than files are remembered.
    assert.deepEqual(yield* names(200_000), [])
    yield* write("new", 200_500)
    yield* write("old", 200_600)
    open.clear()
    assert.deepEqual(yield* names(201_000), ["new", "old"])
    assert.deepEqual(yield* names(202_000), [])
  })
  await Effect.runPromise(select)
  await Deno.remove(folder, { recursive: true })
})

Deno.test("a file that was open is selected once it is closed, also if its time is still that of its creation", async () => {
  const folder = await Deno.makeTempDir()
  let isOpen = true
  const marked = (file: FileEntry): FileEntry => isOpen ? { ...file, isOpen } : file
  const files: Files = {
    ...runtimeFiles,
    stat: (path) => Effect.map(runtimeFiles.stat(path), marked),
    listNew: (path, isKnown) => Effect.map(runtimeFiles.listNew(path, isKnown), (all) => all.map(marked)),
  }
  const select = Effect.gen(function* () {
    yield* Effect.promise(() => writeFile(folder, "old", 50_000))
    const selection = new Selection(files, folder, rules, 100_000)
    yield* selection.begin
    const names = (time: number) => Effect.map(selection.select(time), ({ files }) => files.map(({ name }) => name))
    assert.deepEqual(yield* names(101_000), [])
    isOpen = false
    assert.deepEqual(yield* names(102_000), ["old"])
    assert.deepEqual(yield* names(103_000), [])
  })
  await Effect.runPromise(select)
  await Deno.remove(folder, { recursive: true })
})
