import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const slices = <A, E>(rdd: RDD.RDD<A, E>) => RDD.collect(RDD.glom(rdd))
const four = RDD.range(0, 4, { partitions: 2 })

onEngines("map(), flatMap() and filter() keep the partitions", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* slices(RDD.map(four, (n) => n * 10)), [[0, 10], [20, 30]])
    assert.deepEqual(yield* slices(RDD.flatMap(four, (n) => new Set([n, n % 2]))), [[0, 1], [2, 0, 3, 1]])
    assert.deepEqual(yield* slices(RDD.filter(four, (n) => n > 2)), [[], [3]])
  }))

onEngines("keyBy() pairs each record with its key", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* slices(RDD.keyBy(four, (n) => n % 2)), [[[0, 0], [1, 1]], [[0, 2], [1, 3]]])
  }))

onEngines(
  "filterMap() keeps the values of Somes and drops Nones",
  () =>
    Effect.gen(function* () {
      const halves = RDD.filterMap(four, (n) => n % 2 === 0 ? Option.some(n / 2) : Option.none())
      assert.deepEqual(yield* slices(halves), [[0], [1]])
      assert.deepEqual(yield* RDD.collect(RDD.filterMap(four, () => Option.some(undefined))), Array(4).fill(undefined))
    }),
)

onEngines(
  "a function that throws fails the job with FunctionFailed, whose cause is what it threw",
  () =>
    Effect.gen(function* () {
      const boom = (): never => {
        throw new TypeError("boom")
      }
      const all = [
        RDD.map(four, boom),
        RDD.flatMap(four, boom),
        RDD.filter(four, boom),
        RDD.filterMap(four, boom),
        RDD.keyBy(four, boom),
        RDD.mapPartitions(four, boom),
        RDD.mapPartitionsWithIndex(four, boom),
      ]
      for (const rdd of all) {
        const error = yield* Effect.flip(RDD.count<unknown, never, never>(rdd))
        assert.ok(error._tag === "JobFailed")
        assert.equal(error.operator, rdd.operation)
        const { reason } = error
        assert.ok(reason._tag === "FunctionFailed" && reason.cause instanceof TypeError)
      }
    }),
)

holdsOnEngines(
  "map(), flatMap() and filter() agree with those of arrays",
  sliced(fc.integer({ min: -9, max: 9 })),
  (input) =>
    Effect.gen(function* () {
      const repeat = (n: number) => Array.from({ length: Math.max(0, n) }, () => n)
      const rdd = rddOf(input)
      assert.deepEqual(yield* RDD.collect(RDD.map(rdd, (n) => n * 2)), input.data.map((n) => n * 2))
      assert.deepEqual(yield* RDD.collect(RDD.flatMap(rdd, repeat)), input.data.flatMap(repeat))
      assert.deepEqual(yield* RDD.collect(RDD.filter(rdd, (n) => n > 0)), input.data.filter((n) => n > 0))
      const chained = rdd.pipe(RDD.filter((n) => n % 2 === 0), RDD.flatMap(repeat), RDD.map((n) => n + 1))
      const expected = input.data.filter((n) => n % 2 === 0).flatMap(repeat).map((n) => n + 1)
      assert.deepEqual(yield* RDD.collect(chained), expected)
    }),
)

// deno-lint-ignore no-explicit-any
const untyped = (result: unknown): any => () => result

/** Operators whose function returns a value of a wrong type, and the message of the failure. */
const wrongResults: ReadonlyArray<readonly [rdd: RDD.RDD<unknown>, operator: string, message: RegExp]> = [
  [RDD.map(four, untyped(Promise.resolve(1))), "map", /^its function gives Promises, .*; mapEffect takes/],
  [
    RDD.filter(RDD.mapValues(RDD.keyBy(four, (n) => n), untyped(Promise.resolve(1))), () => true),
    "mapValues",
    /Promises/,
  ],
  [RDD.map(four, () => ["a", Promise.resolve(1)]), "map", /^its function gives Promises/],
  [RDD.map(four, () => Effect.sync(() => 1)), "map", /^its function gives Effects, which are not run; mapEffect takes/],
  [RDD.filter(four, untyped(Promise.resolve(false))), "filter", /^its function gives Promises, .*; filterEffect takes/],
  [RDD.filter(four, untyped(Effect.sync(() => false))), "filter", /^its function gives Effects/],
  [
    RDD.reduceByKey(RDD.map(four, (n) => [n === 4 ? "b" : "a", n]), untyped(Promise.resolve(1))),
    "reduceByKey",
    /gives Promises, which are not waited for$/,
  ],
  [RDD.flatMap(four, untyped(7)), "flatMap", /^its function must give an array or another iterable, but gave: number$/],
  [RDD.flatMap(four, untyped(Promise.resolve([1]))), "flatMap", /but gave: instance of Promise$/],
  [RDD.flatMapValues(RDD.keyBy(four, (n) => n), untyped({})), "flatMapValues", /but gave: object$/],
  [RDD.mapPartitions(four, untyped(undefined)), "mapPartitions", /but gave: undefined$/],
]

onEngines(
  "functions that return Promises, Effects, or no iterable where one is needed fail the job with Mismatch",
  () =>
    Effect.gen(function* () {
      for (const [rdd, operator, message] of wrongResults) {
        const error = yield* Effect.flip(RDD.collect(rdd))
        assert.equal(error.operator, operator)
        assert.equal(error.reason._tag, "Mismatch")
        assert.match(error.reason.message, message)
      }
    }),
)
