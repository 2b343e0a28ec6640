/** Actions in a transform find in the copy of a graph what they have found here, however they run. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as DStream from "../../../lib/dstream.ts"
import * as Graph from "../../../lib/graph.ts"
import * as RDD from "../../../lib/rdd.ts"
import type { Engine } from "../../../lib/rdd/engine.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { Testing } from "../../../lib/testing.ts"
import { engines, test } from "../support.ts"

type Numbers = RDD.RDD<number>
type Found = Effect.Effect<unknown, unknown, Engine>

/** The same records, slowly: those above 2 take longer. */
const slow = (rdd: Numbers, millis = 20): Numbers =>
  RDD.mapEffect(rdd, (n) => Effect.as(TestClock.withLive(Effect.sleep(n > 2 ? millis : 1)), n))

const actions = {
  oneAfterAnother: (rdd: Numbers): Found =>
    Effect.all([RDD.count(rdd), RDD.take(rdd, 2), RDD.reduce(rdd, (a, b) => a + b)]),
  interruptedByTime: (rdd: Numbers): Found => Effect.timeoutOption(RDD.count(slow(rdd, 10_000)), "100 millis"),
  interruptedByAnother: (rdd: Numbers): Found => Effect.raceFirst(RDD.count(slow(rdd)), RDD.collect(rdd)),
  approximate: (rdd: Numbers): Found =>
    Effect.map(RDD.countApprox(slow(rdd, 10_000), "100 millis"), ({ initial, isFinal }) => [isFinal, initial]),
  onceInTimeAndOnceNot: (rdd: Numbers): Found =>
    Effect.all([
      Effect.timeoutOption(RDD.count(slow(rdd, 10_000)), "100 millis"),
      Effect.timeoutOption(Effect.as(Effect.sleep("50 millis"), "in time"), "1 second"),
    ]),
  forked: (rdd: Numbers): Found =>
    Effect.scoped(Effect.andThen(Effect.forkScoped(RDD.count(slow(rdd))), RDD.collect(rdd))),
  insideAnother: (rdd: Numbers): Found =>
    Effect.all([
      RDD.collect(RDD.mapEffect(rdd, () => RDD.count(RDD.parallelize([1, 2, 3, 4, 5])))),
      RDD.count(rdd),
    ]),
  sideBySide: (rdd: Numbers): Found =>
    Effect.all(
      [
        Effect.andThen(RDD.count(slow(rdd)), RDD.collect(RDD.map(rdd, (n) => `a${n}`))),
        Effect.andThen(RDD.count(rdd), RDD.collect(RDD.map(rdd, (n) => `b${n}`))),
        RDD.take(slow(rdd), 3),
        RDD.take(RDD.map(rdd, (n) => -n), 3),
      ],
      { concurrency: "unbounded" },
    ),
  withPromisesBetween: (rdd: Numbers): Found =>
    Effect.forEach([30, 1], (millis) => {
      const waited = TestClock.withLive(Effect.sleep(millis))
      return Effect.andThen(
        Effect.andThen(RDD.count(rdd), waited),
        RDD.collect(RDD.map(rdd, (n) => n * millis)),
      )
    }, { concurrency: "unbounded" }),
  ofOnePlace: (rdd: Numbers): Found =>
    Effect.forEach(
      [30, 1, 15],
      (millis) => Effect.andThen(RDD.isEmpty(slow(rdd, millis)), RDD.collect(RDD.map(rdd, (n) => n * millis))),
      { concurrency: 2 },
    ),
  failing: (rdd: Numbers): Found =>
    Effect.map(
      Effect.flip(RDD.collect(RDD.map(rdd, () => {
        throw new RangeError("no")
      }))),
      ({ operator, reason }) => [operator, reason._tag],
    ),
} satisfies Record<string, (rdd: Numbers) => Found>

type Name = keyof typeof actions

let seen: Array<unknown> = []
const graphOf = Graph.module(import.meta, (name: Name) => {
  const found = DStream.transform(
    Testing.input([[1, 2, 3]], { partitions: 3 }),
    (rdd) =>
      Effect.map(Effect.orDie(actions[name](rdd)), (what) => RDD.map(rdd, (n): [number, string] => [n, show(what)])),
  )
  const output = DStream.foreachRDD(
    found,
    (rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(...records)),
  )
  return [output]
})

/** What has been found, as data that every engine can carry. */
const show = (what: unknown): string => JSON.stringify(what)

const expected: Record<Name, unknown> = {
  oneAfterAnother: [3, [1, 2], 6],
  interruptedByTime: { _id: "Option", _tag: "None" },
  interruptedByAnother: [1, 2, 3],
  approximate: [false, { mean: 3, confidence: 0.95, low: 2, high: 7 }],
  onceInTimeAndOnceNot: [{ _id: "Option", _tag: "None" }, { _id: "Option", _tag: "Some", value: "in time" }],
  withPromisesBetween: [[30, 60, 90], [1, 2, 3]],
  forked: [1, 2, 3],
  insideAnother: [[5, 5, 5], 3],
  sideBySide: [["a1", "a2", "a3"], ["b1", "b2", "b3"], [1, 2, 3], [-1, -2, -3]],
  ofOnePlace: [[30, 60, 90], [1, 2, 3], [15, 30, 45]],
  failing: ["map", "FunctionFailed"],
}

for (const name of Object.keys(actions) as Array<Name>) {
  for (const engine of engines) {
    test(
      `what actions find in a transform is the same in the copy: ${name} [${engine}]`,
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

let asked = 0
const asking = Graph.module(import.meta, (_: null) => {
  const counted = DStream.transform(
    Testing.input([[1]]),
    (rdd) => Effect.as(asked++ % 2 === 0 ? RDD.count(rdd) : RDD.count(RDD.filter(rdd, () => true)), rdd),
  )
  return [DStream.foreachRDD(counted, () => Effect.void)]
})

test("an action that only the copy runs fails the batch, and says which it is", () =>
  Effect.gen(function* () {
    asked = 0
    const active = yield* StreamingContext.start(yield* StreamingContext.make, asking(null))
    assert.deepEqual(yield* Testing.advance(active), ["generation failed"])
    const { message } = yield* Effect.flip(StreamingContext.awaitTermination(active))
    assert.match(
      message,
      /in transform at .*The graphs differ at operator \d+ \(transform\): it asks there what it does not/,
    )
  }), { engine: "loopback" })
