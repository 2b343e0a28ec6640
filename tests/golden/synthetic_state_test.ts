import type { Case, NodeSpec } from "./case.ts"
import { agrees, differs, fails, type Given, inTask, operation, stream } from "./synthetic.ts"

type Batches = ReadonlyArray<ReadonlyArray<unknown>>

const update = (node: Partial<NodeSpec>, batches: Batches, gives: ReadonlyArray<Given>): Case =>
  operation({ op: "updateStateByKey", ...node }, batches, gives)

const a = (...values: ReadonlyArray<unknown>) => values.map((value) => ["a", value])

Deno.test("update functions mean what they are called", async () => {
  await agrees(update({ f: "runningSum" }, [a(1, 2), a(), a(3)], [a(3), a(3), a(6)]))
  await agrees(update({ f: "runningCount" }, [a(1, 2), a(), a(3)], [a(2), a(2), a(3)]))
  await agrees(update({ f: "runningMax" }, [a(1, 2), a(), a(3), a(0)], [a(2), a(2), a(3), a(3)]))
  await agrees(update({ f: "dropWhenIdle" }, [a(1), a(2), a(), a(3)], [a(1), a(3), [], a(3)]))
  await agrees(update({ f: ["dropAt", 3] }, [a(1), a(2), a(), a(1)], [a(1), [], [], a(1)]))
  await agrees(update({ f: ["sumDropAfterIdle", 2] }, [a(1), a(), a(), a(5)], [a([1, 0]), a([1, 1]), [], a([5, 0])]))
  await agrees(update({ f: "appendAll" }, [a("x"), a(), a("y", "z")], [a(["x"]), a(["x"]), a(["x", "y", "z"])]))
  await agrees(update({ f: "batchesSeen" }, [a(1, 1), a(), a(1)], [a(1), a(2), a(3)]))
  await agrees(update({ f: "alwaysNone" }, [a(1), a()], [[], []]))
  await agrees(update({ f: "lastValue" }, [a(1, 2), a(), a(3)], [a(2), a(2), a(3)]))
  const failing = update({ f: ["failOnValue", 7] }, [a(1), a(7)], [a(1), { error: inTask("whatever") }])
  const batchErrors = [{ time: 2000, phase: "job", outputOpId: 0, error: inTask("whatever") } as const]
  await agrees({ ...failing, expected: { ...failing.expected, batchErrors } })
})

Deno.test("iterator updates see all keys of a partition", async () => {
  const form = { form: "iterator" }
  await agrees(update({ ...form, f: "iterRunningSum" }, [a(1), a(), a(2)], [a(1), a(1), a(3)]))
  await agrees(update({ ...form, f: "iterOnlyWithValues" }, [a(1), a(), a(2)], [a(1), [], a(2)]))
  await agrees(update({ ...form, f: "iterTwice" }, [a(1)], [a(1, -1)]))
  await agrees(update({ ...form, f: "iterRename", n: 1 }, [a(1), []], [[["a!", 1]], [["a!", 1]]]))
  const kept = { partitions: [a(1)], partitioner: "HashPartitioner(1)", output: a(1) }
  await agrees(update({ ...form, f: "iterRunningSum", n: 1 }, [a(1)], [kept]))
  const { partitioner: _, ...forgotten } = kept
  await agrees(
    update({ ...form, f: "iterRunningSum", n: 1, rememberPartitioner: false, initial: a(0) }, [a(1)], [forgotten]),
  )
  await fails(update({ ...form, f: "iterRunningSum", n: 1, rememberPartitioner: false }, [a(1)], [kept]))
})

Deno.test("a state for a key of another partition differs, and nothing else", async () => {
  const golden = stream({
    inputs: [{ id: "s", batches: [a(1), a(2)] }],
    nodes: [
      { id: "n", op: "updateStateByKey", in: "s", form: "iterator", f: "iterRename", n: 7 },
      { id: "m", op: "mapValues", in: "s", f: ["plus", 1] },
    ],
  }, { n: [[["a!", 1]], [["a!", 1], ["a!", 2]]], m: [a(2), a(3)] })
  await differs(golden, "misplacedStates")
  const wrong = { slideMs: 1000, batches: [{ time: 1000, output: a(2) }, { time: 2000, output: a(4) }] }
  await fails({ ...golden, expected: { outputs: { ...golden.expected.outputs, m: wrong } } })
})

