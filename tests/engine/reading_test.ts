import assert from "node:assert/strict"
import { gzipSync } from "node:zlib"
import { Effect, type Scope } from "effect"
import { type Graph, RDD, StreamingContext } from "../../mod.ts"
import { runtimeFiles } from "../../lib/engine/files.ts"
import type { Relation } from "../../lib/engine/spark/relations.ts"
import { makeEngine, StandIn } from "../../lib/engine/spark/stand_in.ts"
import { Testing } from "../../lib/testing.ts"
import { layerOn } from "../../lib/testing/engine_layer.ts"
import { writeFile } from "../source/files.ts"
import { run as runOnCopies, test } from "./on_copies.ts"
import * as graphs from "./reading.ts"
import { sumOver } from "./spark/relation_sums.ts"

const { seen } = graphs

const run: typeof runOnCopies = (...args) => {
  seen.length = 0
  return runOnCopies(...args)
}

type Content = string | Uint8Array

/** Runs a test with files that belong to batches of a second, given by batch. */
const withFiles = async (
  batches: ReadonlyArray<Readonly<Record<string, Content>>>,
  body: (folder: string) => Promise<void>,
): Promise<void> => {
  const folder = await Deno.makeTempDir()
  for (const [i, files] of batches.entries()) {
    for (const [name, content] of Object.entries(files)) await writeFile(folder, name, 1000 * i + 500, content)
  }
  await body(folder).finally(() => Deno.remove(folder, { recursive: true }))
}

const text = (n: number, from = 0) => Array.from({ length: n }, (_, i) => `w${(i + from) % 7} line ${i}\n`).join("")

test("tasks read the formats of files where they run, with the results of local", (engine) =>
  withFiles([
    {
      "text/a": text(9),
      "text/b.gz": gzipSync(text(3, 5)),
      "text/c": "",
      "binary/a": Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      "binary/b": Uint8Array.of(9, 9, 9, 9),
      "json/a": '{"n":1}\n{"n":2}\n',
      "json/b": "3\n",
    },
    { "text/d": text(20, 2) },
  ], async (folder) => {
    await run(graphs.formats(folder), 3, "local")
    const expected = [...seen]
    const { events, failures, read } = await run(graphs.formats(folder), 3, engine)
    assert.deepEqual(seen, expected)
    assert.deepEqual(seen.slice(2, 4), [[[1, 4], [5, 8], [9, 9]], [[{ n: 1 }], [{ n: 2 }], [3]]])
    assert.deepEqual([events, failures], [[], []])
    assert.deepEqual(read, [12, 12, 3, 3, 20, 20, 0, 0, 0, 0, 0, 0])
  }))

test("streams are read where tasks run, or on the driver where that is asked for or needed", (engine) =>
  withFiles([{ a: "1\n", b: "2\n" }], async (folder) => {
    const there = engine === "threads"
    const { events } = await run(graphs.places(folder), 1, engine)
    assert.deepEqual(seen, [
      [["a", "1", there], ["b", "2", false]],
      [["a", "1", false], ["b", "2", false]],
      [["a", "1", false], ["b", "2", false]],
      [["1", false], ["2", false]],
      [[1, there], [1000, false]],
      [[1, false], [1000, false]],
    ])
    assert.deepEqual(events, [])
  }))

test("windows look back at files that tasks have read", (engine) =>
  withFiles([{ a: "a\n" }, {}, { b: "b\nc\n", c: "a\n" }, { d: "d\n" }], async (folder) => {
    await run(graphs.windows(folder), 4, "local")
    const expected = [...seen]
    const { events, failures } = await run(graphs.windows(folder), 4, engine)
    assert.deepEqual(seen, expected)
    assert.deepEqual(seen[12], ["b!", "c!", "a!", "d!"])
    assert.deepEqual([events, failures], [[], []])
  }))

test("a file that is gone fails the job with the file, the operator, the partition and the batch time", (engine) =>
  withFiles([{ a: "a\n" }], async (folder) => {
    const { failures: [failure = ""] } = await run(graphs.removed(folder), 1, engine)
    assert.match(
      failure,
      /^batch 1000 ms failed in textFileStream at reading\.ts:\S+, output 0, partition 0: Cannot read \S+\/a: ENOENT/,
    )
  }))

/** Files of the program, which read real ones, and the paths that were read. */
const notingFiles = () => {
  const paths: Array<string> = []
  const files: RDD.Files = {
    ...runtimeFiles,
    read: (path, from, to) => {
      paths.push(path)
      return runtimeFiles.read(path, from, to)
    },
  }
  return { files, paths }
}

const started = (graph: Graph.AnyGraph) =>
  Effect.scoped(
    Effect.gen(function* () {
      const active = yield* StreamingContext.start(yield* StreamingContext.make, graph as Graph.Graph)
      yield* Testing.advance(active, 1)
    }) as Effect.Effect<void, unknown, Testing.Services | Scope.Scope>,
  )

test("the driver reads with the files that a program provides", (engine) =>
  withFiles([{ a: "a\n", b: "b\n" }], async (folder) => {
    seen.length = 0
    const { files, paths } = notingFiles()
    await Effect.runPromise(
      started(graphs.withFiles(folder)).pipe(
        Effect.provide(Testing.layer({ engine })),
        Effect.provideService(RDD.Files, files),
      ),
    )
    assert.deepEqual(seen, [[["a", "a", false], ["b", "b", false], "a", "b"]])
    const times = (name: string) => paths.filter((path) => path === `${folder}/${name}`).length
    // The decoder reads each file once. The lines of a range are found with a read before.
    assert.deepEqual([times("a"), times("b")], [3, 3])
  }))

/** How many bytes a relation sends from the driver. */
const sentBy = (relation: Relation): number =>
  sumOver(
    relation,
    (each) =>
      each.kind === "rows"
        ? each.rows.b.reduce((sum, { length }) => sum + length, 0)
        : each.kind === "stage"
        ? each.command.length
        : 0,
  )

Deno.test("a cluster is sent positions, not the text of files", () =>
  withFiles([{ a: text(20_000) }], async (folder) => {
    const standIn = new StandIn()
    const { collect } = standIn
    let sent = 0
    const counting: StandIn["collect"] = (relation) => {
      sent += sentBy(relation)
      return collect(relation)
    }
    Object.assign(standIn, { collect: counting })
    seen.length = 0
    await Effect.runPromise(
      Effect.provide(started(graphs.words(folder)), layerOn(makeEngine({ parallelism: 2 }, standIn))),
    )
    assert.equal((seen[0] as ReadonlyArray<unknown>).length, 20_008)
    assert(sent > 0 && sent < 5_000, `${sent} bytes were sent`)
  }))
