import type { Case, ErrorSpec, InputSpec, NodeSpec } from "./case.ts"
import { agrees, differs, fails, type Given, inTask, operation, stream } from "./synthetic.ts"

const thrown = (message: string): ErrorSpec => ({ class: "UserError", message })
const expecting = (golden: Case, more: Partial<Case["expected"]>): Case => ({
  ...golden,
  expected: { ...golden.expected, ...more },
})

Deno.test("windows use their parameters, and Spark's defaults without them", async () => {
  const numbers = [[1], [2], [3], [4]]
  const pairs = numbers.map((batch) => batch.map((n) => ["a", n]))
  const of = (op: string, node: Partial<NodeSpec>, gives: ReadonlyArray<Given>, slideMs = 1000) =>
    operation({ op, window: 2000, ...node }, op.includes("Key") ? pairs : numbers, gives, { slideMs })
  const sums = [["a", 1], ["a", 3], ["a", 5], ["a", 7]]
  await agrees(of("window", {}, [[1], [1, 2], [2, 3], [3, 4]]))
  await agrees(of("window", { slide: 2000 }, [[1, 2], [3, 4]], 2000))
  await agrees(of("reduceByWindow", { f: "add", slide: 1000 }, [[1], [3], [5], [7]]))
  await agrees(of("reduceByWindow", { f: "add", inv: "sub", slide: 2000 }, [[3], [7]], 2000))
  await agrees(of("countByWindow", { slide: 1000 }, [[1], [2], [2], [2]]))
  await agrees(of("countByValueAndWindow", { slide: 2000, n: 3 }, [[[1, 1], [2, 1]], [[3, 1], [4, 1]]], 2000))
  await agrees(
    of("groupByKeyAndWindow", { n: 1 }, [["a", [1]], ["a", [1, 2]], ["a", [2, 3]], ["a", [3, 4]]].map((x) => [x])),
  )
  await agrees(of("reduceByKeyAndWindow", { f: "add" }, sums.map((x) => [x])))
  await agrees(of("reduceByKeyAndWindow", { f: "add", slide: 2000, n: 1 }, [[["a", 3]], [["a", 7]]], 2000))
  await agrees(of("reduceByKeyAndWindow", { f: "add", inv: "sub" }, sums.map((x) => [x])))
  const placed = { output: [["a", 1]], partitions: [[], [], [["a", 1]]], partitioner: "HashPartitioner(3)" }
  const inverse = { f: "add", inv: "sub", filter: ["valueGt", 0] as const, slide: 1000, n: 3 }
  await agrees(of("reduceByKeyAndWindow", inverse, [placed, ...sums.slice(1).map((x) => [x])]))
  await fails(of("reduceByKeyAndWindow", { ...inverse, n: 2 }, [placed, ...sums.slice(1).map((x) => [x])]))
})

