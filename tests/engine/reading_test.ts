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

const twoBatches = [{ a: text(9), "b.gz": gzipSync(text(3, 5)), c: "" }, { d: text(20, 2) }]

for (const name of ["lines", "words"] as const) {
  test(`tasks read text where they run: ${name}`, (engine) =>
    withFiles(twoBatches, async (folder) => {
      const config = { folder, options: { partitionBytes: 40 } }
      const local = await run(graphs[name](config), 3, "local")
      const expected = [...seen]
      const { events, failures, read } = await run(graphs[name](config), 3, engine)
      assert.deepEqual(seen, expected)
      assert.equal(seen.length, 3)
      assert.deepEqual([events, failures], [[], []])
      assert.deepEqual(read, local.read)
      assert.deepEqual(read, [12, 20, 0])
    }))
}

test("tasks read binary records where they run", (engine) =>
  withFiles([{ a: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), b: Uint8Array.of(9, 9, 9, 9) }], async (folder) => {
    await run(graphs.binary({ folder, options: { partitionBytes: 4 } }), 1, engine)
    assert.deepEqual(seen, [[[1, 4], [5, 8], [9, 9]]])
  }))

test("tasks read files in a format where they run", (engine) =>
  withFiles([{ a: '{"n":1}\n{"n":2}\n', b: "3\n" }], async (folder) => {
    await run(graphs.json({ folder, options: { partitionBytes: 8 } }), 1, engine)
    assert.deepEqual(seen, [[[{ n: 1 }], [{ n: 2 }], [3]]])
  }))

test("decoders run where tasks read", (engine) =>
  withFiles([{ a: "1\n", b: "2\n" }], async (folder) => {
    const { events } = await run(graphs.decoded({ folder }), 1, engine)
    const there = engine === "threads"
    assert.deepEqual(seen, [[["a", "1", there], ["b", "2", false]]])
    assert.deepEqual(events, [])
  }))

for (const options of [{ readOn: "driver" }, { unreadable: "skip" }] as const) {
  test(`the driver reads with ${JSON.stringify(options)}`, (engine) =>
    withFiles([{ a: "1\n", b: "2\n" }], async (folder) => {
      await run(graphs.decoded({ folder, options }), 1, engine)
      assert.deepEqual(seen, [[["a", "1", false], ["b", "2", false]]])
    }))
}

test("windows look back at files that tasks have read", (engine) =>
  withFiles([{ a: "a\n" }, {}, { b: "b\nc\n", c: "a\n" }, { d: "d\n" }], async (folder) => {
    await run(graphs.windows({ folder }), 4, "local")
    const expected = [...seen]
    const { events, failures } = await run(graphs.windows({ folder }), 4, engine)
    assert.deepEqual(seen, expected)
    assert.deepEqual(seen[9], ["b!", "c!", "a!", "d!"])
    assert.deepEqual([events, failures], [[], []])
  }))

test("functions of the driver are given files that the driver reads", (engine) =>
  withFiles([{ a: "a\n", b: "b\n" }], async (folder) => {
    await run(graphs.onDriver({ folder }), 1, engine)
    assert.deepEqual(seen, [[["a", false], ["b", false]]])
  }))

test("a file that is gone fails the job with the file, the operator, the partition and the batch time", (engine) =>
  withFiles([{ a: "a\n", b: "b\n" }], async (folder) => {
    const { failures: [failure = ""] } = await run(graphs.removed({ folder }), 1, engine)
    assert.match(
      failure,
      /^batch 1000 ms failed in textFileStream at reading\.ts:\S+, output 0, partition 0: Cannot read \S+\/a: ENOENT/,
    )
  }))

test("tasks read the files of functions of transform where they run", (engine) =>
  withFiles([{ a: "a\nb\n", b: "c\n" }], async (folder) => {
    const { events } = await run(graphs.readInTransform({ folder }), 2, engine)
    assert.deepEqual(seen, [[["a"], ["b"], ["c"]], [["a"], ["b"], ["c"]]])
    assert.deepEqual(events, [])
  }))

test("workers make the RDDs of positions that they can read", async (engine) => {
  const there = engine === "threads"
  await run(graphs.positions(true), 2, engine)
  assert.deepEqual(seen, [[[1, there], [1000, false]], [[2, there], [2000, false]]])
  await run(graphs.positions(false), 1, engine)
  assert.deepEqual(seen, [[[1, false], [1000, false]]])
})

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

const started = (graph: Graph.AnyGraph, batches: number) =>
  Effect.gen(function* () {
    const active = yield* StreamingContext.start(yield* StreamingContext.make, graph as Graph.Graph)
    yield* Testing.advance(active, batches)
  }) as Effect.Effect<void, unknown, Testing.Services | Scope.Scope>

test("the driver reads with the files that a program provides", (engine) =>
  withFiles([{ a: "a\n", b: "b\n" }], async (folder) => {
    for (const name of ["decoded", "readInTransform"] as const) {
      seen.length = 0
      const { files, paths } = notingFiles()
      await Effect.runPromise(
        Effect.scoped(started(graphs[name]({ folder }), 1)).pipe(
          Effect.provide(Testing.layer({ engine })),
          Effect.provideService(RDD.Files, files),
        ),
      )
      assert.deepEqual(seen, [name === "decoded" ? [["a", "a", false], ["b", "b", false]] : [["a"], ["b"]]])
      assert.deepEqual(new Set(paths), new Set([`${folder}/a`, `${folder}/b`]))
    }
  }))

/** How many bytes a relation sends from the driver. */
const sentBy = (relation: Relation): number => {
  if (relation.kind === "rows") return relation.rows.b.reduce((sum, { length }) => sum + length, 0)
  if (relation.kind === "kept") return 0
  const below = relation.kind === "union" ? relation.of : [relation.of]
  const own = relation.kind === "stage" ? relation.command.length : 0
  return below.reduce((sum, each) => sum + sentBy(each), own)
}

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
      Effect.scoped(started(graphs.words({ folder, options: { partitionBytes: 100_000 } }), 1)).pipe(
        Effect.provide(layerOn(makeEngine({ parallelism: 2 }, standIn))),
      ),
    )
    assert.equal((seen[0] as ReadonlyArray<unknown>).length, 20_008)
    assert(sent > 0 && sent < 5_000, `${sent} bytes were sent`)
  }))
