import assert from "node:assert/strict"

import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import * as Accumulator from "../../lib/accumulator.ts"
import * as DStream from "../../lib/dstream.ts"
import * as Graph from "../../lib/graph.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import { keptStreamsIn, neededIn } from "../../lib/dstream/graph/kept_streams.ts"
import * as StateSpec from "../../lib/state_spec.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { discard, inVirtualTime, recording } from "./support.ts"

type Pair = [key: string, n: number]
type Seen<A> = Array<readonly [time: number, records: ReadonlyArray<A>]>

const sum = (values: ReadonlyArray<number>, state: Option.Option<number>) =>
  Option.some(values.reduce((a, b) => a + b, Option.getOrElse(state, () => 0)))

/** One key; batch `i` has the value 10^i. So each digit of a sum tells whether it contains a batch. */
const digits = (batches = 3): DStream.DStream<Pair> =>
  Testing.input(Array.from({ length: batches }, (_, i): Array<Pair> => [["a", 10 ** i]]))

/** A stream whose evaluation fails at the given batch times. */
const failingAt = <A>(stream: DStream.DStream<A>, ...times: ReadonlyArray<number>): DStream.DStream<A> =>
  DStream.transform(stream, (rdd, { time }) => {
    if (times.includes(time)) throw new Error("not now")
    return rdd
  })

/** Functions of these tests change variables of the test, so they run where it does. */
const engines: ReadonlyArray<Testing.EngineName> = ["local", "closures", "loopback"]

/** Declares a test for each engine. The body gets a function that runs outputs on that engine. */
const onEngines = (
  name: string,
  body: (run: (outputs: Graph.Listed, policy?: OutputPolicy.OutputPolicy) => ReturnType<typeof ran>) => Promise<void>,
) => {
  for (const engine of engines) {
    Deno.test(`${name} [${engine}]`, () => body((outputs, policy) => ran(outputs, { engine, onFailure: policy })))
  }
}

const ran = (outputs: Graph.Listed, options: Testing.Options) =>
  Effect.runPromise(Testing.runOutputs(outputs, options) as Effect.Effect<Testing.Ran<unknown>, unknown>)

onEngines(
  "a state that is used only every third batch still adds every batch, even one whose evaluation was retried",
  async (run) => {
    let thrown = 0
    const seen: Seen<Pair> = []
    const once = DStream.transform(digits(), (rdd, { time }) => {
      if (time === 1000 && thrown++ === 0) throw new Error("not yet")
      return rdd
    })
    const totals = once.pipe(DStream.updateStateByKey(sum), DStream.window("1 second", { slide: "3 seconds" }))
    const { batches, events } = await run([recording(totals, seen)], OutputPolicy.retry(Schedule.recurs(2)))
    assert.deepEqual(seen, [[3000, [["a", 111]]]])
    assert.deepEqual([batches, thrown], [["no jobs", "no jobs", "completed"], 2])
    // Batches in which no output has a job show their input records.
    const shown = events.flatMap((event) => "batch" in event ? [[event.batch.batchTime, event._tag]] : [])
    const idle = (time: number) => [[time, "BatchSubmitted"], [time, "BatchCompleted"]]
    const whole = ["BatchSubmitted", "BatchStarted", "BatchCompleted"].map((tag) => [3000, tag])
    assert.deepEqual(shown, [...idle(1000), ...idle(2000), ...whole])
  },
)

onEngines("a state continues after its input was down", async (run) => {
  const down = Effect.fail("source is down")
  for (const outage of [[down], [down, down]]) {
    const seen: Seen<Pair> = []
    const one: Array<Pair> = [["a", 1]]
    const counts = Testing.input<Pair, string>([one, ...outage, one, one]).pipe(
      DStream.repartition(2),
      DStream.updateStateByKey(sum),
    )
    const { batches } = await run([recording(counts, seen)], OutputPolicy.continueOn)
    assert.deepEqual(batches.filter((end) => end === "generation failed").length, outage.length)
    assert.deepEqual(seen.map(([, [pair]]) => pair?.[1]), [1, 2, 3])
  }
})

