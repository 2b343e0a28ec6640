import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type { Inspection } from "@dstream/dstream/cli"
import { command, copied, inFolder, live, quiet } from "./checkpoints.ts"

const inspected = async (...args: ReadonlyArray<string>): Promise<Inspection> => {
  const { code, errors, out } = await command("checkpoint", "inspect", ...args, "--json")
  assert.deepEqual([code, errors], [0, ""])
  return JSON.parse(out)
}

const life = { words: [["a", "b"], ["a"], ["c"], []], lines: ["x", "y"], late: ["z"] }

Deno.test(
  "inspect describes the checkpoint of a program that has ended",
  inFolder(async (folder) => {
    const directory = `${folder}/cp`
    await live(directory, life)
    const { findings, inputs, kept, operators, pending, program, segments } = await inspected(directory)
    assert.match(program.identity ?? "", /^[0-9a-f]{16}$/)
    assert.deepEqual({ ...program, identity: undefined }, {
      format: 1,
      identity: undefined,
      lives: 1,
      isClosed: true,
      zeroTime: 0,
      batchDuration: 1000,
      lastTime: 4000,
    })
    assert.deepEqual(operators.map(({ kind, name, operation }) => [name, kind, operation]), [
      ["counted", "output", "foreachRDD"],
      ["counts", "state", "mapWithState"],
      ["lines", "input", "receiverStream"],
      ["received", "output", "foreachRDD"],
      ["recent/0", "window", "persist"],
      ["windowed", "output", "foreachRDD"],
      ["words", "input", "input"],
    ])
    const counts = operators.find(({ name }) => name === "counts")
    assert.equal(counts?.keys, 3)
    assert.equal(counts?.oldestFile, "journal-0000000001")
    assert((counts?.bytes ?? 0) > 100)
    assert.deepEqual(inputs, [
      { name: "lines", block: { number: 1, to: 2 }, lastPosition: 3, waiting: { blocks: 1, records: 1 } },
      { name: "words", positions: [0, 1, 2, 3], waiting: { blocks: 0, records: 0 } },
    ])
    assert.deepEqual(pending, [])
    assert.deepEqual(kept.map(({ name, records, time }) => [name, time, records]), [
      ["recent/0", 1000, 2],
      ["recent/0", 2000, 1],
      ["recent/0", 3000, 1],
      ["recent/0", 4000, 0],
    ])
    assert.deepEqual(segments.map(({ file, neededBy }) => [file, neededBy]), [
      ["journal-0000000001", ["summary", "counts", "recent/0"]],
      ["journal-0000000002", ["end of the log"]],
      ["received-0000000001", ["lines"]],
      ["received-0000000002", ["end of the log"]],
    ])
    for (const { bytes, file } of segments) assert.equal(bytes, (await Deno.stat(`${directory}/${file}`)).size)
    assert.deepEqual(findings, [])
  }),
)

Deno.test(
  "inspect shows batches that have not ended, with their shares and the outputs that are done",
  inFolder(async (folder) => {
    const [directory, killed] = [`${folder}/cp`, `${folder}/killed`]
    const inOutput = (time: number) =>
      time === 1000 ? Effect.andThen(quiet(directory), copied(directory, killed)) : Effect.void
    await live(directory, { ...life, inOutput })
    const { pending, program, segments } = await inspected(killed)
    assert.equal(program.isClosed, false)
    assert.deepEqual(pending, [{
      time: 1000,
      inputs: {
        words: { kind: "position", position: 0, records: 2 },
        lines: { kind: "blocks", blocks: [0, 1], records: 4 },
      },
      done: ["counted", "windowed"],
    }])
    assert.deepEqual(segments.map(({ file, neededBy }) => [file, neededBy]), [
      ["journal-0000000001", ["summary", "batch 1000 ms", "end of the log"]],
      ["received-0000000001", ["batch 1000 ms", "lines", "end of the log"]],
    ])
    const { out } = await command("checkpoint", "inspect", killed)
    assert.match(
      out,
      /\n {2}1000 {2}words: position 0 \(2 records\); lines: blocks 0, 1 \(4 records\) {2}counted, windowed\n/,
    )
    assert.match(out, /the last program is running or was killed/)
  }),
)

Deno.test(
  "inspect --name lists the first entries of a state, and the records of kept RDDs",
  inFolder(async (folder) => {
    await live(folder, life)
    const { entries } = await inspected(folder, "--name=counts")
    assert.deepEqual(entries?.state?.toSorted((a, b) => String(a.key) < String(b.key) ? -1 : 1), [
      { key: "a", value: 2, writtenAt: 2000 },
      { key: "b", value: 1, writtenAt: 1000 },
      { key: "c", value: 1, writtenAt: 3000 },
    ])
    assert.equal((await inspected(folder, "--name=counts", "--limit=2")).entries?.state?.length, 2)
    assert.deepEqual((await inspected(folder, "--name=recent/0", "--limit=1")).entries?.records, [
      { time: 1000, records: ["a"] },
      { time: 2000, records: ["a"] },
      { time: 3000, records: ["c"] },
      { time: 4000, records: [] },
    ])
    assert.match((await command("checkpoint", "inspect", folder, "--name=counts")).out, /\n {2}"a" {2}2 {12}2000\n/)
    assert.deepEqual(await command("checkpoint", "inspect", folder, "--name=sums"), {
      code: 2,
      out: "",
      errors: `The checkpoint in ${folder} has no entries for "sums". Use one of "counts", "recent/0"`,
    })
  }),
)

Deno.test(
  "inspect follows a checkpoint through lives, small files and their removal",
  inFolder(async (folder) => {
    const words = Array.from({ length: 12 }, (_, i) => [`word ${i}`, "a"])
    await live(folder, { words, segmentBytes: 600 })
    await live(folder, {
      words: [...words, ["b"]],
      batches: 1,
      start: 12_000,
      segmentBytes: 600,
      state: "totals",
    })
    const { leftovers, operators, program, segments } = await inspected(folder)
    assert.deepEqual([program.lives, program.lastTime], [2, 13_000])
    assert.deepEqual(leftovers, [])
    assert.equal(operators.find(({ name }) => name === "totals")?.keys, 1)
    assert.equal(operators.find(({ name }) => name === "counts"), undefined)
    assert(!segments.some(({ file }) => file === "journal-0000000001"))
    assert(!segments.some(({ neededBy }) => neededBy.includes("counts")))
    const files = Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => /^\w+-\d/.test(name))
    assert.deepEqual(segments.map(({ file }) => file).sort(), files.sort())
  }),
)

Deno.test(
  "inspect shows a state as it was at the end of its last batch, whatever the files are",
  inFolder(async (folder) => {
    const words = Array.from({ length: 30 }, (_, i) => [`word ${i % 7}`, `word ${i % 3}`, `only ${i}`])
    await live(folder, { words, segmentBytes: 2000 })
    const expected = new Map<string, number>()
    for (const word of words.flat()) expected.set(word, (expected.get(word) ?? 0) + 1)
    const { entries } = await inspected(folder, "--name=counts", "--limit=1000")
    const found = new Map(entries?.state?.map(({ key, value }) => [key, value]))
    assert.deepEqual(found, expected)
  }),
)