Deno.test("pairs are joined and grouped in n partitions", async () => {
  const inputs: ReadonlyArray<InputSpec> = [
    { id: "s", type: "pair", batches: [[["a", 1], ["b", 2]]] },
    { id: "t", type: "pair", batches: [[["a", "x"], ["c", null]]] },
  ]
  const gives: Readonly<Record<string, ReadonlyArray<unknown>>> = {
    join: [["a", [1, "x"]]],
    leftOuterJoin: [["a", [1, "x"]], ["b", [2, null]]],
    rightOuterJoin: [["a", [1, "x"]], ["c", [null, null]]],
    fullOuterJoin: [["a", [1, "x"]], ["b", [2, null]], ["c", [null, null]]],
    cogroup: [["a", [[1], ["x"]]], ["b", [[2], []]], ["c", [[], [null]]]],
  }
  for (const [op, output] of Object.entries(gives)) {
    const entry = { output, partitions: [output, [], []], partitioner: "HashPartitioner(3)" }
    const compare = op === "cogroup" ? op : "set"
    await agrees(stream({ inputs, nodes: [{ id: "n", op, in: ["s", "t"], n: 3 }] }, { n: [entry] }, { compare }))
  }
  const sums = { create: "pairWithOne", mergeValue: "sumCount", mergeCombiners: "sumCountMerge" }
  const combined = { output: [["a", [3, 2]]], partitions: [[["a", [3, 2]]], []], partitioner: "HashPartitioner(2)" }
  for (const mapSideCombine of [true, false]) {
    await agrees(operation({ op: "combineByKey", ...sums, mapSideCombine }, [[["a", 1], ["a", 2]]], [combined]))
  }
  await agrees(operation({ op: "partitionBy", n: 1 }, [[["a", 1]]], [{
    output: [["a", 1]],
    partitions: [[["a", 1]]],
    partitioner: "HashPartitioner(1)",
  }]))
  await agrees(operation({ op: "countByValue", n: 1 }, [["é", "é", ""]], [{
    output: [["é", 2], ["", 1]],
    partitions: [[["é", 2], ["", 1]]],
    partitioner: "HashPartitioner(1)",
  }]))
})

Deno.test("keys are compared by value: nested lists, null, booleans, decimals, any text", async () => {
  const keys = [[1, [2, "x"]], null, true, 1.5, "日本 \u{1F600}", [], "NaN", ""]
  const batch = keys.flatMap((key) => [[key, 1], [key, 2]])
  await agrees(operation({ op: "reduceByKey", f: "add", n: 3 }, [batch], [keys.map((key) => [key, 3])]))
  await agrees(operation({ op: "updateStateByKey", f: "runningSum" }, [batch, batch], [
    keys.map((key) => [key, 3]),
    keys.map((key) => [key, 6]),
  ]))
  await agrees(operation({ op: "map", f: ["pairWith", { double: "-Infinity" }] }, [[0]], [[[0, "-Infinity"]]]))
})

Deno.test("queues give one RDD in each batch", async () => {
  const queue = (spec: Partial<InputSpec>, gives: ReadonlyArray<Given>) =>
    agrees(stream({ numBatches: gives.length, inputs: [{ id: "s", kind: "queue", rdds: [[1], [2]], ...spec }] }, {
      s: gives,
    }))
  await queue({}, [[1], [2], { output: [], partitions: [[]] }])
  await queue({ oneAtATime: false }, [[1, 2], { output: [], partitions: [[]] }])
  await queue({ oneAtATime: true, default: [7, 8, 9] }, [[1], [2], { output: [7, 8, 9], partitions: [[7], [8, 9]] }])
  await queue({ default: null, rdds: [] }, [{ output: [], partitions: [] }])
  await queue({ default: [] }, [[1], [2], { output: [], partitions: [[], []] }])
})