onEngines(
  "what one output cannot evaluate is in the state of another, also where an action has computed it already",
  async (run) => {
    const seen: Seen<Pair> = []
    const input = digits()
    const counts = input.pipe(DStream.updateStateByKey(sum), DStream.transform((rdd) => Effect.as(RDD.count(rdd), rdd)))
    const { batches } = await run([recording(counts, seen), discard(failingAt(input, 2000))], OutputPolicy.continueOn)
    assert.deepEqual(batches, ["completed", "completed", "completed"])
    assert.deepEqual(seen, [[1000, [["a", 1]]], [2000, [["a", 11]]], [3000, [["a", 111]]]])
  },
)

onEngines("batches in which other outputs cannot be evaluated cost a state nothing", async (run) => {
  const seen: Seen<Pair> = []
  const calls: Array<number> = []
  const input = digits(5)
  const totals = DStream.updateStateByKeyTimed(
    input,
    (time, _: string, values: ReadonlyArray<number>, state: Option.Option<number>) => {
      calls.push(time)
      return sum(values, state)
    },
  )
  const outputs = [
    discard(failingAt(input, 3000, 4000)),
    recording(totals, seen),
    discard(failingAt(input, 2000)),
  ] as const
  await run(outputs, OutputPolicy.continueOn)
  assert.deepEqual(seen.map(([, [pair]]) => pair?.[1]), [1, 11, 111, 1111, 11111])
  assert.deepEqual(calls, [1000, 2000, 3000, 4000, 5000])
})

for (const engine of engines) {
  Deno.test(`a state has the same result whether or not a transform above it runs actions [${engine}]`, async () => {
    for (const withAction of [false, true]) {
      const seen: Seen<Pair> = []
      const counts = digits(6).pipe(
        DStream.updateStateByKey(sum),
        DStream.transform((rdd) => withAction ? Effect.as(RDD.count(rdd), rdd) : Effect.succeed(rdd)),
      )
      const slow = DStream.foreachRDD(counts, (rdd, { time }) =>
        TestClock.withLive(Effect.sleep(5)).pipe(
          Effect.andThen(RDD.collect(rdd)),
          Effect.map((records) => void seen.push([time, records])),
        ))
      const program = Effect.gen(function* () {
        yield* StreamingContext.start(yield* StreamingContext.makeWith({ maxPendingBatches: 8 }), [slow])
        yield* TestClock.adjust(3000)
        yield* TestClock.adjust(3000)
        while (seen.length < 6) yield* TestClock.withLive(Effect.sleep(1))
      })
      await inVirtualTime(program, { engine })
      assert.deepEqual(seen.map(([, [pair]]) => pair?.[1]), [1, 11, 111, 1111, 11111, 111111])
    }
  })
}

onEngines("a stream that a window looks back at is computed once, in its own batch", async (run) => {
  for (const slide of ["1 second", "2 seconds"] as const) {
    let calls = 0
    const accumulator = Accumulator.long()
    const ids = Testing.input([["a"], ["b"], ["c"], ["d"]]).pipe(DStream.map((name) => {
      accumulator.add(1)
      return `${name}${calls++}`
    }))
    const [seen, windows]: [Seen<string>, Seen<string>] = [[], []]
    await run([recording(ids, seen), recording(DStream.window(ids, "2 seconds", { slide }), windows)])
    assert.deepEqual([calls, accumulator.value], [4, 4])
    assert.deepEqual(seen.flatMap(([, records]) => records), ["a0", "b1", "c2", "d3"])
    assert.deepEqual(windows.at(-1), [4000, ["c2", "d3"]])
  }
})

