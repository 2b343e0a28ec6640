import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as LocalEngine from "../../lib/engine/local/engine.ts"
import * as RDD from "../../lib/rdd.ts"
import type { Engine } from "../../lib/rdd/engine.ts"

const RECORDS = 20_000

/** A function that takes a quarter of a millisecond: 5 s for all records. */
const slowly = () => {
  const calls = { count: 0 }
  const slow = <A>(value: A): A => {
    calls.count++
    for (const end = performance.now() + 0.25; performance.now() < end;);
    return value
  }
  return { calls, slow }
}

type Slow = <A>(value: A) => A

const numbers = RDD.range(0, RECORDS, { partitions: 1 })
const pairs = RDD.map(numbers, (n) => [n % 1000, n] as const)

/** A job of each kind of stage, whose time goes into a function of the user's. */
const jobs: Readonly<Record<string, (slow: Slow) => Effect.Effect<unknown, unknown, Engine>>> = {
  "a narrow loop": (slow) => RDD.count(RDD.map(numbers, slow)),
  "a loop that gives many records for one": (slow) =>
    RDD.count(RDD.map(RDD.flatMap(RDD.range(0, 1), () => Array.from({ length: RECORDS }, (_, n) => n)), slow)),
  "the writing half of a shuffle": (slow) => RDD.count(RDD.reduceByKey(pairs, (a, b) => slow(a + b))),
  "the reading half of a shuffle": (slow) =>
    RDD.count(RDD.reduceByKey(RDD.repartition(pairs, 4), (a, b) => slow(a + b), { partitions: 2 })),
  "the keys of a sort": (slow) => RDD.count(RDD.sortBy(numbers, (n) => slow(-n))),
  "the comparisons of a sort": (slow) => RDD.count(RDD.sortBy(numbers, (n) => -n, { order: (a, b) => slow(a - b) })),
  "a join": (slow) => RDD.count(RDD.mapValues(RDD.join(pairs, pairs), slow)),
  "the groups of a key": (slow) =>
    RDD.count(RDD.flatMap(RDD.groupByKey(pairs), ([, values]) => Array.from(values, slow))),
  "a cogroup": (slow) => RDD.count(RDD.flatMap(RDD.cogroup(pairs, pairs), ([, [left]]) => Array.from(left, slow))),
  "a cartesian product": (slow) => RDD.count(RDD.map(RDD.cartesian(numbers, RDD.range(0, 2)), slow)),
  "an action with a function": (slow) => RDD.foreach(numbers, slow),
  "a reduction": (slow) => RDD.reduce(numbers, (a, b) => slow(a + b)),
  "an aggregate": (slow) => RDD.aggregate(numbers, 0, (sum, n) => slow(sum + n), (a, b) => a + b),
  "the largest records": (slow) => RDD.max(numbers, { order: (a, b) => slow(a - b) }),
  "many short partitions": (slow) => RDD.count(RDD.map(RDD.range(0, RECORDS, { partitions: 1000 }), slow)),
  "a filter that keeps nothing": (slow) => RDD.count(RDD.filter(numbers, (n) => slow(n) < 0)),
  "a step that may give nothing": (slow) => RDD.count(RDD.filterMap(numbers, (n) => slow(Option.some(n)))),
}

for (const [name, job] of Object.entries(jobs)) {
  Deno.test(`timers fire during ${name}, and it can be interrupted`, async () => {
    const { calls, slow } = slowly()
    // Steps before the slow one may take a while where other programs use the machine.
    const untilCalled = Effect.whileLoop({
      while: () => calls.count === 0,
      body: () => Effect.sleep("5 millis"),
      step: () => {},
    })
    const limit = Effect.as(Effect.andThen(untilCalled, Effect.sleep("30 millis")), Option.none())
    const result = await Effect.runPromise(
      Effect.raceFirst(Effect.asSome(job(slow)), limit).pipe(Effect.provide(LocalEngine.layer({ parallelism: 2 }))),
    )
    assert.ok(Option.isNone(result), "the job has ended")
    const { count } = calls
    assert.ok(count > 0 && count < RECORDS / 2, `the function was called ${count} times`)
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(calls.count, count, "the job goes on after the interruption")
  })
}
