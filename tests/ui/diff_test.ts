import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type { Difference } from "@dstream/dstream/cli"
import { encode } from "../../lib/core/codec.ts"
import { folderStore } from "../../lib/durable/store/folder.ts"
import { command, copied, inFolder, journal, live, summary } from "./checkpoints.ts"

const compared = async (...args: ReadonlyArray<string>): Promise<Difference & { readonly code: number }> => {
  const { code, errors, out } = await command("checkpoint", "diff", ...args, "--json")
  assert.equal(errors, "")
  return { ...JSON.parse(out), code }
}

const words = [["a", "b"], ["a"], ["c"]]

Deno.test(
  "diff finds no difference between a checkpoint and its copy",
  inFolder(async (folder) => {
    const [before, after] = [`${folder}/before`, `${folder}/after`]
    await live(before, { words, lines: ["x"] })
    await Effect.runPromise(copied(before, after))
    const { code, ...difference } = await compared(before, after)
    assert.equal(code, 0)
    assert.deepEqual(difference, {
      before,
      after,
      isSameCheckpoint: true,
      program: {},
      operators: [],
      states: [],
      inputs: [],
      pending: { added: [], removed: [] },
      kept: [],
      values: {},
      findings: { before: [], after: [] },
    })
    const { out } = await command("checkpoint", "diff", before, after)
    assert.equal(out, `From ${before} to ${after}\n  Both are states of one checkpoint\n  There is no difference`)
  }),
)

Deno.test(
  "diff counts the keys that a later life has added and changed, and shows the first",
  inFolder(async (folder) => {
    const [before, after] = [`${folder}/before`, `${folder}/after`]
    await live(before, { words, lines: ["x"] })
    await Effect.runPromise(copied(before, after))
    await live(after, { words: [...words, ["a", "d"], ["e"]], batches: 2, start: 3000, lines: ["y"] })
    const { code, inputs, kept, operators, program, states } = await compared(before, after)
    assert.equal(code, 1)
    assert.deepEqual(program, { lives: { before: 1, after: 2 }, lastTime: { before: 3000, after: 5000 } })
    assert.deepEqual(operators, [])
    assert.deepEqual(states, [{
      name: "counts",
      keys: { before: 3, after: 5 },
      added: 2,
      removed: 0,
      changed: 1,
      firstAdded: [{ key: "d", value: 1 }, { key: "e", value: 1 }],
      firstRemoved: [],
      firstChanged: [{ key: "a", before: 2, after: 3 }],
    }])
    assert.deepEqual(inputs.map(({ after, before, name }) => [name, before?.positions, after?.positions]), [
      ["lines", undefined, undefined],
      ["words", [0, 1, 2], [2, 3, 4]],
    ])
    assert.deepEqual(inputs[0]?.after?.block, { number: 1, to: 2 })
    assert.deepEqual(kept, [{ name: "recent/0", added: [4000, 5000], removed: [], changed: [] }])
    const limited = await compared(before, after, "--limit=1")
    assert.deepEqual([limited.states[0]?.added, limited.states[0]?.firstAdded.length], [2, 1])
    const { out } = await command("checkpoint", "diff", before, after)
    assert.match(out, /\n {2}counts: 3 → 5 keys; 2 added, 0 removed, 1 changed\n {4}\+ "d": 1\n/)
    assert.match(out, /\n {4}~ "a": 2 → 3\n/)
    const back = await compared(after, before)
    assert.deepEqual([back.states[0]?.added, back.states[0]?.removed, back.states[0]?.changed], [0, 2, 1])
  }),
)

Deno.test(
  "diff names operators that were added, removed and changed",
  inFolder(async (folder) => {
    const [before, after] = [`${folder}/before`, `${folder}/after`]
    const counts = { kind: "state", operation: "mapWithState", functions: "1", shape: "version 1" } as const
    const kept = encode(["a"])
    const first = {
      _tag: "kept",
      name: "recent",
      at: 1000,
      layout: { hashPartitions: undefined, partitions: [] },
    } as const
    await Deno.mkdir(before)
    await Deno.mkdir(after)
    await journal(folderStore(before), [
      [summary({ counts, sums: counts, recent: { ...counts, kind: "window" } })],
      [first],
      [{ ...first, at: 2000 }],
      [{ _tag: "ended", time: 2000, values: { model: [1, 2] } }],
    ])
    await journal(folderStore(after), [
      [summary({ counts: { ...counts, shape: "version 2" }, totals: counts, recent: { ...counts, kind: "window" } })],
      [{ ...first, layout: { hashPartitions: undefined, partitions: [[kept.length]] } }, kept],
      [{ ...first, at: 3000 }],
      [{ _tag: "ended", time: 3000, values: { model: [1, 3] } }],
    ])
    const difference = await compared(before, after)
    assert.equal(difference.isSameCheckpoint, false)
    assert.deepEqual(difference.operators, [
      { name: "counts", before: counts, after: { ...counts, shape: "version 2" } },
      { name: "sums", before: counts },
      { name: "totals", after: counts },
    ])
    assert.deepEqual(difference.values, { model: { before: [1, 2], after: [1, 3] } })
    assert.deepEqual(difference.kept, [{ name: "recent", added: [3000], removed: [2000], changed: [1000] }])
    const { out } = await command("checkpoint", "diff", before, after)
    assert.match(out, /They are different checkpoints/)
    assert.match(out, /\n {2}sums: removed: \{"kind":"state"/)
    assert.match(out, /\n {2}model: \[1,2\] → \[1,3\]/)
  }),
)

Deno.test(
  "diff compares what is left of a damaged checkpoint with its copy, and says what is wrong",
  inFolder(async (folder) => {
    const [damaged, copy] = [`${folder}/damaged`, `${folder}/copy`]
    await live(copy, { words })
    await Effect.runPromise(copied(copy, damaged))
    const file = `${damaged}/journal-0000000001`
    const bytes = await Deno.readFile(file)
    bytes[bytes.length >> 1]! ^= 1
    await Deno.writeFile(file, bytes)
    const { code, findings, program, states } = await compared(damaged, copy)
    assert.equal(code, 1)
    assert.equal(findings.before.length, 1)
    assert.deepEqual(findings.after, [])
    assert.deepEqual(program.lastTime?.after, 3000)
    assert.equal(states[0]?.keys.after, 3)
    assert((states[0]?.keys.before ?? 3) < 3)
  }),
)
