/** Copies of a graph: which streams they evaluate again, and which streams stay on the driver. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import * as Graph from "../../lib/graph.ts"
import * as RDD from "../../lib/rdd.ts"
import type { Engine } from "../../lib/rdd/engine.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { engines, observed, test } from "./support.ts"

type Numbers = RDD.RDD<number>
type Result = Effect.Effect<unknown, unknown, Engine>

const actions = {
  oneAfterAnother: (rdd: Numbers): Result =>
    Effect.all([RDD.count(rdd), RDD.take(rdd, 2), RDD.reduce(rdd, (a, b) => a + b)]),
  insideAnother: (rdd: Numbers): Result =>
    Effect.all([
      RDD.collect(RDD.mapEffect(rdd, () => RDD.count(RDD.parallelize([1, 2, 3, 4, 5])))),
      RDD.count(rdd),
    ]),
  sideBySide: (rdd: Numbers): Result =>
    Effect.all(
      [
        RDD.collect(RDD.map(rdd, (n) => `a${n}`)),
        Effect.andThen(RDD.count(rdd), RDD.collect(RDD.map(rdd, (n) => `b${n}`))),
        RDD.take(RDD.map(rdd, (n) => -n), 3),
      ],
      { concurrency: "unbounded" },
    ),
  interrupted: (rdd: Numbers): Result =>
    Effect.timeoutOption(RDD.count(RDD.mapEffect(rdd, () => Effect.never)), "100 millis"),
  failing: (rdd: Numbers): Result =>
    Effect.map(
      Effect.flip(RDD.collect(RDD.map(rdd, () => {
        throw new RangeError("no")
      }))),
      ({ operator, reason }) => [operator, reason._tag],
    ),
} satisfies Record<string, (rdd: Numbers) => Result>

type Name = keyof typeof actions

/** The result of an action as text, so that it can be part of a record on every engine. */
const show = (result: unknown): string => JSON.stringify(result)

let seen: Array<unknown> = []
const collecting = (stream: DStream.DStream<unknown>): DStream.Output =>
  DStream.foreachRDD(stream, (rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(...records)))

const graphOf = Graph.module(import.meta, (name: Name) => [
  Testing.input([[1, 2, 3]], { partitions: 3 }).pipe(
    DStream.transform((rdd) =>
      Effect.map(Effect.orDie(actions[name](rdd)), (result) => RDD.map(rdd, (n): [number, string] => [n, show(result)]))
    ),
    collecting,
  ),
])

const expected: Record<Name, unknown> = {
  oneAfterAnother: [3, [1, 2], 6],
  insideAnother: [[5, 5, 5], 3],
  sideBySide: [["a1", "a2", "a3"], ["b1", "b2", "b3"], [-1, -2, -3]],
  interrupted: { _id: "Option", _tag: "None" },
  failing: ["map", "FunctionFailed"],
}

for (const name of Object.keys(actions) as Array<Name>) {
  for (const engine of engines) {
    test(
      `an action in a transform has the same result on every engine: ${name} [${engine}]`,
      () =>
        Effect.gen(function* () {
          seen = []
          const active = yield* StreamingContext.start(yield* StreamingContext.make, graphOf(name))
          assert.deepEqual(yield* Testing.advance(active), ["completed"])
          const texts = (seen as Array<[number, string]>).map(([, text]) => text)
          assert.equal(texts.length, 3)
          assert.equal(new Set(texts).size, 1)
          assert.deepEqual(JSON.parse(texts[0] ?? ""), expected[name])
        }),
      { engine },
    )
  }
}

/** How often each function of the graph below has been called, by the driver and the copy together. */
const calls = { pure: 0, effectful: 0, acting: 0, above: 0 }
let built = 0
const counted = Graph.module(import.meta, (_: null) => {
  const copy = built++
  const input = Testing.input([[1, 2], [3]])
  const pure = DStream.transform(input, (rdd) => {
    calls.pure++
    return RDD.map(rdd, (n) => [n, copy])
  })
  const effectful = DStream.transform(input, (rdd) => {
    calls.effectful++
    return Effect.succeed(RDD.map(rdd, (n) => [n, copy]))
  })
  const acting = DStream.make(
    "acting",
    [input],
    [],
    Effect.fnUntraced(function* () {
      calls.acting++
      const rdd = yield* input
      const total = yield* RDD.count(rdd)
      return RDD.map(rdd, (n) => [n, copy, total])
    }),
  )
  const above = DStream.transform(effectful, (rdd) => {
    calls.above++
    return RDD.map(rdd, (pair) => [...pair, copy])
  })
  return [collecting(pure), collecting(effectful), collecting(acting), collecting(above)]
})

const observe = Effect.gen(function* () {
  seen = []
  built = 0
  Object.assign(calls, { pure: 0, effectful: 0, acting: 0, above: 0 })
  const { ssc, events } = yield* observed()
  const active = yield* StreamingContext.start(ssc, counted(null))
  assert.deepEqual(yield* Testing.advance(active, 2), ["completed", "completed"])
  yield* StreamingContext.stop(active)
  return events.flatMap((event) => event._tag === "StreamRunsOnDriver" ? [event] : [])
})

test(
  "a copy evaluates pure streams; streams that run actions or return Effects stay on the driver, and one event per stream says so",
  () =>
    Effect.gen(function* () {
      const events = yield* observe
      assert.deepEqual(calls, { pure: 4, effectful: 2, acting: 2, above: 4 })
      assert.deepEqual(seen.slice(0, 8), [[1, 1], [2, 1], [1, 0], [2, 0], [1, 0, 2], [2, 0, 2], [1, 0, 1], [2, 0, 1]])
      assert.deepEqual(events.map(({ operation }) => operation), ["transform", "acting"])
      for (const { callSite } of events) assert.match(callSite.short, /^graph_copy_test\.ts:\d+:\d+$/)
    }),
  { engine: "loopback" },
)

test("without a copy, every function is called once a batch, and there is no StreamRunsOnDriver event", () =>
  Effect.gen(function* () {
    const events = yield* observe
    assert.deepEqual(calls, { pure: 2, effectful: 2, acting: 2, above: 2 })
    assert.deepEqual(events, [])
  }))

let asked = 0
const asking = Graph.module(import.meta, (how: "action" | "effect") => {
  const stream = Testing.input([[1]])
  const body = Effect.gen(function* () {
    const rdd = yield* stream
    if (asked++ % 2 === 1) yield* RDD.count(rdd)
    return RDD.map(rdd, (n) => n)
  })
  const changing = how === "action"
    ? DStream.make("changing", [stream], [], () => body)
    : DStream.transform(stream, (rdd) => asked++ % 2 === 1 ? Effect.succeed(rdd) : RDD.map(rdd, (n) => n))
  return [DStream.foreachRDD(changing, () => Effect.void)]
})

for (const how of ["action", "effect"] as const) {
  test(
    `a function that runs an action or returns an Effect in the copy only makes the batch fail; the error has its place (${how})`,
    () =>
      Effect.gen(function* () {
        asked = 0
        const active = yield* StreamingContext.start(yield* StreamingContext.make, asking(how))
        assert.deepEqual(yield* Testing.advance(active), ["generation failed"])
        const { message } = yield* Effect.flip(StreamingContext.awaitTermination(active))
        assert.match(
          message,
          /in (changing|transform) at graph_copy_test.*The graphs differ at operator 1 \((changing|transform)\): its function runs an action/,
        )
      }),
    { engine: "loopback" },
  )
}
