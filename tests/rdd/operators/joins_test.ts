import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { CurrentJob, type Engine } from "../../../lib/rdd/engine.ts"
import { anyPair, bag, holdsOnEngines, onEngines, rddOf, same, sliced } from "../run.ts"

const left = RDD.parallelize<[string, number]>([["a", 1], ["b", 2], ["a", 3], ["c", 4]], { partitions: 2 })
const right = RDD.parallelize<[string, string]>([["a", "x"], ["c", "y"], ["d", "z"], ["a", "w"]], { partitions: 2 })
const { some } = Option
const none = Option.none()

onEngines("join() pairs the values of each common key, in the order of the left values", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* left.pipe(RDD.join(right), RDD.glom, RDD.collect), [
      [],
      [["a", [1, "x"]], ["a", [1, "w"]], ["a", [3, "x"]], ["a", [3, "w"]], ["c", [4, "y"]]],
    ])
  }))

onEngines("join() uses the given partition count, also in data-first form", () =>
  Effect.gen(function* () {
    const by = yield* RDD.partitioner(RDD.join(left, right, { partitions: 4 }))
    assert.deepEqual(Option.map(by, Partitioner.show), some("HashPartitioner(4)"))
  }))

onEngines("leftOuterJoin() keeps left keys without a right value", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* left.pipe(RDD.leftOuterJoin(right), RDD.glom, RDD.collect), [
      [["b", [2, none]]],
      [["a", [1, some("x")]], ["a", [1, some("w")]], ["a", [3, some("x")]], ["a", [3, some("w")]], ["c", [
        4,
        some("y"),
      ]]],
    ])
  }))

onEngines("rightOuterJoin() keeps right keys without a left value", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* left.pipe(RDD.rightOuterJoin(right), RDD.glom, RDD.collect), [
      [["d", [none, "z"]]],
      [["a", [some(1), "x"]], ["a", [some(1), "w"]], ["a", [some(3), "x"]], ["a", [some(3), "w"]], ["c", [
        some(4),
        "y",
      ]]],
    ])
  }))

onEngines("fullOuterJoin() keeps the keys of both sides", () =>
  Effect.gen(function* () {
    const once = RDD.parallelize<[string, string]>([["a", "x"], ["d", "z"]], { partitions: 2 })
    assert.deepEqual(yield* left.pipe(RDD.fullOuterJoin(once), RDD.glom, RDD.collect), [
      [["b", [some(2), none]], ["d", [none, some("z")]]],
      [["a", [some(1), some("x")]], ["a", [some(3), some("x")]], ["c", [some(4), none]]],
    ])
  }))

onEngines(
  "subtractByKey() drops the keys of the other RDD, and keeps the left partition count",
  () =>
    Effect.gen(function* () {
      const wide = RDD.repartition(right, 7)
      assert.deepEqual(yield* left.pipe(RDD.subtractByKey(wide), RDD.glom, RDD.collect), [[["b", 2]], []])
      assert.equal(yield* RDD.getNumPartitions(RDD.subtractByKey(left, wide, { partitions: 3 })), 3)
      assert.equal(yield* RDD.getNumPartitions(RDD.subtractByKey(left, wide, {})), 2)
    }),
)

type Input = Parameters<typeof rddOf<[unknown, number]>>[0]
type Keyed = readonly [unknown, number]
const both = fc.tuple(sliced<[unknown, number]>(anyPair), sliced<[unknown, number]>(anyPair))
const has = (data: ReadonlyArray<Keyed>, key: unknown) => data.some((pair) => same(pair[0], key))
const inner = (a: Input, b: Input) =>
  a.data.flatMap(([key, v]) => b.data.filter((pair) => same(pair[0], key)).map((pair) => [key, [v, pair[1]]] as const))

holdsOnEngines("join() agrees with the naive nested loop", both, ([a, b]) =>
  Effect.gen(function* () {
    assert.deepEqual(bag(yield* rddOf(a).pipe(RDD.join(rddOf(b)), RDD.collect)), bag(inner(a, b)))
  }))

holdsOnEngines(
  "fullOuterJoin() agrees with the naive loop, and keeps each unmatched pair once",
  both,
  ([a, b]) =>
    Effect.gen(function* () {
      const expected = [
        ...inner(a, b).map(([key, [v, w]]) => [key, [some(v), some(w)]]),
        ...a.data.filter(([key]) => !has(b.data, key)).map(([key, v]) => [key, [some(v), none]]),
        ...b.data.filter(([key]) => !has(a.data, key)).map(([key, w]) => [key, [none, some(w)]]),
      ]
      assert.deepEqual(bag<unknown>(yield* rddOf(a).pipe(RDD.fullOuterJoin(rddOf(b)), RDD.collect)), bag(expected))
    }),
)

holdsOnEngines(
  "left and right outer joins agree with a full one without the other side's unmatched pairs",
  both,
  ([a, b]) =>
    Effect.gen(function* () {
      const full = RDD.fullOuterJoin(rddOf(a), rddOf(b))
      const all = yield* RDD.collect(full)
      const lefts = all.flatMap(([key, [v, w]]) => Option.isSome(v) ? [[key, [v.value, w]]] : [])
      const rights = all.flatMap(([key, [v, w]]) => Option.isSome(w) ? [[key, [v, w.value]]] : [])
      assert.deepEqual(bag<unknown>(yield* RDD.collect(RDD.leftOuterJoin(rddOf(a), rddOf(b)))), bag(lefts))
      assert.deepEqual(bag<unknown>(yield* RDD.collect(RDD.rightOuterJoin(rddOf(a), rddOf(b)))), bag(rights))
    }),
)

holdsOnEngines("subtractByKey() agrees with the naive filter", both, ([a, b]) =>
  Effect.gen(function* () {
    const rest = yield* rddOf(a).pipe(RDD.subtractByKey(rddOf(b)), RDD.collect)
    assert.deepEqual(bag<unknown>(rest), bag(a.data.filter(([key]) => !has(b.data, key))))
  }))

onEngines(
  "a join, a cogroup and a sort of one partition count each record that they read once",
  () =>
    Effect.gen(function* () {
      const job = yield* CurrentJob
      const readBy = (work: Effect.Effect<unknown, unknown, Engine>) =>
        Effect.suspend(() => {
          let read = 0
          const countRead = (records: number) => void (read += records)
          return Effect.map(Effect.provideService(work, CurrentJob, { ...job, countRead }), () => read)
        })
      const one = RDD.parallelize<[string, number]>([["a", 1], ["b", 2], ["a", 3]], { partitions: 1 })
      const other = RDD.parallelize<[string, number]>([["a", 4], ["c", 5]], { partitions: 1 })
      assert.equal(yield* readBy(RDD.collect(RDD.join(one, other))), 5)
      assert.equal(yield* readBy(RDD.collect(RDD.cogroup(RDD.filter(one, ([, n]) => n > 1), other))), 5)
      assert.equal(yield* readBy(RDD.collect(RDD.sortByKey(one))), 3)
    }),
)
