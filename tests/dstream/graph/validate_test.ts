import assert from "node:assert/strict"
import fc from "fast-check"
import * as Effect from "effect/Effect"
import { type AnyDStream, named } from "../../../lib/dstream/dstream.ts"
import * as DStream from "../../../lib/dstream.ts"
import { type AnyGraph, make } from "../../../lib/dstream/graph/graph.ts"
import { fromReceiver } from "../../../lib/dstream/inputs/input.ts"
import { makeOutput, nameOutput } from "../../../lib/dstream/outputs/output.ts"
import { print } from "../../../lib/dstream/outputs/print.ts"
import { make as receiver } from "../../../lib/dstream/inputs/receiver.ts"
import { InvalidGraph, validate } from "../../../lib/dstream/graph/validate.ts"
import { build, chain, counting, graphOf, shape, stub } from "../graph_arbitrary.ts"

const texts = (graph: AnyGraph, batchDuration: number | string = 1000): ReadonlyArray<string> =>
  validate(graph, { batchDuration: batchDuration as number }).map(({ operator, callSite, text }) => {
    if (operator !== undefined) assert.match(callSite?.short ?? "", /^(?:validate_test|graph_arbitrary)\.ts:\d+:\d+$/)
    const plain = text.replace(/ at \w+\.ts:\d+:\d+$/, "")
    return operator === undefined ? plain : `${operator}: ${plain}`
  })

/** A graph with outputs of any kind, as untyped code may pass them. */
const untyped = (outputs: unknown): AnyGraph => Object.assign({ ...make([print(chain(1))]) }, { outputs })

const socket = () => fromReceiver("socketTextStream", receiver({ name: "Socket", onStart: () => Effect.void }))

Deno.test("validate() finds no problem in a valid graph", () => {
  const windowed = stub("window", [named(socket(), "lines")], { slideDuration: 2000, check: () => [] })
  assert.deepEqual(validate(make([print(windowed), nameOutput(print(windowed), "sink")]), { batchDuration: 1000 }), [])
  assert.deepEqual(validate(make([print(windowed)]), { batchDuration: "2 seconds" }), [])
})

Deno.test("validate() refuses a graph without outputs", () => {
  assert.deepEqual(texts(untyped([])), ["No output operations registered, so nothing to execute"])
})

Deno.test("validate() refuses values that are not outputs", () => {
  assert.deepEqual(texts(untyped([print(chain(2)), chain(2), 7, {}, undefined])), [
    "map: output 1 is a stream; end it with an output operation, such as print or foreachRDD",
    "Output 2 is not an output operation, but: number",
    "Output 3 is not an output operation, but: object",
    "Output 4 is not an output operation, but: undefined",
  ])
  assert.deepEqual(texts(untyped(print(chain(2)))), [
    "The outputs are not a list, but a single output; put it into [ ]",
  ])
  assert.deepEqual(texts(untyped(undefined)), ["The outputs are not a list, but: undefined"])
})

Deno.test("validate() calls the check of every operator once, with the batch interval in milliseconds", () => {
  const asked: Array<number> = []
  const check = (ms: number) => (asked.push(ms), [`first for ${ms}`, "second"])
  const shared = stub("window", [socket()], { check })
  const graph = make([print(shared), print(stub("reduce", [shared, shared], { check: () => ["third"] }))])
  assert.deepEqual(texts(graph, "1 second"), ["window: first for 1000", "window: second", "reduce: third"])
  assert.deepEqual(asked, [1000])
})

Deno.test("validate() refuses a value that is not a function", () => {
  const graph = make([print(stub("map", [socket()], { functions: ["upper" as never] }))])
  assert.deepEqual(texts(graph), ["map: it takes a function, but was given: string"])
})

Deno.test("validate() refuses slides that are not a multiple of the batch interval", () => {
  const sliding = (slideDuration: number) => make([print(stub("window", [socket()], { slideDuration }))])
  assert.deepEqual(texts(sliding(3000)), [])
  assert.deepEqual(texts(sliding(1500)), [
    "window: its slide duration (1500 ms) must be a multiple of the batch interval (1000 ms)",
  ])
  for (const slide of [0, -1000, 0.5, NaN, Infinity]) {
    assert.deepEqual(texts(sliding(slide)), [
      `window: its slide duration (${slide} ms) must be a positive whole number of milliseconds`,
    ])
  }
})