Deno.test("timed updates see the batch time", async () => {
  const form = { form: "timed" }
  await agrees(update({ ...form, f: "addTimeIfValues" }, [a(1), a(), a(1, 1)], [a(1000), a(1000), a(4000)]))
  await agrees(update({ ...form, f: "lastSeen" }, [a(1), a(), a(1)], [a(1000), a(1000), a(3000)]))
  await agrees(update({ ...form, f: ["expireAfter", 2000] }, [a(1), a(), a()], [a(1000), a(1000), []]))
  await agrees(update({ ...form, f: "keySumTime" }, [a(1), a()], [a(["a", 1, 1000]), a(["a", 1, 2000])]))
  const initial = [["b", 500]]
  await agrees(
    update({ ...form, f: "lastSeen", initial, n: 3, rememberPartitioner: false }, [a(1)], [[["a", 1000], ["b", 500]]]),
  )
})

Deno.test("keys without data keep their initial state", async () => {
  await agrees(update({ f: "runningSum", initial: [["a", 5], ["b", 1]], n: 2 }, [a(1), a()], [
    [["a", 6], ["b", 1]],
    [["a", 6], ["b", 1]],
  ]))
})

const mapped = (
  node: Partial<NodeSpec>,
  batches: Batches,
  gives: ReadonlyArray<Given>,
  states?: ReadonlyArray<Given>,
) =>
  stream({
    inputs: [{ id: "s", batches }],
    nodes: [
      { id: "n", op: "mapWithState", in: "s", ...node },
      { id: "c", op: "persist", in: "n" },
      { id: "snap", op: "stateSnapshots", in: "n" },
    ],
  }, states === undefined ? { n: gives } : { n: gives, snap: states })

Deno.test("mapWithState functions mean what they are called, in both arities", async () => {
  const batches = [a(1, 2), a(3)]
  await agrees(mapped({ f: "sumReturnSum" }, batches, [[1, 3], [6]], [a(3), a(6)]))
  await agrees(mapped({ f: "sumReturnKeyKey" }, batches, [["aa", "aa"], ["aa"]], [a(3), a(6)]))
  await agrees(mapped({ f: "sumReturnPair", arity: 3, n: 1 }, batches, [a(1, 3), a(6)], [a(3), a(6)]))
  await agrees(mapped({ f: "sumReturnNull", arity: 3 }, batches, [[null, null], [null]]))
  await agrees(mapped({ f: "sumReturnNull", arity: 4 }, batches, [[], []], [a(3), a(6)]))
  await agrees(mapped({ f: "toggle", arity: 4 }, batches, [["a"], []], [[], a(3)]))
  await agrees(mapped({ f: "toggle", arity: 3 }, batches, [[null, "a"], [null]], [[], a(3)]))
  await agrees(mapped({ f: ["sumRemoveAt", 3], arity: 4 }, batches, [a(1, -1), a(-1)], [[], []]))
  await agrees(mapped({ f: "readOnly", initial: a(7) }, [a(1), [["b", 1]]], [a(7), [["b", -1]]], [a(7), a(7)]))
  await agrees(mapped({ f: "describe" }, batches, [
    a([1, false, null, false], [2, false, null, false]),
    a([
      3,
      false,
      null,
      false,
    ]),
  ], [[], []]))
  await agrees(mapped({ f: "describeAndSet" }, [a(1, 2)], [a([1, false, null, false], [2, true, 1, false])], [a(2)]))
  await agrees(mapped({ f: "removeUnset" }, [a(1)], [a(false)], [[]]))
})

Deno.test("mapWithState functions see the batch time and the text of the state", async () => {
  const batches = [a(1), a(2)]
  await agrees(mapped({ f: "withTime", arity: 4 }, batches, [a(1000), a(2000)], [a(1000), a(2000)]))
  await agrees(mapped({ f: ["dropIfTimeIs", 2000], arity: 4 }, batches, [a(1), []], [a(1), []]))
  await agrees(mapped({ f: ["dropIfTimeIs", 1000], arity: 4 }, batches, [[], a(2)], [[], a(2)]))
  const before = "<state not set> -> 1"
  await agrees(mapped({ f: "stateToString" }, batches, [[before], ["1 -> 2"]], [a(1), a(2)]))
  await fails(mapped({ f: "stateToString" }, batches, [[before], ["1 -> 3"]], [a(1), a(2)]))
})

