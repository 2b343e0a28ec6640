import assert from "node:assert/strict"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import * as DStream from "../../lib/dstream.ts"
import type * as Graph from "../../lib/graph.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { discard, inVirtualTime, outcomes, pass, recording } from "./support.ts"

type Pair = [key: string, n: number]
type Seen = Array<readonly [time: number, records: ReadonlyArray<Pair>]>

const add = (a: number, b: number) => a + b
const summed = (self: DStream.DStream<Pair>): DStream.DStream<Pair> =>
  DStream.updateStateByKey(
    self,
    (values: ReadonlyArray<number>, state: Option.Option<number>) =>
      Option.some(values.reduce(add, Option.getOrElse(state, () => 0))),
    { partitions: 1 },
  )
const pairs = () => Testing.input<Pair>([[["k", 1]], [["k", 2]], [["k", 4]]])

/** The pairs, reduced by key. The batch with the value `poison` cannot be computed. */
const poisoned = (poison: number): DStream.DStream<Pair> =>
  pairs().pipe(
    DStream.map((pair): Pair => {
      if (pair[1] === poison) throw new RangeError("poison")
      return pair
    }),
    DStream.reduceByKey(add, { partitions: 1 }),
  )

const skipping = <E, R>(output: DStream.Output<E, R>) => DStream.onFailure(output, OutputPolicy.skip)
const run = (outputs: Graph.Listed, batches = 3) =>
  Effect.runPromise(
    Testing.runOutputs(outputs, { batches }) as unknown as Effect.Effect<Testing.Ran<unknown>, unknown>,
  )

Deno.test("other kept RDDs are computed even if one of them cannot be computed", async () => {
  const totals = summed(pairs())
  const lastOf = async (stream: DStream.DStream<Pair>, from: number) => {
    const seen: Seen = []
    await run([
      skipping(
        DStream.foreachRDD(
          stream,
          (rdd, { time }) =>
            time < from ? Effect.void : Effect.map(RDD.collect(rdd), (records) => void seen.push([time, records])),
        ),
      ),
    ])
    return seen.at(-1)?.[1]
  }
  assert.deepEqual(await lastOf(summed(DStream.union(poisoned(2), totals)), 0), [["k", 13]])
  assert.deepEqual(await lastOf(DStream.window(DStream.union(poisoned(2), totals), "2 seconds"), 0), [["k", 4], [
    "k",
    7,
  ]])
  assert.deepEqual(await lastOf(DStream.union(totals, summed(poisoned(2))), 3000), [["k", 7], ["k", 5]])
})

Deno.test("a kept stream above a state that cannot be computed continues without that batch, whether a job or the end of the batch computes it", async () => {
  const both = DStream.union(summed(poisoned(2)), summed(pairs()))
  for (const slide of ["1 second", "3 seconds"] as const) {
    const seen: Seen = []
    await run([skipping(recording(DStream.window(both, "3 seconds", { slide }), seen))])
    assert.deepEqual(seen.at(-1), [3000, [["k", 1], ["k", 1], ["k", 3], ["k", 5], ["k", 7]]])
  }
})

Deno.test("a state that a job needs is computed in the job, even if a failing kept RDD needs it too", async () => {
  const seen: Seen = []
  const totals = summed(pairs())
  const late = DStream.window(DStream.union(poisoned(1), totals), "2 seconds", { slide: "2 seconds" })
  const output = DStream.foreachRDD(
    totals,
    (rdd, { time }) =>
      time === 1000 ? Effect.void : Effect.map(RDD.collect(rdd), (records) => void seen.push([time, records])),
  )
  await run([skipping(output), skipping(discard(late))])
  assert.deepEqual(seen, [[2000, [["k", 3]]], [3000, [["k", 7]]]])
})

Deno.test("a state has an RDD in every batch after its first, whether or not that first RDD is still remembered", async () => {
  for (const isRemembered of [false, true]) {
    const state = Testing.input<Pair>([[["k", 1]], null, null, null]).pipe(
      DStream.map((): Pair => {
        throw new RangeError("poison")
      }),
      summed,
    )
    const failing = DStream.transform(pairs(), (rdd, { time }) => {
      if (time === 2000) throw new RangeError("not now")
      return rdd
    })
    const outputs = [
      skipping(discard(state)),
      DStream.onFailure(discard(failing), OutputPolicy.continueOn),
      skipping(discard(isRemembered ? DStream.window(state, "3 seconds") : failing)),
    ] as const
    const { events } = await run(outputs, 4)
    const times = outcomes(events).flatMap(([time, outputId]) => outputId === 0 ? [time] : [])
    assert.deepEqual(times, [1000, 2000, 3000, 4000])
  }
})

Deno.test("an action in a transform runs after earlier batches have computed their state, and does not fail if one of them failed", async () => {
  for (const isAhead of [false, true]) {
    const seen: Seen = []
    const counted = DStream.transform(
      summed(poisoned(2)),
      (rdd, { time }) => time === 3000 ? Effect.as(RDD.count(rdd), rdd) : rdd,
    )
    const slow = DStream.foreachRDD(counted, (rdd, { time }) =>
      TestClock.withLive(Effect.sleep(5)).pipe(
        Effect.andThen(RDD.collect(rdd)),
        Effect.map((records) => void seen.push([time, records])),
      ))
    const program = Effect.gen(function* () {
      const active = yield* StreamingContext.start(yield* StreamingContext.make, [skipping(slow)])
      if (isAhead) yield* TestClock.adjust(3000)
      else yield* Testing.advance(active, 3)
      while (seen.length < 2) yield* TestClock.withLive(Effect.sleep(1))
      yield* StreamingContext.stop(active)
    })
    await inVirtualTime(program)
    assert.deepEqual(seen, [[1000, [["k", 1]]], [3000, [["k", 5]]]])
  }
})

