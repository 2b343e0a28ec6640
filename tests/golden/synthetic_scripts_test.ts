import type { Case, ErrorSpec, StepSpec } from "./case.ts"
import { agrees, differs, fails, inTask, script } from "./synthetic.ts"

const program = {
  inputs: [{ id: "s", batches: [[1], [2], [3], [4]] }],
  nodes: [{ id: "m", op: "map", in: "s", f: "double" }],
  outputs: [{ id: "out", in: "m" }],
} satisfies Partial<Case>

const gave = (...times: ReadonlyArray<readonly [time: number, output: ReadonlyArray<unknown>]>): Case["expected"] => ({
  outputs: { out: times.map(([time, output]) => ({ time, output })) },
})

const started: ReadonlyArray<readonly [StepSpec]> = [[{ do: "create" }], [{ do: "build" }], [{ do: "start" }]]
const two = [{ do: "advance", batches: 2 }, { value: ["completed", "completed"] }] as const
const first = gave([1000, [2]], [2000, [4]])
const failed = (message: string, name = "java.lang.IllegalStateException"): { readonly error: ErrorSpec } => ({
  error: { class: name, message },
})
const notInitialized = failed("MappedDStream@<id> has not been initialized", "org.apache.spark.SparkException")

Deno.test("scripts stop contexts gracefully, with and without the SparkContext", async () => {
  await agrees(script(
    [
      ...started,
      two,
      [{ do: "stop", graceful: true }],
      [{ do: "state" }, { value: "STOPPED" }],
      [{ do: "sparkContextStopped" }, { value: false }],
      [{ do: "stop", stopSparkContext: true }],
      [{ do: "sparkContextStopped" }, { value: true }],
      [{ do: "create", ctx: "B", batchMs: 500, clockStart: 20250 }],
      [{ do: "build", ctx: "B" }],
      [{ do: "start", ctx: "B" }],
      [{ do: "zeroTime", in: "m", ctx: "B" }, { value: 20000 }],
      [{ do: "advance", ctx: "B" }, { value: "completed" }],
      [{ do: "clock", ctx: "B" }, { value: 20750 }],
      [{ do: "clock" }, { value: 2000 }],
      [{ do: "getActive" }, { value: "B" }],
    ],
    program,
    gave([1000, [2]], [2000, [4]], [20500, [2]]),
  ))
})

Deno.test("scripts read what streams hold before, during and after a run", async () => {
  await agrees(script(
    [
      [{ do: "create" }],
      [{ do: "build" }],
      [{ do: "generatedTimes", in: "m" }, { value: [] }],
      [{ do: "rememberDuration", in: "m" }, { value: null }],
      [{ do: "getOrCompute", in: "m", time: 1000 }, notInitialized],
      [{ do: "slice", in: "m", from: 0, to: 1000 }, notInitialized],
      [{ do: "inputName", in: "s" }, { value: "Golden input [0]" }],
      [{ do: "inputId", in: "s" }, { value: 0 }],
      [{ do: "slideDuration", in: "m" }, { value: 1000 }],
      [{ do: "zeroTime", in: "m" }, { value: null }],
      [{ do: "checkpointDuration", in: "m" }, { value: null }],
      [{ do: "start" }],
      two,
      [{ do: "rddIsCheckpointed", in: "m", time: 2000 }, { value: false }],
      [{ do: "rddStorageLevel", in: "m", time: 2000 }, { value: "NONE" }],
      [{ do: "stop" }],
      [{ do: "generatedTimes", in: "m" }, { value: [2000] }],
      [{ do: "rememberDuration", in: "m" }, { value: 1000 }],
      [{ do: "awaitOrTimeout", ms: 0 }, { value: true }],
    ],
    program,
    first,
  ))
})

Deno.test("an input that no output needs has an id and is not remembered", async () => {
  await agrees(script(
    [
      ...started,
      [{ do: "inputId", in: "u" }, { value: 0 }],
      [{ do: "inputName", in: "s" }, { value: "Golden input [1]" }],
      [{ do: "advance", batches: 2 }, { value: ["completed", "completed"] }],
      [{ do: "rememberDuration", in: "u" }, { value: null }],
      [{ do: "generatedTimes", in: "u" }, { value: [] }],
    ],
    { ...program, inputs: [{ id: "u", batches: [[1], { throw: "never" }] }, ...program.inputs] },
    first,
  ))
})

Deno.test("queues keep what is pushed while the script adds definitions", async () => {
  await agrees(script(
    [
      [{ do: "create" }],
      [{ do: "input", id: "q", kind: "queue", rdds: [] }],
      [{ do: "push", in: "q", rdds: [[1], [2]] }],
      [{ do: "node", id: "d", op: "map", in: "q", f: "double" }],
      [{ do: "cacheStream", in: "d" }],
      [{ do: "output", id: "o", in: "d" }],
      [{ do: "queueSize", in: "q" }, { value: 2 }],
      [{ do: "start" }],
      [{ do: "advance" }, { value: "completed" }],
      [{ do: "rddStorageLevel", in: "d", time: 1000 }, { value: "MEMORY_ONLY_SER" }],
      [{ do: "push", in: "q", rdds: [[7], { emptyRDD: true }] }],
      [{ do: "advance", batches: 3 }, { value: ["completed", "completed", "completed"] }],
    ],
    {},
    {
      outputs: {
        o: [[1000, [2]], [2000, [4]], [3000, [14]], [4000, []]].map(([time, output]) => ({ time, output } as never)),
      },
    },
  ))
})