Deno.test("mapWithState functions whose description leaves something open are read as the recording has it", async () => {
  const batches = [a(1), a(2)]
  await agrees(mapped({ f: "stateToString" }, batches, [a("<state not set> -> 1"), a("1 -> 2")], [a(1), a(2)]))
  await agrees(mapped({ f: "updateNull" }, batches, [["a"], ["a"]], [a(null), a(null)]))
  await agrees(mapped({ f: "updateNull" }, batches, [[null], [null]], [a(null), a(null)]))
  await fails(mapped({ f: "updateNull" }, batches, [["a"], [null]], [a(null), a(null)]))
})

const quick = (
  node: Partial<NodeSpec>,
  batches: Batches,
  gives: ReadonlyArray<Given>,
  states: ReadonlyArray<Given>,
) => {
  const golden = mapped({ arity: 4, timeout: 1000, ...node }, batches, gives, states)
  return { ...golden, nodes: [...golden.nodes ?? [], { id: "q", op: "checkpoint", in: "n", ms: 1000 }] }
}

Deno.test("a timeout ends keys that were idle for longer", async () => {
  const batches = [a(1), a(), a(), a()]
  await agrees(
    quick({ f: "sumReportTimeout" }, batches, [a(1), [], a(["timeout", 1, 3000]), []], [a(1), a(1), [], []]),
  )
  await agrees(quick({ f: "timeoutKeyOnly" }, batches, [[], [], ["a"], []], [a(1), a(1), [], []]))
  await agrees(
    quick({ f: "touchReportTimeout", initial: a(5) }, batches, [a(5), [], a(["timeout", 5, 3000]), []], [
      a(5),
      a(5),
      [],
      [],
    ]),
  )
})

Deno.test("a change that a state does not allow fails the job", async () => {
  for (
    const [f, text, name] of [
      ["getUnset", "State is not set", "java.util.NoSuchElementException"],
      [
        "removeTwice",
        "requirement failed: Cannot remove the state that has already been removed",
        "java.lang.IllegalArgumentException",
      ],
      [
        "updateAfterRemove",
        "requirement failed: Cannot update the state after it has been removed",
        "java.lang.IllegalArgumentException",
      ],
    ] as const
  ) {
    const error = inTask(text, name)
    const golden = mapped({ f }, [a(1)], [{ error }])
    await agrees({
      ...golden,
      expected: { ...golden.expected, batchErrors: [{ time: 1000, phase: "job", outputOpId: 0, error }] },
    })
  }
  for (const [f, verb] of [["updateWhenTimingOut", "update"], ["removeWhenTimingOut", "remove"]] as const) {
    const error = inTask(
      `requirement failed: Cannot ${verb} the state that is timing out`,
      "java.lang.IllegalArgumentException",
    )
    const entries = [[], [], { error }]
    const golden = quick({ f }, [a(1), a(), a()], entries, [a(1), a(1), { error }])
    const batchErrors = [0, 1].map((outputOpId) => ({ time: 3000, phase: "job", outputOpId, error } as const))
    await agrees({ ...golden, expected: { ...golden.expected, batchErrors } })
  }
})

Deno.test("Spark's timeouts come late, at its tenth batch", async () => {
  const idle = Array.from({ length: 9 }, () => a())
  const states = [...Array.from({ length: 9 }, () => a(1)), []]
  const gives = [a(1), ...Array.from({ length: 8 }, () => []), a(["timeout", 1, 10000])]
  const golden = mapped({ f: "sumReportTimeout", arity: 4, timeout: 2000 }, [a(1), ...idle], gives, states)
  await differs(golden, "timeouts")
  const early = [a(1), ...Array.from({ length: 7 }, () => []), a(["timeout", 1, 9000]), []]
  await fails(mapped({ f: "sumReportTimeout", arity: 4, timeout: 2000 }, [a(1), ...idle], early, states))
})