onEngines("a batch that cannot be computed is left out of every window", async (run) => {
  const input = Testing.input([[1], [2], [3], [4]])
  const poisoned = DStream.map(input, (n) => {
    if (n === 2) throw new RangeError("two")
    return n
  })
  for (const policy of [OutputPolicy.skip, OutputPolicy.continueOn]) {
    for (const stream of [poisoned, failingAt(input, 2000)]) {
      const seen: Seen<number> = []
      await run([recording(DStream.window(stream, "2 seconds"), seen)], policy)
      assert.deepEqual(seen, [[1000, [1]], [3000, [3]], [4000, [3, 4]]])
    }
    const late: Seen<number> = []
    const { batches } = await run(
      [recording(DStream.window(poisoned, "4 seconds", { slide: "4 seconds" }), late)],
      policy,
    )
    assert.deepEqual(late, [[4000, [1, 3, 4]]])
    assert.deepEqual(batches, ["no jobs", "no jobs", "no jobs", "completed"])
  }
})

onEngines(
  "a kept RDD that cannot be computed stops the context; the error names the operator and the batch",
  async (run) => {
    const poisoned = DStream.map(Testing.input([[1], [2], [3], [4]]), (n) => {
      if (n === 2) throw new RangeError("two")
      return n
    })
    const window = DStream.window(poisoned, "4 seconds", { slide: "4 seconds" })
    const { batches, events, exit } = await run([discard(window)])
    assert.deepEqual(batches, ["no jobs", "failed"])
    assert.match(String(exit), /batch 2000 ms failed in map at .*kept_streams_test\.ts:\d+:\d+.*two/)
    assert.deepEqual(events.flatMap((event) => "batch" in event ? [[event.batch.batchTime, event._tag]] : []), [
      [1000, "BatchSubmitted"],
      [1000, "BatchCompleted"],
      [2000, "BatchSubmitted"],
      [2000, "BatchCompleted"],
    ])
    const retried = await run([discard(window)], OutputPolicy.retry(Schedule.recurs(2)))
    assert.deepEqual(retried.batches, ["no jobs", "failed"])
  },
)

onEngines("a stream is not evaluated in batches that a longer slide leaves out", async (run) => {
  const evaluated: Array<number> = []
  const counted = DStream.transform(Testing.input([[1], [2], [3], [4], [5], [6]]), (rdd, { time }) => {
    evaluated.push(time)
    return rdd
  })
  const seen: Seen<number> = []
  await run([recording(DStream.window(counted, "1 second", { slide: "3 seconds" }), seen)])
  assert.deepEqual([evaluated, seen], [[3000, 6000], [[3000, [3]], [6000, [6]]]])
})

onEngines("unpersist() of a state's RDD does not affect windows that look back at the state", async (run) => {
  const counts = DStream.updateStateByKey(digits(4), sum)
  const seen: Seen<Pair> = []
  await run([
    DStream.foreachRDD(counts, (rdd) => Effect.andThen(RDD.count(rdd), RDD.unpersist(rdd))),
    recording(DStream.window(counts, "2 seconds", { slide: "2 seconds" }), seen),
  ])
  assert.deepEqual(seen, [[2000, [["a", 1], ["a", 11]]], [4000, [["a", 111], ["a", 1111]]]])
})

onEngines("concurrent actions on a state, one of them interrupted, write the state once", async (run) => {
  const seen: Array<ReadonlyArray<readonly [number, number]>> = []
  const ones = [0, 1, 2].map((key): [number, number] => [key, 1])
  let calls = 0
  const counts = Testing.input<[number, number]>([ones, ones, []]).pipe(
    DStream.partitionBy({ partitions: 3 }),
    DStream.mapPartitionsEffect(
      (records, i) => Effect.as(TestClock.withLive(Effect.sleep(i === 0 && calls++ % 2 === 0 ? 2 : 10)), records),
      { preservesPartitioning: true },
    ),
    DStream.updateStateByKey((values: ReadonlyArray<number>, state: Option.Option<number>) => sum(values, state), {
      partitions: 3,
    }),
  )
  const output = DStream.foreachRDD(counts, (rdd) =>
    Effect.gen(function* () {
      const interrupted = Effect.race(RDD.count(rdd), TestClock.withLive(Effect.sleep(5)))
      const [records] = yield* Effect.all([RDD.collect(rdd), interrupted, RDD.count(rdd)], { concurrency: 3 })
      seen.push(records)
    }))
  await run([output])
  const twos = ones.map(([key]) => [key, 2])
  assert.deepEqual(seen, [ones, twos, twos])
})