Deno.test("a batch is evaluated, and its transforms run their actions, only when the batch before it has ended", async () => {
  const counts: Array<number> = []
  const counted = DStream.transform(pairs(), (rdd) => Effect.map(RDD.count(rdd), (n) => (counts.push(n), rdd)))
  const program = Effect.gen(function* () {
    const sink = yield* Deferred.make<void>()
    const slow = DStream.foreachRDD(counted, () => Deferred.await(sink))
    yield* StreamingContext.start(yield* StreamingContext.make, [
      slow,
      recording(DStream.window(counted, "2 seconds"), []),
    ])
    yield* pass(3000)
    assert.deepEqual(counts, [1])
    yield* Deferred.succeed(sink, undefined)
    yield* pass(50)
    assert.deepEqual(counts, [1, 1, 1])
  })
  await inVirtualTime(program)
})

Deno.test("a failed evaluation that succeeds in a retry does not prevent kept streams from being evaluated", async () => {
  for (const failures of [0, 1]) {
    let left = failures
    const input = Testing.input<Pair>([[["k", 1]], [["k", 1]], null, [["k", 1]]])
    const flaky: DStream.DStream<Pair> = DStream.make(
      "flaky",
      [input],
      [],
      () =>
        Effect.flatMap(DStream.Batch, ({ time }) => {
          if (time === 3000 && left-- > 0) throw new RangeError("once")
          return input
        }),
    )
    const batches = DStream.updateStateByKey(
      flaky,
      (_: ReadonlyArray<number>, n: Option.Option<number>) => Option.some(Option.getOrElse(n, () => 0) + 1),
      { partitions: 1 },
    )
    const seen: Seen = []
    const late = recording(DStream.window(batches, "2 seconds", { slide: "2 seconds" }), seen)
    const retrying = [discard(flaky), late].map((output) =>
      DStream.onFailure(output, OutputPolicy.retry(Schedule.recurs(2)))
    )
    await run(retrying as unknown as Graph.Listed, 4)
    assert.deepEqual(seen, [[2000, [["k", 1], ["k", 2]]], [4000, [["k", 3], ["k", 4]]]])
  }
})

Deno.test("a kept stream follows the policy of its own output, even if another output has skipped the same failure", async () => {
  const policies = [OutputPolicy.fail, OutputPolicy.retry(Schedule.recurs(2)), OutputPolicy.skip]
  const ends = await Promise.all(policies.flatMap((policy) =>
    [false, true].map(async (hasOther) => {
      let left = policy === OutputPolicy.fail ? 2 : 1
      const failing = DStream.transform(
        Testing.input<Pair>([[["k", 1]], [["k", 1]], [["k", 1]], [["k", 1]]]),
        (rdd, info) => {
          if (info.time === 3000 && (policy === OutputPolicy.skip || left-- > 0)) throw new RangeError("not now")
          return rdd
        },
      )
      const seen: Seen = []
      const late = recording(DStream.window(summed(failing), "2 seconds", { slide: "2 seconds" }), seen)
      const own = DStream.onFailure(late, policy)
      const outputs = hasOther ? [skipping(discard(failing)), own] : [own]
      const { exit } = await run(outputs as unknown as Graph.Listed, 4)
      return [exit._tag, seen.at(-1)?.[1]]
    })
  ))
  const [first, both] = [[["k", 1], ["k", 2]], [["k", 3], ["k", 4]]]
  assert.deepEqual(ends, [
    ["Failure", first],
    ["Failure", first],
    ["Success", both],
    ["Success", both],
    ["Success", [["k", 3]]],
    ["Success", [["k", 3]]],
  ])
})

/** An output whose stream cannot be evaluated in the first batch. */
const failingFirst = (): DStream.Output =>
  discard(DStream.transform(Testing.input([[1], [1], [1]]), (rdd, { time }) => {
    if (time === 1000) throw new RangeError("not in the first batch")
    return rdd
  }))

Deno.test("a state begins in a batch in which another output cannot be evaluated", async () => {
  const seen: Seen = []
  const late = Testing.input<Pair>([[["k", 1]], null, [["k", 2]]])
  const { batches } = await Effect.runPromise(
    Testing.runOutputs([recording(summed(late), seen), failingFirst()], { onFailure: OutputPolicy.continueOn }),
  )
  assert.deepEqual(batches, ["completed", "completed", "completed"])
  assert.deepEqual(seen, [[1000, [["k", 1]]], [2000, [["k", 1]]], [3000, [["k", 3]]]])
})

Deno.test("kept RDDs of a batch in which another output cannot be evaluated keep their records", async () => {
  const held: Array<RDD.RDD<Pair>> = []
  const counts: Array<number> = []
  const windowed = DStream.transform(DStream.window(pairs(), "2 seconds"), (rdd) => {
    held.push(rdd)
    return rdd
  })
  const counting = DStream.foreachRDD(windowed, () =>
    Effect.gen(function* () {
      for (const rdd of held) counts.push(yield* RDD.count(rdd))
    }))
  const { batches } = await Effect.runPromise(
    Testing.runOutputs([counting, failingFirst()], { batches: 2, onFailure: OutputPolicy.continueOn }),
  )
  assert.deepEqual(batches, ["completed", "completed"])
  assert.deepEqual(counts, [1, 1, 2])
})
