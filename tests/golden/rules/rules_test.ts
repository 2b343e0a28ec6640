import assert from "node:assert/strict"
import type { Case, EntrySpec, Family, ResultSpec, StepSpec } from "../case.ts"
import { differences, judge, type Outcome } from "../run.ts"
import { pins } from "../skips.ts"
import { agrees, differs, fails, inTask, script, stream } from "../synthetic.ts"

const recorded = async (name: string): Promise<Case> => {
  const [family = "", id = ""] = name.split(" ")
  const file: Family = JSON.parse(await Deno.readTextFile(new URL(`../${family}.json`, import.meta.url)))
  const found = file.cases.find((each) => each.id === id)
  assert.ok(found, name)
  return { ...found, id: "T-01" }
}

const judged = async (golden: Case): Promise<Outcome["_tag"]> => (await judge(golden, ["local"]))._tag

/** The case with another entry in one batch of an output. */
const changed = (golden: Case, id: string, batch: number, entry: Partial<EntrySpec>): Case => {
  const output = golden.expected.outputs?.[id]
  assert.ok(output !== undefined && "slideMs" in output)
  const batches = output.batches.map((each, i) => i === batch ? { time: each.time, ...entry } : each)
  const outputs = { ...golden.expected.outputs, [id]: { ...output, batches } }
  return { ...golden, expected: { ...golden.expected, outputs } }
}

Deno.test("differences.json describes the differences of all pins, each once, with a recording that shows it", async () => {
  const known = await differences()
  const names = known.map(({ name }) => name)
  assert.deepEqual(names, [...new Set(names)])
  for (const { reason } of pins) {
    if (reason === "informative" || reason.startsWith("missing: ")) continue
    for (const name of reason.split(", ")) assert.ok(names.includes(name), name)
  }
  for (const { name, shown } of known) {
    if (shown !== undefined) {
      assert.deepEqual(await judge(await recorded(shown), ["local"]), { _tag: "Skipped", reason: name })
    }
  }
})

Deno.test("judge() explains recorded differences whatever the id of the case", async () => {
  for (const { name, reason } of pins.filter((pin) => !/^(missing|informative)/.test(pin.reason))) {
    assert.deepEqual(await judge(await recorded(name), ["local"]), { _tag: "Skipped", reason }, name)
  }
})

Deno.test("judge() fails a wrong result beside keys that stay in inverse windows", async () => {
  const golden = await recorded("window_reduce WR-11")
  await fails(changed(golden, "out", 4, { output: [["b", 1], ["a", 3], ["c", 0]] }))
  await fails(changed(golden, "out", 4, { output: [["b", 1], ["a", 2], ["c", 1]] }))
  await fails(changed(golden, "out", 4, { output: [["b", 1], ["a", 2], ["c", 0], ["d", 0]] }))
  await fails(changed(await recorded("window_reduce WR-02"), "out", 1, { output: [20] }))
  await fails(changed(await recorded("window_reduce WR-04"), "out", 3, { output: [4] }))
  await fails(changed(await recorded("window_reduce WR-04"), "out", 5, { output: [] }))
})

Deno.test("judge() fails a wrong record or snapshot in batches of a state with timeouts", async () => {
  const golden = await recorded("map_with_state MS-10")
  for (const [turn, id] of ["w", "snap"].entries()) {
    const output = golden.expected.outputs?.[id]
    assert.ok(output !== undefined && "slideMs" in output)
    for (const [i, { output: records = [] }] of output.batches.entries()) {
      if (i % 2 !== turn) continue
      const [first, ...rest] = records ?? []
      const wrong = first === undefined
        ? [["z", 1]]
        : [rest, [["a", 99], ...rest], [first, ...rest, ["z", 1]]][(i >> 1) % 3] ?? []
      const outcome = await judge(changed(golden, id, i, { output: wrong }), ["local"])
      assert.equal(outcome._tag, "Failed", `${id} ${i} ${JSON.stringify(wrong)}`)
    }
  }
})

