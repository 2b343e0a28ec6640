import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as RDD from "../../../lib/rdd.ts"
import { anyKey, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

class TooBig {
  readonly _tag = "TooBig"
  constructor(readonly n: number) {}
}
const numbers = RDD.range(0, 6, { partitions: 3 })

onEngines("mapEffect() keeps the order, whatever the concurrency", () =>
  Effect.gen(function* () {
    const slow = (n: number) => Effect.as(n % 2 === 0 ? Effect.yieldNow : Effect.void, n * 2)
    for (const concurrency of [undefined, 1, 4, "unbounded"] as const) {
      assert.deepEqual(yield* RDD.collect(RDD.mapEffect(numbers, slow, { concurrency })), [0, 2, 4, 6, 8, 10])
    }
  }))

onEngines("mapEffect() fails the job with the function's own error", () =>
  Effect.gen(function* () {
    const rdd: RDD.RDD<number, TooBig> = RDD.mapEffect(
      numbers,
      (n) => n > 3 ? Effect.fail(new TooBig(n)) : Effect.succeed(n),
    )
    const failure = yield* Effect.flip(RDD.collect(rdd))
    assert.deepEqual({ ...failure.reason }, { ...new TooBig(4) })
    assert.equal(failure.operator, "mapEffect")
    assert.equal(failure.partition, 2)
  }))

onEngines("mapEffect() fails with FunctionFailed when the function throws or dies", () =>
  Effect.gen(function* () {
    const thrown = yield* Effect.flip(RDD.collect(RDD.mapEffect(numbers, (): Effect.Effect<number> => {
      throw new Error("boom")
    })))
    assert.equal(thrown.reason._tag, "FunctionFailed")
    assert.match(thrown.message, /boom/)
    const died = yield* Effect.flip(RDD.collect(RDD.mapEffect(numbers, () => Effect.die(new Error("bang")))))
    assert.match(died.message, /bang/)
  }))

onEngines("mapEffect() fails with InvalidOption for a concurrency below 1", () =>
  Effect.gen(function* () {
    const { reason } = yield* Effect.flip(RDD.collect(RDD.mapEffect(numbers, Effect.succeed, { concurrency: 0 })))
    assert.equal(reason._tag, "InvalidOption")
  }))

onEngines("mapEffect() can be combined with plain steps before and after it", () =>
  Effect.gen(function* () {
    const rdd = numbers.pipe(
      RDD.map((n) => n + 1),
      RDD.mapEffect((n) => Effect.succeed(n * 10)),
      RDD.filter((n) => n > 30),
    )
    assert.deepEqual(yield* RDD.collect(rdd), [40, 50, 60])
  }))

onEngines("mapPartitionsEffect() takes whole partitions and their index", () =>
  Effect.gen(function* () {
    const rdd = RDD.mapPartitionsEffect(numbers, (part, i) => Effect.succeed([[i, part.length]]))
    assert.deepEqual(yield* RDD.collect(rdd), [[0, 2], [1, 2], [2, 2]])
  }))

holdsOnEngines("effectful operators agree with the plain ones", sliced(anyKey), (input) =>
  Effect.gen(function* () {
    const rdd = rddOf(input)
    const isText = (a: unknown) => typeof a === "string"
    assert.deepEqual(
      yield* RDD.collect(RDD.mapEffect(rdd, (a) => Effect.succeed([a, 1]))),
      input.data.map((a) => [a, 1]),
    )
    assert.deepEqual(
      yield* RDD.collect(RDD.filterEffect(rdd, (a) => Effect.succeed(isText(a)))),
      input.data.filter(isText),
    )
    assert.deepEqual(
      yield* RDD.collect(RDD.flatMapEffect(rdd, (a) => Effect.succeed(isText(a) ? [] : [a, a]))),
      input.data.flatMap((a) => isText(a) ? [] : [a, a]),
    )
  }))
