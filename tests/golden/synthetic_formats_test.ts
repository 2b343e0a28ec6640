import assert from "node:assert/strict"
import type { Case, InputSpec } from "./case.ts"
import { runCase } from "./run.ts"
import { agrees, differs, fails, inTask, operation, rdd, script, stream } from "./synthetic.ts"

Deno.test("queues cut their RDDs into as many partitions as they say", async () => {
  const queue = (spec: Partial<InputSpec>, ...partitions: ReadonlyArray<ReadonlyArray<ReadonlyArray<unknown>>>): Case =>
    stream({ numBatches: partitions.length, inputs: [{ id: "s", kind: "queue", rdds: [[1, 2, 3], [4]], ...spec }] }, {
      s: partitions.map((parts) => ({ output: parts.flat(), partitions: parts })),
    })
  await agrees(queue({}, [[1], [2, 3]], [[], [4]]))
  await agrees(queue({ partitions: 3 }, [[1], [2], [3]], [[], [], [4]]))
  await fails(queue({ partitions: 3 }, [[1], [2, 3]], [[], [4]]))
  await agrees(queue({ partitions: 1, oneAtATime: false, default: [5, 6] }, [[1, 2, 3], [4]], [[5, 6]]))
  await agrees({ ...queue({}, [[1], [2, 3]]), conf: { "spark.default.parallelism": "5" } })
})

Deno.test("queues cut what a script pushes in the same way", async () => {
  const pushed = (partitions: ReadonlyArray<ReadonlyArray<unknown>>) =>
    script(
      [
        [{ do: "create" }],
        [{ do: "input", id: "q", kind: "queue", rdds: [], partitions: 3 }],
        [{ do: "output", id: "o", in: "q", compare: "list", partitions: "exact" }],
        [{ do: "push", in: "q", rdds: [[1, 2, 3]] }],
        [{ do: "start" }],
        [{ do: "advance" }, { value: "completed" }],
      ],
      {},
      { outputs: { o: [{ time: 1000, output: [1, 2, 3], partitions }] } },
    )
  await agrees(pushed([[1], [2], [3]]))
  await fails(pushed([[1], [2, 3]]))
})

Deno.test("entries may have the number of their partitions only", async () => {
  const many = (numPartitions: number) =>
    operation({ op: "repartition", n: 50 }, [[1, 2]], [{ output: [1, 2], numPartitions }])
  await agrees(many(50))
  await fails(many(49))
})

Deno.test("sorted RDDs have a range partitioner", async () => {
  const sorted = (partitioner: string | null) =>
    rdd({
      rdds: [{ id: "p", data: [["b", 1], ["a", 2], ["c", 3]], slices: 2 }],
      nodes: [{ id: "s", op: "sortByKey", in: "p" }],
    }, [
      [{ op: "partitioner", in: "s" }, { value: partitioner }],
    ])
  await agrees(sorted("RangePartitioner(2)"))
  await fails(sorted(null))
  await fails(sorted("HashPartitioner(2)"))
  const placed = (partitioner: string) =>
    operation({ op: "transform", rdd: [{ op: "sortByKey" }] }, [[["b", 1], ["a", 2]]], [
      { output: [["a", 2], ["b", 1]], partitions: [[["a", 2]], [["b", 1]]], partitioner },
    ])
  await agrees(placed("RangePartitioner(2)"))
  await fails(placed("RangePartitioner(3)"))
})

Deno.test("collectPartitions gives the elements of the partitions with the given ids, in that order", async () => {
  const collected = (value: unknown) =>
    rdd({ rdds: [{ id: "a", data: [1, 2, 3, 4, 5, 6], slices: 3 }] }, [
      [{ op: "collectPartitions", in: "a", ids: [2, 0] }, { value }],
    ])
  await agrees(collected([[5, 6], [1, 2]]))
  await agrees(collected([5, 6, 1, 2]))
  await fails(collected([[1, 2], [5, 6]]))
  await fails(collected([1, 2, 5, 6]))
})

Deno.test("randomSplit gives the part with the given index", async () => {
  const split = (index: number, value: ReadonlyArray<unknown>) =>
    rdd({
      rdds: [{ id: "a", data: [1, 2, 3, 4], slices: 2 }],
      nodes: [{ id: "r", op: "randomSplit", in: "a", weights: [1, 0], seed: 1, index }],
    }, [[{ op: "collect", in: "r" }, { value }]])
  await agrees(split(0, [1, 2, 3, 4]))
  await agrees(split(1, []))
  await fails(split(1, [1, 2, 3, 4]))
})

Deno.test("a time minus a duration is a time", async () => {
  const minus = (value: number): Case => ({
    id: "T-04",
    kind: "call",
    calls: [{ fn: "Time.minusDuration", args: [1000, 300] }],
    expected: { results: [{ value }] },
  })
  await agrees(minus(700))
  await fails(minus(1300))
})