Deno.test("outputs do what their names say", async () => {
  const inputs: ReadonlyArray<InputSpec> = [{ id: "s", batches: [[3, 1, 2], null] }]
  const head =
    "-------------------------------------------\nTime: 1000 ms\n-------------------------------------------\n"
  const some = stream({ inputs }, {})
  await agrees(expecting({
    ...some,
    outputs: [{ id: "p", in: "s", kind: "print", num: 2 }, { id: "q", in: "s", kind: "printDefault" }],
  }, { stdout: `${head}3\n1\n...\n\n${head}3\n1\n2\n\n` }))
  const entries = (entry: object) => ({
    slideMs: 1000,
    batches: [{ time: 1000, ...entry }, { time: 2000, output: null }],
  })
  const of = (kind: string, more: object, entry: object, batchErrors?: Case["expected"]["batchErrors"]) =>
    agrees(expecting({ ...some, outputs: [{ id: "o", in: "s", kind, ...more }] }, {
      outputs: { o: entries(entry) },
      ...(batchErrors === undefined ? {} : { batchErrors }),
    }))
  await of("called", {}, { called: true })
  await of("rddAction", { action: { op: "top", n: 2 } }, { value: [3, 2] })
  await of("rddAction", { rdd: [{ op: "map", f: "pairSelf" }], action: { op: "countByKey", compare: "set" } }, {
    value: [[1, 1], [2, 1], [3, 1]],
  })
  await of("rddAction", { action: { op: "glomCollect", compare: "set" } }, { value: [[], [1, 2, 3]] })
  const error = thrown("driver boom")
  await of("failAt", { time: 1000, message: "driver boom" }, { error }, [{
    time: 1000,
    phase: "job",
    outputOpId: 0,
    error,
  }])
  await of("failAt", { time: 2000, message: "driver boom" }, { called: true })
  const files = ["_SUCCESS", "part-00000", "part-00001"]
  const text = { _SUCCESS: "", "part-00000": "3\n", "part-00001": "1\n2\n" } as Readonly<Record<string, string>>
  for (
    const [spec, folder] of [[{ prefix: "a/b", suffix: "t.x" }, "a/b-1000.t.x"], [{ prefix: "p" }, "p-1000"]] as const
  ) {
    await agrees(expecting({ ...some, outputs: [{ id: "f", in: "s", kind: "saveAsTextFiles", dir: "out", ...spec }] }, {
      files: files.map((name) => ({ file: `${folder}/${name}`, text: text[name] ?? "" })),
    }))
  }
  await agrees(
    expecting({ ...some, outputs: [{ id: "f", in: "s", kind: "saveAsObjectFiles", dir: "o", prefix: "p" }] }, {
      files: files.map((name) => ({ file: `p-1000/${name}` })),
    }),
  )
})

Deno.test("what cannot be evaluated in a batch concerns the outputs above it, and everything else agrees", async () => {
  const inputs: ReadonlyArray<InputSpec> = [{ id: "s", batches: [[1], [2], [3], [4]] }]
  const nodes: ReadonlyArray<NodeSpec> = [
    { id: "w", op: "window", in: "s", window: 2000 },
    { id: "t", op: "transform", in: "s", rdd: [{ op: "throwAt", time: 2000 }] },
  ]
  const batchErrors = [{ time: 2000, phase: "generate", error: thrown("boom at 2000") } as const]
  const golden = (third: Given) =>
    expecting(stream({ inputs, nodes }, { w: [[1], null, third, [3, 4]], t: [[1], null, [3], [4]] }), { batchErrors })
  await differs(golden([2, 3]), "failedBatches")
  await fails(golden([3, 3]))
  await fails(golden([3]))
  const input = { id: "s", batches: [[["a", 1]], { throw: "no data" }, [["a", 2]], [["a", 4]]] }
  const again = [2000, 3000, 4000].map((time) => ({ time, phase: "generate", error: thrown("no data") } as const))
  const state = stream({ inputs: [input], nodes: [{ id: "n", op: "updateStateByKey", in: "s", f: "runningSum" }] }, {
    n: [[["a", 1]], null, null, null],
  })
  await differs(expecting(state, { batchErrors: again }), "failedBatches")
  await fails(expecting(state, { batchErrors: again.map((each) => ({ ...each, error: thrown("else") })) }))
})

Deno.test("Spark numbers only the outputs that have a job", async () => {
  const inputs: ReadonlyArray<InputSpec> = [{ id: "s", batches: [null] }, { id: "t", batches: [[1]] }]
  const nodes = [{ id: "m", op: "map", in: "t", f: ["failOn", 1] as const }]
  const golden = (outputOpId: number) =>
    expecting(stream({ inputs, nodes }, { s: [null], m: [{ error: inTask("boom: 1") }] }), {
      batchErrors: [{ time: 1000, phase: "job", outputOpId, error: inTask("boom: 1") }],
    })
  await differs(golden(0), "outputIds")
  await agrees(golden(1))
  await fails(golden(2))
})

