/** Kept RDDs are computed after their output, each under the failure policy that applies to it. */
import assert from "node:assert/strict"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { outcomes, pass, recording, test } from "./support.ts"

const { awaitTermination, getState, make, makeWith, start } = StreamingContext

type Numbers = DStream.DStream<number, string>
const summed = (self: Numbers): DStream.DStream<[string, number], string> =>
  self.pipe(
    DStream.map((n): [string, number] => ["sum", n]),
    DStream.updateStateByKey((ns: ReadonlyArray<number>, sum: Option.Option<number>) =>
      Option.some(ns.reduce((a, b) => a + b, Option.getOrElse(sum, () => 0)))
    ),
  )

/** A stream whose function fails for 2, and the records with which the function was called. */
const failingForTwo = () => {
  const calls: Array<number> = []
  const stream = Testing.input([[1], [2], [3]]).pipe(DStream.mapEffect((n) => {
    calls.push(n)
    return n === 2 ? Effect.fail("not two") : Effect.succeed(n)
  }))
  return { calls, stream }
}

const kinds: Readonly<Record<string, (self: Numbers) => DStream.DStream<unknown, string>>> = {
  window: (self) => DStream.window(self, "2 seconds"),
  state: summed,
}

for (const [kind, above] of Object.entries(kinds)) {
  Deno.test(`functions below a ${kind} are called once per attempt, whatever the policy`, async () => {
    for (
      const [policy, calls] of [
        [OutputPolicy.fail, [1, 2]],
        [OutputPolicy.skip, [1, 2, 3]],
        [OutputPolicy.retry(Schedule.recurs(2)), [1, 2, 2, 2]],
        [OutputPolicy.retry(Schedule.recurs(1), OutputPolicy.skip), [1, 2, 2, 3]],
      ] as const
    ) {
      const { calls: called, stream } = failingForTwo()
      const output = DStream.foreachRDD(above(stream), (rdd) => RDD.count(rdd))
      await Effect.runPromise(Testing.runOutputs([DStream.onFailure(output, policy)], { batches: 3 }))
      assert.deepEqual(called, calls)
    }
  })

  Deno.test(`a time limit of an output above a ${kind} holds: the batch is not computed again after it`, async () => {
    const slow = DStream.mapEffect(Testing.input([[1], [2], [3]]), (n) => n === 2 ? Effect.never : Effect.succeed(n))
    const output = DStream.foreachRDD(above(slow), (rdd) => Effect.timeout(RDD.collect(rdd), "100 millis"))
    const skipped = await Effect.runPromise(
      Testing.runOutputs([DStream.onFailure(output, OutputPolicy.skip)], { batches: 3 }),
    )
    assert.deepEqual(skipped.batches, ["completed", "completed", "completed"])
    assert.deepEqual(outcomes(skipped.events), [[1000, 0, "done"], [2000, 0, "skipped"], [3000, 0, "done"]])
    const failed = await Effect.runPromise(Testing.runOutputs([output], { batches: 3 }))
    assert.deepEqual(failed.batches, ["completed", "failed"])
  })

  Deno.test(`nothing below a ${kind} is computed after a failure that stops the context`, async () => {
    const { calls, stream } = failingForTwo()
    const output = DStream.foreachRDD(above(stream), () => Effect.fail("sink is down"))
    const { batches } = await Effect.runPromise(Testing.runOutputs([output], { batches: 3 }))
    assert.deepEqual([batches, calls], [["failed"], []])
  })

  Deno.test(`an output that succeeded is done, even if the ${kind} below it cannot be computed afterwards`, async () => {
    const policies = [
      OutputPolicy.skip,
      OutputPolicy.retry(Schedule.recurs(2), OutputPolicy.skip),
      OutputPolicy.deadLetter((rdd) => Effect.ignoreCause(RDD.count(rdd))),
    ]
    for (const policy of policies) {
      const written: Array<number> = []
      const output = DStream.foreachRDD(
        above(failingForTwo().stream),
        (_, { time }) => Effect.sync(() => void written.push(time)),
      )
      const { events } = await Effect.runPromise(
        Testing.runOutputs([DStream.onFailure(output, policy)], { batches: 3 }),
      )
      assert.deepEqual(written, [1000, 2000, 3000])
      assert.deepEqual(outcomes(events).map(([, , outcome]) => outcome), ["done", "done", "done"])
    }
  })
}

Deno.test("a kept stream follows the policy of the first output that depends on it", async () => {
  for (
    const [policies, ends] of [[["fail", "skip"], ["completed", "failed"]], [["skip", "fail"], [
      "completed",
      "completed",
    ]]] as const
  ) {
    const state = summed(failingForTwo().stream)
    const outputs = policies.map((policy) =>
      DStream.onFailure(DStream.foreachRDD(state, () => Effect.void), OutputPolicy[policy])
    )
    const { batches } = await Effect.runPromise(
      Testing.runOutputs(outputs as unknown as readonly [DStream.Output], { batches: 2 }),
    )
    assert.deepEqual(batches, ends)
  }
})

