import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { Block } from "../../../lib/rdd/block.ts"
import { Flow } from "../../../lib/rdd/flow.ts"
import { make } from "../../../lib/rdd/rdd.ts"
import * as RDD from "../../../lib/rdd.ts"
import { anyKey, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const ten = RDD.parallelize([5, 3, 8, 1, 9, 2, 7, 4, 6, 10], { partitions: 3 })
const none = RDD.parallelize<number>([], { partitions: 2 })

onEngines("collect(), count() and first() read partitions in order", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* RDD.collect(ten), [5, 3, 8, 1, 9, 2, 7, 4, 6, 10])
    assert.equal(yield* RDD.count(ten), 10)
    assert.equal(yield* RDD.first(ten), 5)
    assert.equal(yield* RDD.isEmpty(ten), false)
  }))

onEngines("count() takes the lengths of blocks, whose records are not read", () =>
  Effect.gen(function* () {
    const unreadable: Block<number> = {
      length: 5,
      get records(): never {
        throw new Error("the records were read")
      },
    }
    let left = 3
    const flow = new Flow(Effect.succeed(Effect.sync(() => left-- > 0 ? unreadable : undefined)))
    const rdd = make<number, never>("test", [], {
      kind: "source",
      partitions: 2,
      load: (i) => i === 0 ? unreadable : flow,
    })
    assert.equal(yield* RDD.count(rdd), 20)
  }))

onEngines("take() returns the first n records, all of them, or none", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* ten.pipe(RDD.take(4)), [5, 3, 8, 1])
    assert.deepEqual(yield* RDD.take(ten, 99), [5, 3, 8, 1, 9, 2, 7, 4, 6, 10])
    assert.deepEqual(yield* RDD.take(ten, 0), [])
    assert.deepEqual(yield* RDD.take(ten, -1), [])
  }))

onEngines(
  "take() computes partitions in rounds, as many as it estimates to need and at most four times as many as before",
  () =>
    Effect.gen(function* () {
      const ran: Array<number> = []
      const rdd = RDD.range(0, 20, { partitions: 10 }).pipe(RDD.mapPartitions((part, i) => {
        ran.push(i)
        return part
      }))
      assert.deepEqual(yield* RDD.take(rdd, 2), [0, 1])
      assert.deepEqual(ran.splice(0), [0])
      assert.deepEqual(yield* RDD.take(rdd, 3), [0, 1, 2])
      assert.deepEqual(ran.splice(0), [0, 1])
      assert.equal((yield* RDD.take(rdd, 11)).length, 11)
      assert.deepEqual(ran.splice(0), [0, 1, 2, 3, 4, 5])
      assert.deepEqual(yield* RDD.take(RDD.filter(rdd, (n) => n === 19), 1), [19])
      assert.deepEqual(ran, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }),
)

onEngines(
  "take(), first() and isEmpty() call functions only for the records that they need",
  () =>
    Effect.gen(function* () {
      const calls: Array<number> = []
      const called = (n: number) => {
        calls.push(n)
        if (n > 3) throw new RangeError(`${n} is not needed`)
        return n
      }
      const ten = RDD.parallelize([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], { partitions: 2 })
      const seen: Readonly<Record<string, RDD.RDD<unknown, unknown, never>>> = {
        map: RDD.map(ten, called),
        filter: RDD.filter(ten, (n) => called(n) % 2 === 1),
        flatMap: RDD.flatMap(ten, (n) => [called(n)]),
        "map and filter": ten.pipe(RDD.map(called), RDD.filter((n) => n > 1), RDD.map((n) => n + 1)),
        mapValues: RDD.mapValues(RDD.keyBy(ten, (n) => n), called),
        mapEffect: RDD.map(RDD.mapEffect(ten, (n) => Effect.sync(() => called(n))), (n) => n),
        "mapEffect that waits": RDD.mapEffect(ten, (n) => Effect.as(Effect.yieldNow, n).pipe(Effect.map(called))),
        filterEffect: RDD.filterEffect(ten, (n) => Effect.sync(() => called(n) > 1)),
        coalesce: RDD.coalesce(RDD.map(ten, called), 1),
        "after coalesce": RDD.map(RDD.coalesce(ten, 1), called),
        union: RDD.union(RDD.map(ten, called), ten),
      }
      for (const [name, rdd] of Object.entries(seen)) {
        assert.equal((yield* RDD.take(rdd, 2)).length, 2, name)
        assert.ok(calls.length <= 3, `${name} was called for ${calls}`)
        yield* RDD.first(rdd)
        assert.equal(yield* RDD.isEmpty(rdd), false)
        assert.deepEqual(yield* RDD.take(rdd, 0), [])
        calls.length = 0
      }
    }),
)

onEngines(
  "coalesce() of partitions that are not needed does not compute them for take()",
  () =>
    Effect.gen(function* () {
      const ran: Array<number> = []
      const parts = RDD.range(0, 8, { partitions: 4 }).pipe(RDD.mapPartitions((part, i) => {
        ran.push(i)
        return part
      }))
      assert.deepEqual(yield* RDD.take(RDD.coalesce(parts, 1), 3), [0, 1, 2])
      assert.deepEqual(ran, [0, 1])
      assert.deepEqual(yield* RDD.take(RDD.sortBy(RDD.coalesce(parts, 1), (n) => -n), 2), [7, 6])
    }),
)

onEngines("actions on an empty RDD return nothing; first() fails with EmptyCollection", () =>
  Effect.gen(function* () {
    for (const rdd of [none, RDD.empty<number>()]) {
      assert.deepEqual(yield* RDD.collect(rdd), [])
      assert.equal(yield* RDD.count(rdd), 0)
      assert.deepEqual(yield* RDD.take(rdd, 3), [])
      assert.equal(yield* RDD.isEmpty(rdd), true)
      const failure = yield* Effect.flip(RDD.first(rdd))
      assert.equal(failure._tag, "EmptyCollection")
      assert.match(failure.message, /^empty collection/)
    }
  }))

holdsOnEngines(
  "collect(), count() and take() agree with the array, whatever the partitions",
  fc.tuple(sliced(anyKey), fc.integer({ min: 0, max: 14 })),
  ([input, n]) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* RDD.collect(rddOf(input)), input.data)
      assert.equal(yield* RDD.count(rddOf(input)), input.data.length)
      assert.deepEqual(yield* RDD.take(rddOf(input), n), input.data.slice(0, n))
    }),
)