Deno.test("windows without a length are refused", async () => {
  const nothing = { output: [], partitions: [] }
  await differs(operation({ op: "window", window: 0 }, [[1], [2]], [nothing, nothing]), "emptyWindows")
  await fails(operation({ op: "window", window: 1000 }, [[1]], [nothing]))
})

Deno.test("texts differ in decimals and lists, and in nothing else", async () => {
  const texts = [["1.5"], ["2.0"], ["1.0E10"]]
  const golden = (gives: ReadonlyArray<ReadonlyArray<string>>) =>
    operation({ op: "map", f: "toString" }, [[1.5], [2], [1e10]], gives)
  await differs(golden(texts), "texts")
  await fails(golden([["1.5"], ["2.5"], ["1.0E10"]]))
  const lists = (...gives: ReadonlyArray<string>) =>
    operation({ op: "map", f: "toString" }, [[[1, 2], [], [1, [2, 3], 4, 5]]], [gives])
  await differs(lists("[1, 2]", "[]", "[1, [2, 3], 4, 5]"), "texts")
  await fails(lists("[1, 3]", "[]", "[1, [2, 3], 4, 5]"))
})

Deno.test("a stream that cannot be made is refused at the latest when the context starts", async () => {
  const refused = (node: NodeSpec, error: ErrorSpec) => {
    const golden = operation(node, [[1]], [])
    return agrees({ ...golden, expected: { error: { phase: "construct", at: "n", ...error } } })
  }
  const none = "java.util.NoSuchElementException"
  await refused({ op: "unionAll", in: [] }, { class: none, message: "head of empty array" })
  await refused({ op: "transformAll", in: [], rdd: [] }, { class: none, message: "head of empty list" })
})

Deno.test("records are written in any order after a shuffle, unless they are sorted", async () => {
  const inputs: ReadonlyArray<InputSpec> = [{ id: "s", batches: [["b", "a", "b", "c"]], partitions: 1 }]
  const counted: NodeSpec = { id: "n", op: "countByValue", in: "s", n: 1 }
  const head =
    "-------------------------------------------\nTime: 1000 ms\n-------------------------------------------\n"
  const printed = (lines: string, nodes: ReadonlyArray<NodeSpec> = [counted]) =>
    expecting({ ...stream({ inputs, nodes }, {}), outputs: [{ id: "p", in: "n", kind: "printDefault" }] }, {
      stdout: `${head}${lines}\n\n`,
    })
  await agrees(printed("(b,2)\n(a,1)\n(c,1)"))
  await differs(printed("(c,1)\n(a,1)\n(b,2)"), "openOrder")
  await fails(printed("(c,1)\n(a,1)\n(b,1)"))
  const sorted: NodeSpec = { id: "n", op: "transform", in: "k", rdd: [{ op: "sortByKey" }] }
  await agrees(printed("(a,1)\n(b,2)\n(c,1)", [{ ...counted, id: "k" }, sorted]))
  await fails(printed("(c,1)\n(a,1)\n(b,2)", [{ ...counted, id: "k" }, sorted]))
  const written = (text: string) =>
    expecting({
      ...stream({ inputs, nodes: [counted] }, {}),
      outputs: [{ id: "f", in: "n", kind: "saveAsTextFiles", prefix: "p" }],
    }, {
      files: [{ file: "p-1000/_SUCCESS", text: "" }, { file: "p-1000/part-00000", text }],
    })
  await differs(written("(c,1)\n(a,1)\n(b,2)\n"), "openOrder")
  await fails(written("(c,1)\n(a,1)\n"))
  const listed = (value: ReadonlyArray<unknown>) =>
    stream({ inputs, nodes: [{ ...counted, id: "k" }, { id: "n", op: "glom", in: "k" }] }, { n: [[value]] })
  await differs(listed([["a", 1], ["c", 1], ["b", 2]]), "openOrder")
  await fails(listed([["a", 1], ["c", 2], ["b", 2]]))
})