Deno.test("maps as results are compared whatever the order of their entries", async () => {
  const counted = (value: unknown) =>
    rdd({ rdds: [{ id: "a", data: ["b", "a", "b"], slices: 2 }] }, [[{ op: "countByValue", in: "a" }, { value }]])
  await agrees(counted([["a", 1], ["b", 2]]))
  await agrees(counted([["b", 2], ["a", 1]]))
  await agrees(counted({ a: 1, b: 2 }))
  await fails(counted({ a: 1, b: 3 }))
  await fails(counted({ a: 1 }))
  await fails(counted([["a", 1], ["b", 2], ["c", 0]]))
})

Deno.test("a stream that persist, cache or checkpoint returns is the same stream under one more name", async () => {
  const batches = [[["a", 1]], [], [["a", 2]], [], [], []]
  const golden = (fifth: ReadonlyArray<unknown>, sixth: ReadonlyArray<unknown>) =>
    stream({
      inputs: [{ id: "s", batches }],
      nodes: [
        { id: "n", op: "mapWithState", in: "s", f: "touchReportTimeout", arity: 4, timeout: 1000 },
        { id: "p", op: "persist", in: "n", level: "MEMORY_ONLY" },
        { id: "c", op: "checkpoint", in: "p", ms: 6000 },
        { id: "snap", op: "stateSnapshots", in: "c" },
      ],
    }, { snap: [...[1, 2, 3, 4].map(() => [["a", 1]]), fifth, sixth] })
  // Spark looks for idle keys at 6000 ms, because the checkpoint interval of `c` is that of `n`.
  await differs(golden([["a", 1]], []), "timeouts")
  await fails(golden([["a", 1]], [["a", 1]]))
  await agrees(golden([], []))
})

Deno.test("persisting one name of a stream persists the stream for all of them", async () => {
  const levels = (level: string) =>
    script([
      [{ do: "create" }],
      [{ do: "build" }],
      [{ do: "storageLevel", in: "m" }, { value: "MEMORY_ONLY" }],
      [{ do: "persistStream", in: "p", level: "DISK_ONLY" }],
      [{ do: "storageLevel", in: "m" }, { value: level }],
      [{ do: "storageLevel", in: "p" }, { value: level }],
    ], {
      inputs: [{ id: "s", batches: [[1]] }],
      nodes: [
        { id: "m", op: "map", in: "s", f: "double" },
        { id: "p", op: "persist", in: "m", level: "MEMORY_ONLY" },
      ],
      outputs: [{ id: "o", in: "p" }],
    })
  await agrees(levels("DISK_ONLY"))
  await fails(levels("MEMORY_ONLY"))
})

Deno.test("an RDD that persist returns is the same RDD under one more name", async () => {
  const levels = (last: string) =>
    rdd({
      rdds: [{ id: "a", data: [1], slices: 1 }],
      nodes: [{ id: "p", op: "persist", in: "a", level: "MEMORY_ONLY" }],
    }, [
      [{ op: "storageLevel", in: "a" }, { value: "MEMORY_ONLY" }],
      [{ op: "unpersist", in: "p" }, { value: "NONE" }],
      [{ op: "storageLevel", in: "a" }, { value: last }],
    ])
  await agrees(levels("NONE"))
  await fails(levels("MEMORY_ONLY"))
})

Deno.test("root causes of errors are compared", async () => {
  const failing = (rootCause: string) => {
    const error = { ...inTask("boom: 7"), rootCause }
    const golden = operation({ op: "map", f: ["failOn", 7] }, [[7]], [{ error }])
    return {
      ...golden,
      expected: { ...golden.expected, batchErrors: [{ time: 1000, phase: "job", outputOpId: 0, error }] as const },
    }
  }
  await agrees(failing("boom: 7"))
  await fails(failing("the disk is full"))
})

Deno.test("a context that cannot be created is a difference, and so are the steps that need it", async () => {
  const golden = script([
    [{ do: "create", remember: 0.5 }],
    [{ do: "build" }],
    [{ do: "start" }],
  ], { inputs: [{ id: "s", batches: [[1]] }], outputs: [{ id: "o", in: "s" }] })
  const outcome = await runCase(golden, ["local"])
  assert.equal(outcome._tag, "Failed")
  const differences = outcome._tag === "Failed" ? outcome.differences : []
  assert.match(differences[0] ?? "", /step 0 create: .*InvalidOption/)
  assert.match(differences[1] ?? "", /step 1 build: .*context A was not created/)
  assert.match(differences[2] ?? "", /step 2 start: .*context A was not created/)
})
