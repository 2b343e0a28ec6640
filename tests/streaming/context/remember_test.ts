import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../../lib/dstream.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { Testing } from "../../../lib/testing.ts"
import { onEngines, test } from "../support.ts"

const { make, remember, slice, start, stop } = StreamingContext

const numbers = [[1], [2], [3], [4], [5]]

onEngines(
  "slice() returns the RDDs between two times, both included, for as long as remember() allows",
  () =>
    Effect.gen(function* () {
      const doubled = Testing.input(numbers).pipe(DStream.map((n) => n * 2))
      const ssc = yield* make
      yield* remember(ssc, "3 seconds")
      const active = yield* start(ssc, [DStream.foreachRDD(doubled, () => Effect.void)])
      yield* Testing.advance(active, 5)
      const between = (from: number, to: number) =>
        Effect.flatMap(slice(active, doubled, from, to), (rdds) => Effect.forEach(rdds, RDD.collect))
      assert.deepEqual(yield* between(3000, 5000), [[6], [8], [10]])
      assert.deepEqual(yield* between(0, 60_000), [[6], [8], [10]])
      assert.deepEqual(yield* between(4000, 4000), [[8]])
      assert.deepEqual(yield* between(4999, 4999), [[8]])
      assert.deepEqual(yield* between(3500, 5999), [[6], [8], [10]])
      assert.deepEqual(yield* between(5000, 4000), [])
      assert.deepEqual(yield* between(6000, 9000), [])
    }),
)

test("without remember(), slice() returns only the last batch", () =>
  Effect.gen(function* () {
    const input = Testing.input(numbers)
    const active = yield* start(yield* make, [DStream.foreachRDD(input, () => Effect.void)])
    yield* Testing.advance(active, 3)
    const rdds = yield* slice(active, input, 0, 10_000)
    assert.deepEqual(rdds.withoutRDD, [1000, 2000])
    assert.deepEqual(yield* Effect.forEach(rdds, RDD.collect), [[3]])
  }))

test("slice() evaluates nothing, lists batch times without an RDD, and works on a stopped context", () =>
  Effect.gen(function* () {
    let evaluated = 0
    const counted = Testing.input([[1], null, [3]]).pipe(
      (self) =>
        DStream.make(
          "counted",
          [self],
          [],
          () => Effect.tap(self, () => Effect.sync(() => evaluated++)),
        ),
    )
    const ssc = yield* make
    yield* remember(ssc, "1 minute")
    const active = yield* start(ssc, [DStream.foreachRDD(counted, () => Effect.void)])
    assert.deepEqual(yield* slice(active, counted, 0, 60_000), [])
    yield* Testing.advance(active, 3)
    const all = yield* slice(active, counted, 0, 60_000)
    assert.deepEqual([all.length, all.withoutRDD], [2, [2000]])
    assert.deepEqual((yield* slice(active, counted, 2500, 2999)).withoutRDD, [2000])
    assert.deepEqual((yield* slice(active, counted, 3000, 9000)).withoutRDD, [])
    const stopped = yield* stop(active, { stopSparkContext: false })
    const rdds = yield* slice(stopped, counted, 0, 60_000)
    assert.deepEqual(yield* Effect.forEach(rdds, RDD.collect), [[1], [3]])
    assert.equal(evaluated, 2)
  }))