Deno.test("scripts record text, order, files and events as other cases do", async () => {
  const head =
    "-------------------------------------------\nTime: 1000 ms\n-------------------------------------------\n"
  const op = (id: number) => [{ event: "outputOperationStarted", id }, { event: "outputOperationCompleted", id }]
  const golden = script([[{ do: "create", sentinel: false }], [{ do: "build" }], [{ do: "start" }], [
    { do: "advance" },
    { value: "completed" },
  ]], {
    ...program,
    outputs: [
      { id: "out", in: "m" },
      { id: "p", in: "m", kind: "printDefault" },
      { id: "f", in: "s", kind: "saveAsTextFiles", dir: "out", prefix: "p" },
    ],
  }, {
    ...gave([1000, [2]]),
    order: ["1000 out", "1000 p", "1000 f"],
    stdout: `${head}2\n\n`,
    files: [["_SUCCESS", ""], ["part-00000", ""], ["part-00001", "1\n"]].map(([name, text = ""]) => ({
      file: `p-1000/${name}`,
      text,
    })),
    events: [
      { event: "streamingStarted" },
      { event: "batchSubmitted", time: 1000, inputs: { 0: 1 } },
      { event: "batchStarted", time: 1000 },
      ...op(0),
      ...op(1),
      ...op(2),
      { event: "batchCompleted", time: 1000 },
    ],
  })
  await agrees(golden)
  await fails({ ...golden, expected: { ...golden.expected, stdout: `${head}3\n\n` } })
  await fails({ ...golden, expected: { ...golden.expected, order: ["1000 p", "1000 out", "1000 f"] } })
  await fails({ ...golden, expected: { ...golden.expected, events: golden.expected.events?.slice(1) ?? [] } })
})

Deno.test("a change that Spark refuses after the start changes nothing that runs", async () => {
  const refused = failed(
    "Cannot change storage level of a DStream after streaming context has started",
    "java.lang.UnsupportedOperationException",
  )
  const steps = (level: string) =>
    script(
      [
        ...started,
        [{ do: "persistStream", in: "m", level: "DISK_ONLY" }, refused],
        [{ do: "storageLevel", in: "m" }, { value: level }],
        two,
        [{ do: "generatedTimes", in: "m" }, { value: [2000] }],
      ],
      program,
      first,
    )
  await differs(steps("NONE"), "lateChanges")
  await fails(steps("DISK_ONLY"))
})

Deno.test("starting twice differs in that step alone", async () => {
  const steps = (last: ReturnType<typeof failed>) =>
    script([...started, [{ do: "start" }], two, [{ do: "stop" }], [{ do: "start" }, last]], program, first)
  await differs(steps(failed("StreamingContext has already been stopped")), "startTwice")
  await fails(steps(failed("something else")))
})

Deno.test("checkpoint intervals are missing, everything else is compared", async () => {
  const steps = (held: ReadonlyArray<number>) =>
    script([
      [{ do: "create", checkpoint: true }],
      [{ do: "checkpointDir" }],
      [{ do: "build" }],
      [{ do: "checkpointStream", in: "m", ms: 2000 }],
      [{ do: "start" }],
      [{ do: "checkpointDuration", in: "m" }, { value: 2000 }],
      [{ do: "rememberDuration", in: "s" }, { value: 4000 }],
      two,
      [{ do: "rddIsCheckpointed", in: "m", time: 2000 }, { value: true }],
      [{ do: "generatedTimes", in: "k" }, { value: held }],
    ], {
      ...program,
      nodes: [...program.nodes, { id: "k", op: "map", in: "m", f: "double" }],
      outputs: [{ id: "out", in: "k" }],
    }, gave([1000, [4]], [2000, [8]]))
  await differs(steps([2000]), "intervals")
  await fails(steps([1000, 2000]))
})

Deno.test("RDDs that are no longer remembered are not computed again", async () => {
  const steps = (now: ReadonlyArray<number>) =>
    script(
      [
        ...started,
        two,
        [{ do: "getOrCompute", in: "m", time: 4000 }, { value: [8] }],
        [{ do: "getOrCompute", in: "m", time: 2000 }, { value: now }],
        [{ do: "slice", in: "m", from: 1000, to: 3000 }, { value: [[2], [4], [6]] }],
      ],
      program,
      first,
    )
  await differs(steps([4]), "slices")
  await fails(steps([5]))
})

Deno.test("an error that is kept fails those who wait", async () => {
  const error = inTask("boom: 1")
  await agrees(script(
    [
      ...started,
      [{ do: "advance", keepError: true }, { value: "completed" }],
      [{ do: "awaitOrTimeout", ms: 2000 }, { error }],
      [{ do: "advance" }, { value: "completed" }],
      [{ do: "awaitOrTimeout", ms: 10 }, { value: false }],
    ],
    { ...program, nodes: [{ id: "m", op: "map", in: "s", f: ["failOn", 1] }] },
    {
      outputs: { out: [{ time: 1000, error }, { time: 2000, output: [2] }] },
      batchErrors: [{ time: 1000, phase: "job", outputOpId: 0, error }],
    },
  ))
})