onEngines("keys time out in the same order, whether or not a batch was retried", async (run) => {
  for (const failures of [0, 1]) {
    let left = failures
    const seen: Seen<string> = []
    const spec = StateSpec.function((key: string, _: Option.Option<number>, state: StateSpec.State<number>) => {
      if (key === "c" && left-- > 0) throw new Error("once")
      if (!state.isTimingOut()) state.update(1)
      return `${key}${state.isTimingOut() ? " out" : ""}`
    }).pipe(StateSpec.timeout("1 second"), StateSpec.numPartitions(1))
    const input = Testing.input<Pair>([[["a", 1], ["b", 1]], [["b", 1], ["a", 1]], [["c", 1]], []])
    await run([recording(DStream.mapWithState(input, spec), seen)], OutputPolicy.retry(Schedule.recurs(1)))
    assert.deepEqual(seen.at(-1), [4000, ["a out", "b out"]])
  }
})

Deno.test("the state of a named stream is kept apart from that of an unnamed stream, whatever the name", async () => {
  const input = digits()
  const [one, hundred]: [Seen<Pair>, Seen<Pair>] = [[], []]
  const named = input.pipe(
    DStream.mapValues((n) => n * 100),
    DStream.updateStateByKey(sum),
    DStream.named("stream/1/updateStateByKey"),
  )
  await ran([recording(DStream.updateStateByKey(input, sum), one), recording(named, hundred)], {})
  assert.deepEqual([one.at(-1)?.[1], hundred.at(-1)?.[1]], [[["a", 111]], [["a", 11100]]])
})

Deno.test("keptStreamsIn() finds states and the streams that windows look back at, each with the first output that depends on it", () => {
  const input = digits()
  const state = DStream.updateStateByKey(input, sum)
  const window = DStream.window(state, "2 seconds", { slide: "2 seconds" })
  const graph = Graph.make([discard(input), discard(window), discard(state)])
  const kept = keptStreamsIn(graph)
  assert.deepEqual(kept.map(({ stream, outputId }) => [stream.operation, outputId]), [
    ["updateStateByKey", 1],
    ["persist", 1],
  ])
})

Deno.test("neededIn() tells at which batches outputs, states, windows, and windows of windows need a stream", () => {
  const input = digits()
  const times = (stream: DStream.AnyDStream, ...outputs: Graph.Listed) => {
    const needs = neededIn(Graph.make(outputs), 0, 1000)
    return [1, 2, 3, 4, 5, 6].filter((n) => needs(stream, n * 1000))
  }
  const every = [1, 2, 3, 4, 5, 6]
  const window = (self: DStream.DStream<Pair>, length: number, slide: number) =>
    DStream.window(self, `${length} seconds`, { slide: `${slide} seconds` })
  const mapped = DStream.map(input, (pair) => pair)
  assert.deepEqual(times(input, discard(mapped)), every)
  assert.deepEqual(times(input, discard(window(mapped, 1, 3))), [3, 6])
  assert.deepEqual(times(input, discard(window(mapped, 2, 3))), [2, 3, 5, 6])
  assert.deepEqual(times(input, discard(window(DStream.updateStateByKey(mapped, sum), 1, 3))), every)
  assert.deepEqual(times(input, discard(window(window(mapped, 2, 1), 1, 6))), [5, 6])
  assert.deepEqual(times(input, discard(window(window(mapped, 2, 2), 2, 6))), [5, 6])
  assert.deepEqual(times(input, discard(window(mapped, 1, 3)), discard(window(mapped, 1, 2))), [2, 3, 4, 6])
})