/** An inverse window over the numbers of one key, and what Spark gives for them. */
const inverse = (window: object, batches: ReadonlyArray<number>, gives: ReadonlyArray<number>, slideMs = 1000): Case =>
  stream(
    {
      inputs: [{ id: "s", type: "pair", batches: batches.map((n) => n === 0 ? [] : [["a", n]]) }],
      nodes: [{ id: "n", op: "reduceByKeyAndWindow", in: "s", f: "add", inv: "sub", ...window }],
    },
    { n: gives.map((n) => n === 0 ? [] : [["a", n]]) },
    { slideMs },
  )

Deno.test("judge() explains what Spark takes out of an inverse window without having added it", async () => {
  const filtered = { window: 2000, slide: 1000, filter: ["valueGt", 1] }
  await differs(inverse(filtered, [1, 3, 0, 0], [0, 3, 2, 0]), "inverseWindows")
  await fails(inverse(filtered, [1, 3, 0, 0], [0, 3, 4, 0]))
  const apart = { window: 1000, slide: 2000 }
  await differs(inverse(apart, [1, 2, 3, 4], [3, 5], 2000), "inverseWindows")
  await fails(inverse(apart, [1, 2, 3, 4], [3, 6], 2000))
  const counting = (op: string, gives: ReadonlyArray<unknown>): Case =>
    stream(
      {
        inputs: [{ id: "s", batches: [["a"], ["a", "a"], ["a"], ["a"]] }],
        nodes: [{ id: "n", op, in: "s", ...apart }],
      },
      { n: gives.map((each) => [each]) },
      { slideMs: 2000 },
    )
  await differs(counting("countByWindow", [3, 2]), "inverseWindows")
  await fails(counting("countByWindow", [3, 3]))
  await differs(counting("countByValueAndWindow", [["a", 3], ["a", 2]]), "inverseWindows")
  await fails(counting("countByValueAndWindow", [["a", 3], ["a", 4]]))
})

const boom = inTask("boom: 7")

/** A case whose second batch fails in a task, with what its output gives in all batches. */
const failing = (nodes: Case["nodes"], gives: ReadonlyArray<ReadonlyArray<unknown> | "fails">): Case => {
  const golden = stream(
    {
      inputs: [{ id: "s", type: "pair", batches: [[["a", 1]], [["a", 7]], [["a", 2]], [["a", 3]]] }],
      nodes: nodes ?? [],
    },
    { n: gives.map((each) => each === "fails" ? { error: boom } : each) },
  )
  const batchErrors = gives.flatMap((each, i) =>
    each === "fails" ? [{ time: (i + 1) * 1000, phase: "job", outputOpId: 0, error: boom } as const] : []
  )
  return { ...golden, expected: { ...golden.expected, batchErrors } }
}

const a = (...values: ReadonlyArray<unknown>) => values.map((value) => ["a", value])

Deno.test("judge() explains a state that fails again in all later batches, and nothing else after the failure", async () => {
  const nodes = [{ id: "n", op: "updateStateByKey", in: "s", f: ["failOnValue", 7] }] as const
  await differs(failing(nodes, [a(1), "fails", "fails", "fails"]), "failedBatches")
  await agrees(failing(nodes, [a(1), "fails", a(3), a(6)]))
  await fails(failing(nodes, [a(1), "fails", a(10), a(13)]))
  await fails(failing(nodes, [a(1), "fails", "fails", a(6)]))
  await fails(failing(nodes, [a(2), "fails", "fails", "fails"]))
  await fails(failing(nodes, [a(1), a(8), "fails", "fails"]))
})

Deno.test("judge() explains windows that fail as long as they have a failed batch, and nothing else", async () => {
  const failOn = { id: "m", op: "mapValues", in: "s", f: ["failOn", 7] } as const
  const nodes = [failOn, { id: "n", op: "window", in: "m", window: 2000 }]
  await differs(failing(nodes, [a(1), "fails", "fails", a(2, 3)]), "failedBatches")
  await agrees(failing(nodes, [a(1), "fails", a(2), a(2, 3)]))
  await fails(failing(nodes, [a(1), "fails", "fails", a(3, 3)]))
  await fails(failing(nodes, [a(1), "fails", "fails", "fails"]))
})

