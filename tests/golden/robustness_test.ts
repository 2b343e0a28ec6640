import assert from "node:assert/strict"
import type { Case } from "./case.ts"
import { main } from "./run.ts"

/** Runs a folder with these files, and gives the exit code and what was told. */
const told = async (
  files: Readonly<Record<string, string>>,
  at = "",
): Promise<readonly [number, ReadonlyArray<string>]> => {
  const folder = await Deno.makeTempDir()
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text)
    const lines: Array<string> = []
    const code = await main([`${folder}${at}`], (line) => void lines.push(line))
    return [code, lines]
  } finally {
    await Deno.remove(folder, { recursive: true })
  }
}

const golden: Case = {
  id: "X-01",
  kind: "stream",
  inputs: [{ id: "s", batches: [[1, 2]] }],
  outputs: [{ id: "s", in: "s" }],
  expected: { outputs: { s: { slideMs: 1000, batches: [{ time: 1000, output: [1, 2] }] } } },
}

const family = (...cases: ReadonlyArray<unknown>): string => JSON.stringify({ family: "unheard of", cases })

Deno.test("main() runs a folder of recordings or one file, whatever the family", async () => {
  assert.deepEqual(await told({ "x.json": family(golden) }), [0, ["1 passed, 0 failed, 0 skipped"]])
  assert.deepEqual(await told({ "x.json": family(golden) }, "/x.json"), [0, ["1 passed, 0 failed, 0 skipped"]])
  assert.deepEqual(await told({ "x.json": family() }), [0, ["0 passed, 0 failed, 0 skipped"]])
})

Deno.test("main() reports files that it cannot read and runs the others", async () => {
  const [code, lines] = await told({ "a.json": "{ not JSON", "b.json": family(golden), "c.json": `{"cases":1}` })
  assert.equal(code, 1)
  assert.match(lines.at(-3) ?? "", /^UNREADABLE .*\/a\.json: .*JSON/)
  assert.match(lines.at(-2) ?? "", /^UNREADABLE .*\/c\.json: cases is not a list$/)
  assert.equal(lines.at(-1), "1 passed, 0 failed, 0 skipped")
})

Deno.test("main() reports folders that do not exist or hold no recordings", async () => {
  const [code, lines] = await told({}, "/nowhere")
  assert.equal(code, 1)
  assert.match(lines[0] ?? "", /^UNREADABLE .*nowhere: /)
  const [none, nothing] = await told({ "differences.json": "[]" })
  assert.equal(none, 1)
  assert.match(nothing[0] ?? "", /it holds no recordings$/)
})

Deno.test("main() skips cases that it does not understand and names what is missing", async () => {
  const [node] = [{ id: "m", op: "map", in: "s", f: "double" }]
  const strange: ReadonlyArray<readonly [unknown, RegExp]> = [
    [{ ...golden, kind: "constructor" }, /missing: kind constructor/],
    [{ ...golden, tempo: 3 }, /missing: field tempo of a case/],
    [{ ...golden, expected: undefined }, /missing: a case without expected results/],
    [{ ...golden, expected: { ...golden.expected, colour: "red" } }, /missing: field colour of expected/],
    [{ ...golden, expected: {} }, /missing: the entries of output s/],
    [{ ...golden, inputs: "none" }, /missing: inputs is not a list/],
    [{ ...golden, inputs: [{ id: "s", kind: "receiver" }] }, /missing: input receiver/],
    [{ ...golden, nodes: [{ ...node, weight: 2 }] }, /missing: field weight of map/],
    [{ ...golden, nodes: [{ ...node, op: "toString" }] }, /missing: toString/],
    [{ ...golden, nodes: [{ ...node, in: "t" }] }, /missing: stream t/],
    [{ ...golden, nodes: [{ ...node, op: "updateStateByKey", f: "runningSum", form: "odd" }] }, /missing: form/],
    [
      { ...golden, nodes: [{ id: "m", op: "transform", in: "s", rdd: [{ op: "distinct", m: 1 }] }] },
      /field m of distinct/,
    ],
    [{ ...golden, outputs: [{ id: "s", in: "s", kind: "printAll" }] }, /missing: output printAll/],
    [{ ...golden, outputs: [{ id: "s", in: "s", limit: 3 }] }, /missing: field limit of collect/],
    [{ ...golden, outputs: [{ id: "s", in: "s", compare: "bag" }] }, /missing: compare bag/],
    [{ ...golden, conf: { "spark.unheard": "1" } }, /missing: spark\.unheard/],
    [{ id: "X", kind: "script", steps: [{ do: "leap" }], expected: { steps: [{ do: "leap" }] } }, /missing: step leap/],
    [{ id: "X", kind: "script", steps: [{ do: "stop", how: 1 }], expected: {} }, /missing: field how of stop/],
    [
      { id: "X", kind: "script", steps: [{ do: "recover" }], expected: { steps: [{ do: "recover" }] } },
      /missing: context A/,
    ],
    [
      { id: "X", kind: "rdd", actions: [{ op: "guess", in: "a" }], expected: { results: [{}] } },
      /missing: action guess/,
    ],
    [{ id: "X", kind: "call", calls: [{ fn: "Moon.phase", args: [] }], expected: { results: [{}] } }, /missing: Moon/],
    [7, /missing: a case that is not an object/],
    [{ kind: "stream" }, /missing: a case without an id and a kind/],
  ]
  for (const [each, reason] of strange) {
    const [code, lines] = await told({ "x.json": family(each, golden) })
    assert.match(lines[0] ?? "", reason)
    assert.deepEqual([code, lines.at(-1)], [0, "1 passed, 0 failed, 1 skipped"], String(reason))
  }
})

Deno.test("main() prints a difference once for all engines and fails", async () => {
  const many = Array.from({ length: 80 }, (_, i) => i)
  const wrong = { slideMs: 1000, batches: [{ time: 1000, output: [1, 3] }] }
  const [code, lines] = await told({ "x.json": family({ ...golden, expected: { outputs: { s: wrong } } }) })
  assert.equal(code, 1)
  assert.equal(lines[0], "FAILED unheard of X-01\n    s at 1000: expected [1,3], got [1,2]")
  const long = { ...wrong, batches: [{ time: 1000, output: many }] }
  const inputs = [{ id: "s", batches: [many.with(7, -7)] }]
  const [, [diff]] = await told({ "x.json": family({ ...golden, inputs, expected: { outputs: { s: long } } }) })
  assert.equal(diff, "FAILED unheard of X-01\n    s at 1000: lacks [7], has [-7] instead, of 80 expected")
  const turned = { ...wrong, batches: [{ time: 1000, output: many.toReversed() }] }
  const same = [{ id: "s", batches: [many] }]
  const [, [order]] = await told({
    "x.json": family({ ...golden, inputs: same, expected: { outputs: { s: turned } } }),
  })
  assert.match(order ?? "", /the order differs from element 0 on: expected 79, got 0$/)
})