Deno.test("validate() reports a slide for the stream that set it, not for streams that inherit it", () => {
  for (const slideDuration of [1500, NaN]) {
    const windowed = stub("window", [socket()], { slideDuration })
    assert.equal(texts(make([print(stub("map", [stub("map", [windowed])]))])).length, 1)
  }
})

Deno.test("validate() accepts slides exactly when they are positive multiples", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: -100, max: 500 }),
      (batchDuration, slideDuration) => {
        const problems = validate(make([print(stub("window", [], { slideDuration }))]), { batchDuration })
        assert.equal(problems.length === 0, slideDuration > 0 && slideDuration % batchDuration === 0)
      },
    ),
  ))

Deno.test("validate() refuses a batch interval that is not a positive whole number of milliseconds", () => {
  const asked: Array<number> = []
  const graph = make([print(stub("window", [], { slideDuration: 7, check: (ms) => (asked.push(ms), ["asked"]) }))])
  assert.deepEqual(texts(graph, 0), ["The batch interval (0) must be a positive whole number of milliseconds"])
  assert.deepEqual(texts(graph, 0.5), ["The batch interval (0.5) must be a positive whole number of milliseconds"])
  assert.deepEqual(texts(graph, "soon"), ["The batch interval (soon) must be a positive whole number of milliseconds"])
  assert.deepEqual(asked, [])
})

Deno.test("validate() refuses names that are given twice, among streams and outputs together", () => {
  const [a, b] = [named(stub("a"), "x"), named(stub("b"), "x")]
  assert.deepEqual(texts(make([print(a), print(b)])), ['b: its name "x" is already that of a'])
  assert.deepEqual(texts(make([nameOutput(print(a), "x")])), ['print: its name "x" is already that of a'])
  assert.deepEqual(texts(make([nameOutput(print(a), "y"), nameOutput(print(a), "y"), nameOutput(print(a), "y")])), [
    'print: its name "y" is already that of print',
    'print: its name "y" is already that of print',
  ])
  assert.deepEqual(texts(make([print(a), print(stub("map", [a, a]))])), [])
})

Deno.test("validate() accepts a name that one stream was given twice, because its copies count as one stream", () => {
  const input = socket()
  const graph = make([print(named(input, "lines")), print(stub("map", [named(input, "lines")]))])
  assert.deepEqual(texts(graph), [])
})

Deno.test("validate() refuses a name that another input is shown under", () => {
  const graph = make([print(socket()), print(named(stub("a"), "Socket stream [0]"))])
  assert.deepEqual(texts(graph), ['a: its name "Socket stream [0]" is already that of socketTextStream'])
})

Deno.test("validate() accepts one source under two streams", () => {
  const lines = socket()
  assert.deepEqual(texts(make([print(named(lines, "a")), print(named(lines, "b")), print(lines)])), [])
})

Deno.test("validate() reports one problem for each repeated name", () =>
  fc.assert(fc.property(shape, (it) => {
    const graph = build(it)
    const names = new Set<string>()
    const seen = new Set<unknown>()
    let repeated = 0
    const visit = (stream: (typeof graph.outputs)[0]["stream"]): void => {
      if (seen.has(stream)) return
      seen.add(stream)
      stream.parents.forEach(visit)
      if (stream.name === undefined) return
      if (names.has(stream.name)) repeated++
      names.add(stream.name)
    }
    graph.outputs.forEach(({ stream }) => visit(stream))
    assert.equal(validate(graph, { batchDuration: 1000 }).length, repeated)
  })))

Deno.test("InvalidGraph lists each problem on a line, with operator and call site", () => {
  const windowed = named(stub("window", [], { slideDuration: 1500, check: () => ["its window is odd"] }), "x")
  const problems = validate(untyped([print(windowed), nameOutput(print(windowed), "x"), 7]), { batchDuration: 1000 })
  const error = new InvalidGraph({ problems })
  assert.equal(error._tag, "InvalidGraph")
  assert.equal(problems.length, 4)
  assert.deepEqual(error.message.replace(/:\d+:\d+/g, "").split("\n"), [
    "Output 2 is not an output operation, but: number",
    "window at graph_arbitrary.ts: its window is odd",
    "window at graph_arbitrary.ts: its slide duration (1500 ms) must be a multiple of the batch interval (1000 ms)",
    'print at validate_test.ts: its name "x" is already that of window at graph_arbitrary.ts',
  ])
  assert.equal(
    new InvalidGraph({ problems: validate(untyped([]), { batchDuration: 1000 }) }).message,
    "No output operations registered, so nothing to execute",
  )
})