Deno.test("judge() explains graphs that Spark refuses without checkpoints, and no other refusal", async () => {
  const golden = await recorded("window_reduce WR-17")
  const refusal = { class: "java.lang.IllegalArgumentException", message: "requirement failed: No output operations" }
  await fails({ ...golden, expected: { error: refusal } })
  await fails({ ...golden, expected: { error: { ...golden.expected.error ?? refusal, class: "java.lang.Exception" } } })
  const script = await recorded("lifecycle LC-20")
  const steps = script.expected.steps ?? []
  await fails({ ...script, expected: { steps: steps.with(3, { do: "state", value: "ACTIVE" }) } })
})

Deno.test("judge() explains slices of forgotten and of future batches, and no other slice", async () => {
  const sliced = (step: StepSpec, value: unknown, remember = 1000): Case =>
    script(
      [
        [{ do: "create", remember }],
        [{ do: "build" }],
        [{ do: "start" }],
        [{ do: "advance", batches: 2 }, { value: ["completed", "completed"] }],
        [step, { value }],
      ],
      { inputs: [{ id: "s", batches: [[1], [2], [3]] }], outputs: [{ id: "out", in: "s", kind: "called" }] },
      { outputs: { out: [{ time: 1000, called: true }, { time: 2000, called: true }] } },
    )
  const slice = { do: "slice", in: "s", from: 1000, to: 3000 }
  await differs(sliced(slice, [[1], [2], [3]]), "slices")
  await fails(sliced(slice, [[1], [4], [3]]))
  await agrees(sliced({ ...slice, to: 2000 }, [[1], [2]], 2000))
  await fails(sliced({ ...slice, to: 2000 }, [[1], [3]], 2000))
  await fails(sliced({ ...slice, to: 2000 }, [[1]], 2000))
  const get = (time: number) => ({ do: "getOrCompute", in: "s", time })
  await differs(sliced(get(3000), [3]), "slices")
  await agrees(sliced(get(2000), [2]))
  await fails(sliced(get(2000), [3]))
  await fails(sliced(get(2000), null))
})

Deno.test("judge() explains misplaced states only where a key belongs to another partition", async () => {
  const renaming = (n: number, ...gives: ReadonlyArray<ReadonlyArray<unknown>>) =>
    stream({
      inputs: [{ id: "s", batches: [a(1), a(2)] }],
      nodes: [{ id: "n", op: "updateStateByKey", in: "s", form: "iterator", f: "iterRename", n }],
    }, { n: gives })
  await differs(renaming(7, [["a!", 1]], [["a!", 1], ["a!", 2]]), "misplacedStates")
  await fails(renaming(7, [["a!", 1]], [["a!", 1], ["a!", 3]]))
  await fails(renaming(7, [["a!", 1]], [["a!", 3]]))
  await agrees(renaming(3, [["a!", 1]], [["a!", 1], ["a!", 2]]))
  await fails(renaming(3, [["a!", 1]], [["a!", 3]]))
})

Deno.test("judge() explains what shows in the batches of scripts", async () => {
  const steps = (third: string) =>
    script(
      [
        [{ do: "create", checkpoint: true }],
        [{ do: "build" }],
        [{ do: "start" }],
        [{ do: "advance", batches: 3 }, { value: ["completed", "generation failed", third] }],
        [{ do: "state" }, { value: "ACTIVE" }],
      ],
      {
        inputs: [{ id: "s", batches: [[["a", 1]], { throw: "no data" }, [["a", 2]]] }],
        nodes: [{ id: "n", op: "updateStateByKey", in: "s", f: "runningSum" }],
        outputs: [{ id: "n", in: "n", compare: "set" }],
      },
      {
        outputs: { n: [{ time: 1000, output: [["a", 1]] }] },
        batchErrors: [2000, 3000].map((time) =>
          ({ time, phase: "generate", error: { class: "UserError", message: "no data" } }) as const
        ),
      },
    )
  await differs(steps("generation failed"), "failedBatches")
  await fails(steps("completed"))
})

