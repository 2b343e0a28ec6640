import type { Case } from "./case.ts"
import { agrees, differs, fails, rdd } from "./synthetic.ts"

const numbers = { rdds: [{ id: "a", data: [5, 3, 8, 1, 9], slices: 2 }] } satisfies Partial<Case>
const unsupported = (message: string) => ({
  error: { class: "org.apache.spark.SparkUnsupportedOperationException", message },
})

Deno.test("actions that change an RDD change it for the actions that follow", async () => {
  const levels = (last: string) =>
    rdd(numbers, [
      [{ op: "persist", in: "a", level: "DISK_ONLY" }, { value: "DISK_ONLY" }],
      [
        { op: "persist", in: "a", level: "OFF_HEAP" },
        unsupported(
          "Cannot change storage level of an RDD after it was already assigned a level",
        ),
      ],
      [{ op: "storageLevel", in: "a" }, { value: last }],
      [{ op: "unpersist", in: "a" }, { value: "NONE" }],
      [{ op: "cache", in: "a" }, { value: "MEMORY_ONLY" }],
    ])
  await differs(levels("DISK_ONLY"), "rddChanges")
  await fails(levels("OFF_HEAP"))
  const checkpointed = (late: boolean) =>
    rdd(numbers, [
      [{ op: "isCheckpointed", in: "a" }, { value: false }],
      [{ op: "localCheckpoint", in: "a" }, {}],
      [{ op: "isCheckpointed", in: "a" }, { value: false }],
      [{ op: "count", in: "a" }, { value: 5 }],
      [{ op: "isCheckpointed", in: "a" }, { value: late }],
    ])
  await differs(checkpointed(true), "rddChanges")
})

Deno.test("RDD operations and actions use their parameters", async () => {
  const pairs = { id: "p", data: [["a", 1], ["b", 2], ["a", 3]], slices: 2 }
  await agrees(rdd({
    rdds: [...numbers.rdds, pairs],
    nodes: [
      { id: "g", op: "groupBy", in: "a", f: ["mod", 2], n: 3 },
      { id: "c", op: "cogroup", in: ["p", "p", "p"], n: 1 },
      { id: "f", op: "filterByRange", in: "p", lower: "b", upper: "c" },
      { id: "r", op: "range", start: 5, end: 0, step: -2, n: 1 },
      { id: "o", op: "coalesce", in: "a", n: 4, shuffle: true },
      { id: "z", op: "foldByKey", in: "p", zero: 10, f: "add", n: 1 },
      { id: "q", op: "sortByKey", in: "p", asc: false },
      { id: "t", op: "sortBy", in: "p", f: "second", n: 1 },
    ],
  }, [
    [{ op: "glomCollect", in: "g", compare: "group" }, { value: [[[0, [8]]], [[1, [5, 3, 1, 9]]], []] }],
    [{ op: "collect", in: "c", compare: "cogroup" }, {
      value: [["a", [[1, 3], [1, 3], [1, 3]]], ["b", [[2], [2], [2]]]],
    }],
    [{ op: "collect", in: "f" }, { value: [["b", 2]] }],
    [{ op: "collect", in: "r" }, { value: [5, 3, 1] }],
    [{ op: "getNumPartitions", in: "o" }, { value: 4 }],
    [{ op: "glomCollect", in: "z", compare: "set" }, { value: [[["a", 24], ["b", 12]]] }],
    [{ op: "collect", in: "q" }, { value: [["b", 2], ["a", 1], ["a", 3]] }],
    [{ op: "collect", in: "t" }, { value: [["a", 1], ["b", 2], ["a", 3]] }],
    [{ op: "stats", in: "a" }, { value: [5, 5.2, 26, 1, 9, 8.96, 2.9933259094191533] }],
    [{ op: "lookup", in: "p", key: "a" }, { value: [1, 3] }],
    [{ op: "reduceByKeyLocally", in: "p", f: "max", compare: "set" }, { value: [["a", 3], ["b", 2]] }],
    [{ op: "top", in: "a", n: 2 }, { value: [9, 8] }],
  ]))
})

Deno.test("an RDD that cannot be made is refused at the latest when it is used", async () => {
  for (
    const [node, message] of [
      [{ op: "parallelize", data: [1], n: 0 }, "requirement failed: Positive number of partitions required"],
      [{ op: "repartition", in: "a", n: 0 }, "requirement failed: Number of partitions (0) must be positive."],
      [
        { op: "sample", in: "a", fraction: -1, seed: 1 },
        "requirement failed: Fraction must be nonnegative, but got -1.0",
      ],
      [{ op: "range", start: 0, end: 3, step: 0 }, "requirement failed: step cannot be 0"],
    ] as const
  ) {
    const error = { phase: "construct", at: "b", class: "java.lang.IllegalArgumentException", message }
    const golden: Case = { id: message, kind: "rdd", ...numbers, nodes: [{ id: "b", ...node }], expected: { error } }
    await agrees(golden)
    await fails({ ...golden, expected: { error: { ...error, message: "requirement failed: Something else" } } })
    await fails({ ...golden, nodes: [{ id: "b", op: "map", in: "a", f: "double" }] })
  }
})

Deno.test("values of time have Spark's names", async () => {
  const calls = [
    ["Duration.lessEq", [2, 2], true],
    ["Duration.milliseconds", [7], 7],
    ["Duration.div", [1, 0], "Infinity"],
    ["Durations.seconds", [2], 2000],
    ["Seconds", [2], 2000],
    ["Time.milliseconds", [{ long: 7 }], 7],
    ["Time.plus", [1, 2], 3],
    ["Time.greater", [1, 2], false],
    ["Interval.beginTime", [0, 5], 0],
    ["Interval.plus", [0, 5, 10], "[10 ms, 15 ms]"],
    ["Interval.greaterEq", [0, 5, 0, 5], true],
  ] as const
  await agrees({
    id: "T-04",
    kind: "call",
    calls: calls.map(([fn, args]) => ({ fn, args })),
    expected: { results: calls.map(([, , value]) => ({ value })) },
  })
})