Deno.test("the dead letter of a kept stream gets the records that it is made of, and later batches continue without them", async () => {
  let left = 1
  const deadLetters: Array<ReadonlyArray<unknown>> = []
  const seen: Array<readonly [number, ReadonlyArray<number>]> = []
  const flaky = DStream.map(Testing.input([[1], [2], [3]]), (n) => {
    if (n === 1 && left-- > 0) throw new RangeError("not now")
    return n
  })
  const window = DStream.window(flaky, "3 seconds", { slide: "3 seconds" })
  const policy = OutputPolicy.deadLetter((rdd, { time, operator }) =>
    Effect.map(
      Effect.orDie(RDD.collect(rdd)),
      (records) => void deadLetters.push([time, operator, ...records]),
    )
  )
  const output = DStream.onFailure(recording(window, seen as never), policy)
  await Effect.runPromise(Testing.runOutputs([output as DStream.Output], { batches: 3 }))
  assert.deepEqual(deadLetters, [[1000, "map", 1]])
  assert.deepEqual(seen, [[3000, [2, 3]]])
})

Deno.test("the dead letter of a reduced window gets the batch's records before they are reduced", async () => {
  for (const inverse of [undefined, (a: number, b: number) => a - b]) {
    const deadLetters: Array<unknown> = []
    const pairs = Testing.input<[string, number]>([[["a", 1], ["a", 2]], [["b", 3]]], { partitions: 1 })
    const reduced = DStream.reduceByKeyAndWindow(pairs, (a, b) => a + b, "2 seconds", {
      inverse,
      filter: ([key]) => {
        if (key === "b") throw new RangeError("no b")
        return true
      },
    })
    const policy = OutputPolicy.deadLetter((rdd, { time }) =>
      Effect.map(
        Effect.orDie(RDD.collect(rdd)),
        (records) => void deadLetters.push([time, ...records]),
      )
    )
    const output = DStream.onFailure(DStream.foreachRDD(reduced, () => Effect.void), policy)
    await Effect.runPromise(Testing.runOutputs([output as DStream.Output]))
    assert.deepEqual(deadLetters, [[2000, ["b", 3]]])
  }
})

Deno.test("a state whose own output has the policy fail makes the batch fail, even if the output that computed it is skipped", async () => {
  const state = summed(failingForTwo().stream)
  const outputs = [
    DStream.onFailure(DStream.foreachRDD(state, () => Effect.void), OutputPolicy.fail),
    DStream.onFailure(DStream.foreachRDD(state, (rdd) => RDD.count(rdd)), OutputPolicy.skip),
  ]
  const { batches } = await Effect.runPromise(
    Testing.runOutputs(outputs as unknown as readonly [DStream.Output], { batches: 3 }),
  )
  assert.deepEqual(batches, ["completed", "failed"])
})

Deno.test("the final result of countApprox() in a transform can be awaited in an output of the same batch", async () => {
  for (const above of Object.values(kinds)) {
    const counts: Array<number> = []
    let rest: Effect.Effect<unknown, unknown, never> = Effect.void
    const begun = DStream.transform(
      above(Testing.input([[1], [2], [3]])),
      (rdd) =>
        Effect.map(RDD.countApprox(rdd, "1 hour"), ({ final }) => {
          rest = Effect.map(final, ({ mean }) => void counts.push(mean)) as typeof rest
          return rdd
        }),
    )
    const output = DStream.foreachRDD(begun, () => Effect.suspend(() => rest))
    await Effect.runPromise(Testing.runOutputs([output as DStream.Output]))
    assert.equal(counts.length, 3)
  }
})

test("an action in a transform does not run if an earlier batch has stopped the context", () =>
  Effect.gen(function* () {
    const ran: Array<number> = []
    const down = yield* Deferred.make<void>()
    const acting = DStream.transform(
      summed(Testing.input([[1], [10], [100]])),
      (rdd, { time }) => time < 3000 ? Effect.succeed(rdd) : Effect.map(RDD.count(rdd), () => (ran.push(time), rdd)),
    )
    const output = DStream.foreachRDD(
      acting,
      (_, { time }) => time === 2000 ? Effect.andThen(Deferred.await(down), Effect.fail("sink is down")) : Effect.void,
    )
    const active = yield* start(yield* make, [output])
    yield* pass(3500)
    yield* Deferred.succeed(down, undefined)
    yield* pass(500)
    assert.match((yield* Effect.flip(awaitTermination(active))).message, /sink is down/)
    assert.deepEqual([ran, yield* getState(active)], [[], "Stopped"])
  }))

test("a transform that runs an action on a state is not called before earlier batches have ended", () =>
  Effect.gen(function* () {
    let entered = 0
    let most = 0
    const done: Array<number> = []
    const acting = DStream.transform(
      summed(Testing.input([[1], [1], [1], [1], [1], [1]])),
      (rdd) =>
        Effect.acquireUseRelease(
          Effect.sync(() => void (most = Math.max(most, ++entered))),
          () => Effect.as(RDD.count(rdd), rdd),
          () => Effect.sync(() => void entered--),
        ),
    )
    const slow = DStream.foreachRDD(acting, (_, { time }) =>
      Effect.andThen(
        Effect.sleep(1200),
        // A transform that ran at the same time could hold something that the output needs.
        Effect.sync(() => void done.push(entered > 0 && time > 2000 ? -time : time)),
      ))
    yield* start(yield* makeWith({ maxPendingBatches: 4 }), [slow])
    yield* pass(8000)
    assert.deepEqual([most, done.slice(0, 5)], [1, [1000, 2000, 3000, 4000, 5000]])
  }))