Deno.test("judge() explains what Spark accepts or refuses after the start, step by step", async () => {
  const late = {
    error: {
      class: "java.lang.IllegalStateException",
      message: "Adding new inputs, transformations, and output operations after starting a context is not supported",
    },
  }
  const steps = (...last: ReadonlyArray<readonly [StepSpec, ResultSpec?]>) =>
    script([[{ do: "create" }], [{ do: "build" }], [{ do: "start" }], ...last], {
      inputs: [{ id: "s", batches: [[1]] }],
      outputs: [{ id: "out", in: "s", kind: "called" }],
    })
  const node = { do: "node", id: "m", op: "map", in: "s", f: "double" }
  await differs(steps([node, late]), "lateDefinitions")
  await differs(steps([{ do: "remember", ms: 2000 }]), "lateRemember")
  await differs(steps([{ do: "remember", ms: 2000 }], [node, late]), "lateDefinitions", "lateRemember")
  // Spark refuses all definitions, so a recording that has one accepted is not Spark's.
  await fails(steps([node, late], [{ do: "output", id: "o", in: "s" }]))
  await fails(steps([node, { error: { ...late.error, class: "java.lang.Exception" } }]))
})

Deno.test("judge() explains unions of streams of different contexts", async () => {
  const united = (message: string) =>
    script([
      [{ do: "create" }],
      [{ do: "input", id: "s", batches: [[1]] }],
      [{ do: "create", ctx: "B" }],
      [{ do: "input", ctx: "B", id: "t", batches: [[2]] }],
      [{ do: "unionOfContexts", in: [["A", "s"], ["B", "t"]] }, {
        error: { class: "java.lang.IllegalArgumentException", message },
      }],
    ])
  await differs(united("requirement failed: Some of the DStreams have different contexts"), "contextsOfStreams")
  await fails(united("requirement failed: Some of the DStreams have different slide durations"))
})

Deno.test("judge() explains arrays as keys by what texts in their place give", async () => {
  const golden = (message: string): Case => ({
    id: "T-05",
    kind: "rdd",
    rdds: [{ id: "a", data: [[[1, 2], "x"], [[1, 2], "y"], [[3], "z"]], slices: 2 }],
    nodes: [{ id: "g", op: "groupByKey", in: "a", n: 2 }],
    actions: [{ op: "collect", in: "g", compare: "group" }, { op: "count", in: "a" }],
    expected: { results: [{ error: { class: "org.apache.spark.SparkException", message } }, { value: 3 }] },
  })
  await differs(golden("HashPartitioner cannot partition array keys."), "arrayKeys")
  await fails(golden("HashPartitioner cannot partition these keys."))
})

Deno.test("judge() applies several rules to one case", async () => {
  const inputs = [{ id: "s", batches: [["b", "a", "b"], []] }]
  const nodes = [
    { id: "n", op: "countByValueAndWindow", in: "s", window: 1000 },
    { id: "w", op: "reduceByWindow", in: "s", f: "joinComma", inv: "left", window: 1000 },
    { id: "k", op: "map", in: "w", f: "toList" },
  ] as const
  const golden = stream({ inputs, nodes }, { n: [[["a", 1], ["b", 2]], []], k: [[["b,a,b"]], [["b,a,b"]]] })
  await differs(golden, "inverseWindows")
  const outputs = [...golden.outputs ?? [], { id: "p", in: "n", kind: "printDefault" }]
  const head = (time: number) => `${"-".repeat(43)}\nTime: ${time} ms\n${"-".repeat(43)}\n`
  const stdout = `${head(1000)}(a,1)\n(b,2)\n\n${head(2000)}\n`
  await differs({ ...golden, outputs, expected: { ...golden.expected, stdout } }, "openOrder", "inverseWindows")
  const wrong = stdout.replace("(a,1)", "(a,2)")
  assert.equal(await judged({ ...golden, outputs, expected: { ...golden.expected, stdout: wrong } }), "Failed")
})
