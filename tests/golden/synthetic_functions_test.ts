import type { FunctionRef, InputSpec } from "./case.ts"
import { agrees, fails, inTask, operation, stream } from "./synthetic.ts"

type Row = readonly [f: FunctionRef, given: ReadonlyArray<unknown>, gives: ReadonlyArray<unknown>]

const rows = (op: string, table: ReadonlyArray<Row>, compare: "list" | "set" = "list") => async () => {
  for (const [f, given, gives] of table) await agrees(operation({ op, f }, [given], [gives], { compare }))
}

Deno.test(
  "map functions mean what they are called",
  rows("map", [
    ["identity", [1, "a", null], [1, "a", null]],
    ["toString", [1, true, "x", null, 1.5], ["1", "true", "x", "null", "1.5"]],
    ["double", [1, 2.5], [2, 5]],
    [["plus", 3], [1], [4]],
    [["minus", 3], [1], [-2]],
    [["times", 3], [2, 0], [6, 0]],
    [["times", { long: -3 }], [0], [0]],
    ["negate", [1, 0], [-1, 0]],
    ["square", [-3], [9]],
    [["mod", 3], [-1, -3, 4], [2, 0, 1]],
    ["half", [3, 1.5], [1.5, 0.75]],
    ["length", ["", "日本", "é"], [0, 2, 1]],
    ["upper", ["aé", "ß"], ["AÉ", "SS"]],
    [["suffix", "!"], ["a", 1], ["a!", "1!"]],
    ["isEvenValue", [1, -2], [false, true]],
    [["constant", { pair: [1, "x"] }], [7], [[1, "x"]]],
    [["constant", { double: "NaN" }], [7], ["NaN"]],
    ["toNull", [1, 2], [null, null]],
    ["pairWithOne", ["a"], [["a", 1]]],
    [["pairWith", "x"], ["a"], [["a", "x"]]],
    ["pairSelf", [1], [[1, 1]]],
    ["pairSquare", [3], [[3, 9]]],
    [["keyByMod", 3], [-4, 5], [[2, -4], [2, 5]]],
    ["keyByLength", ["ab", ""], [[2, "ab"], [0, ""]]],
    ["keyByFirst", ["ab", "", "é"], [["a", "ab"], ["", ""], ["é", "é"]]],
    ["swap", [["a", 1]], [[1, "a"]]],
    ["first", [["a", 1]], ["a"]],
    ["second", [["a", 1]], [1]],
    ["sumPair", [[1, 2], [1, null], [null, 2], [null, null]], [3, 1, 2, 0]],
    ["keyColonValue", [["a", 1], ["b", null]], ["a:1", "b:null"]],
    ["sumList", [[1, 2, 3], []], [6, 0]],
    ["size", [[1, 2, 3], []], [3, 0]],
    ["sorted", [[3, 1, 2], ["b", "a", "c"]], [[1, 2, 3], ["a", "b", "c"]]],
    ["toList", [1], [[1]]],
    ["sizes", [[[1, 2], []]], [[2, 0]]],
    [["failOn", 9], [1], [1]],
  ]),
)

Deno.test(
  "predicates mean what they are called",
  rows("filter", [
    ["isEven", [1, 2, -4, 0], [2, -4, 0]],
    ["isOdd", [1, 2, -3], [1, -3]],
    [["gt", 1], [1, 2], [2]],
    [["lt", 1], [1, 0], [0]],
    [["notEq", "a"], ["a", "b"], ["b"]],
    ["nonEmpty", ["", "a"], ["a"]],
    [["contains", "日"], ["日本", "x"], ["日本"]],
    ["valueNonZero", [["a", 0], ["b", 1]], [["b", 1]]],
    [["valueGt", 1], [["a", 1], ["b", 2]], [["b", 2]]],
    [["keyNotEq", "a"], [["a", 1], ["b", 2]], [["b", 2]]],
    ["all", [1], [1]],
    ["none", [1], []],
  ]),
)

Deno.test(
  "flatMap functions mean what they are called",
  rows("flatMap", [
    ["splitWords", [" a  b ", ""], ["a", "b"]],
    ["chars", ["ab", ""], ["a", "b"]],
    ["lengthAndChars", ["ab"], ["2", "a", "b"]],
    ["xAnd2x", [1, 3], [1, 2, 3, 6]],
    [["xAndPlus", 10], [1], [1, 11]],
    ["repeat", [2, 0, 1], [2, 2, 1]],
    ["range", [3, 0, -1], [0, 1, 2]],
    ["elements", [[1, 2, 3], []], [1, 2, 3]],
    ["noElements", [1], []],
    [["failOn", 9], [1], [1]],
  ]),
)