Deno.test("validate() walks a chain of 10,000 streams and 100 outputs", () => {
  const last = chain(10_000)
  assert.deepEqual(validate(graphOf(Array.from({ length: 100 }, () => print(last))), { batchDuration: 1000 }), [])
})

Deno.test("validate() reads the parents of a shared stream a fixed number of times", () => {
  const { last, reads } = counting(100)
  validate(graphOf(Array.from({ length: 100 }, () => print(last))), { batchDuration: 1000 })
  assert(reads() <= 2 * 99)
})

Deno.test("validate() suggests a replacement for an async function by the operator's traits", () => {
  const f = async (x: unknown) => await x
  const advice = (stream: AnyDStream) => texts(make([print(stream)])).map((text) => text.replace(/.*waited for; /, ""))
  const giveEffect = "give an Effect, such as Effect.promise(() => …)"
  assert.deepEqual(advice(stub("fooEffect", [], { functions: [f] })), ["do that in mapEffect before"])
  assert.deepEqual(advice(stub("foo", [], { functions: [f], takesEffects: true })), [giveEffect])
  assert.deepEqual(advice(stub("foo", [], { functions: [f], effectVariant: "fooEffect" })), [
    "fooEffect takes functions that give Effects",
  ])
  const input = stub("input")
  const ofOperators: ReadonlyArray<readonly [AnyDStream, string]> = [
    [DStream.map(input, f), "mapEffect takes functions that give Effects"],
    [DStream.flatMap(input, f as never), "flatMapEffect takes functions that give Effects"],
    [DStream.filter(input, f as never), "filterEffect takes functions that give Effects"],
    [DStream.mapPartitions(input, f as never), "mapPartitionsEffect takes functions that give Effects"],
    [DStream.reduce(input, f as never), "do that in mapEffect before"],
    [DStream.mapEffect(input, f as never), giveEffect],
    [DStream.flatMapEffect(input, f as never), giveEffect],
    [DStream.filterEffect(input, f as never), giveEffect],
    [DStream.mapPartitionsEffect(input, f as never), giveEffect],
    [DStream.transform(input, f as never), giveEffect],
    [DStream.transformWith(input, input, f as never), giveEffect],
    [DStream.transformAll([input], f as never), giveEffect],
    [DStream.foreachPartition(input, f as never).stream, giveEffect],
  ]
  for (const [stream, expected] of ofOperators) {
    const problems = validate(make([print(stream)]), { batchDuration: 1000 })
    assert.deepEqual(problems.map(({ text }) => text.replace(/.*waited for; /, "")), [expected], stream.operation)
  }
})

Deno.test("validate() refuses async functions of streams and of outputs", () => {
  const stream = stub("map", [socket()], { functions: [async (x: unknown) => await x] })
  const output = makeOutput({
    operation: "foreachRDD",
    stream,
    functions: [async function* () {}],
    run: (..._) => Effect.void,
  })
  assert.deepEqual(texts(make([output])).map((text) => text.replace(/,.*/, "")), [
    "map: its function is async",
    "foreachRDD: its function is async",
  ])
})

Deno.test("InvalidGraph names an operator and a wrong slide once", () => {
  const repartitioned = DStream.repartition(stub("input", []), 0)
  const windowed = DStream.window(stub("input", []), "2 seconds", { slide: "700 millis" })
  const problems = validate(make([print(repartitioned), print(windowed)]), { batchDuration: 1000 })
  assert.deepEqual(new InvalidGraph({ problems }).message.replace(/:\d+:\d+/g, "").split("\n"), [
    "repartition at validate_test.ts: partitions is 0, but must be a positive whole number",
    "window at validate_test.ts: The slide duration of windowed DStream (700 ms) must be a multiple of the slide duration " +
    "of parent DStream (1000 ms)",
  ])
})