Deno.test("combine functions mean what they are called, each batch reduced in one partition", async () => {
  const table: ReadonlyArray<Row> = [
    ["add", [1, 2, 3.5], [6.5]],
    ["add", ["a", "b"], ["ab"]],
    ["sub", [5, 2], [3]],
    ["mul", [-2, 0], [0]],
    ["max", [1, 3, 2], [3]],
    ["min", ["b", "a"], ["a"]],
    ["left", [1, 2], [1]],
    ["right", [1, 2], [2]],
    ["joinComma", ["a", "b"], ["a,b"]],
    ["append", [[1, 2, 3], 4], [[1, 2, 3, 4]]],
    ["concatLists", [[1], [2, 3]], [[1, 2, 3]]],
    ["countInc", [1, 7], [2]],
    ["sumCount", [[3, 1], 4], [[7, 2]]],
    ["sumCountMerge", [[3, 1], [4, 2]], [[7, 3]]],
    [["failAdd", 9], [1, 2], [3]],
  ]
  for (const [f, given, gives] of table) {
    const s: InputSpec = { id: "s", batches: [given], partitions: 1 }
    await agrees(stream({ inputs: [s], nodes: [{ id: "n", op: "reduce", in: "s", f }] }, { n: [gives] }))
  }
})

Deno.test(
  "partition functions are called for each partition, even if it is empty",
  async () => {
    await rows("mapPartitions", [
      ["identity", [1, 2], [1, 2]],
      ["sum", [1, 2, 3], [1, 5]],
      ["sum", [], [0, 0]],
      ["count", [1], [0, 1]],
      ["list", [1, 2, 3], [[1], [2, 3]]],
      ["concatUpper", ["a", "b", "c"], ["A", "BC"]],
      ["maxIfAny", [3, 1, 2], [3, 2]],
      ["maxIfAny", [3], [3]],
      ["head", [1, 2, 3], [1, 2]],
      ["reverse", [1, 2, 3], [1, 3, 2]],
      ["swapPairs", [["a", 1], ["b", 2]], [[1, "a"], [2, "b"]]],
      ["failIfEmpty", [1, 2], [1, 2]],
    ])()
    const indexed: ReadonlyArray<Row> = [
      ["withIndex", [1, 2, 3], [[0, 1], [1, 2], [1, 3]]],
      ["indexSum", [1, 2, 3], [[0, 1], [1, 5]]],
      ["indexCount", [1, 2, 3], [[0, 1], [1, 2]]],
      ["dropFirstPartition", [1, 2, 3], [2, 3]],
    ]
    for (const [f, given, gives] of indexed) {
      const rdd = [{ op: "mapPartitionsWithIndex", f }]
      await agrees(operation({ op: "transform", rdd }, [given], [gives], { compare: "list" }))
    }
    for (const [f, gives] of [["sizesPair", [[1, 1], [2, 2]]], ["concatBoth", [1, 1, 2, 3, 2, 3]]] as const) {
      const rdd = [{ op: "zipPartitions", in: ["in0", "in0"], f }]
      await agrees(operation({ op: "transform", rdd }, [[1, 2, 3]], [gives], { compare: "list" }))
    }
  },
)

Deno.test("a function that throws fails the output whose task calls it", async () => {
  const failing: ReadonlyArray<readonly [op: string, f: FunctionRef, given: ReadonlyArray<unknown>, text: string]> = [
    ["map", ["failOn", 7], [7], "boom: 7"],
    ["filter", ["failOn", "é"], ["é"], "boom: é"],
    ["flatMap", ["failOn", 7], [7], "boom: 7"],
    ["reduce", ["failAdd", 7], [7, 1], "whatever it throws"],
    ["mapPartitions", "failIfEmpty", [1], "whatever it throws"],
  ]
  for (const [op, f, given, text] of failing) {
    const golden = operation({ op, f }, [given], [{ error: inTask(text) }])
    const batchErrors = [{ time: 1000, phase: "job", outputOpId: 0, error: inTask(text) } as const]
    await agrees({ ...golden, expected: { ...golden.expected, batchErrors } })
  }
  const other = operation({ op: "map", f: ["failOn", 7] }, [[7]], [{ error: inTask("boom: 8") }])
  await fails({
    ...other,
    expected: {
      ...other.expected,
      batchErrors: [{ time: 1000, phase: "job", outputOpId: 0, error: inTask("boom: 8") }],
    },
  })
})

Deno.test("half gives whole numbers where that explains the whole case", async () => {
  await agrees(operation({ op: "map", f: "half" }, [[3, 4]], [[1, 2]], { compare: "list" }))
  await fails(operation({ op: "map", f: "half" }, [[3, 4, 5]], [[1.5, 2, 2]], { compare: "list" }))
})
