import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import { make as makeRDD } from "../../lib/rdd/rdd.ts"
import type { Columns } from "../../lib/rdd/column_block.ts"
import { entriesOf, type PendingState } from "../../lib/rdd/state.ts"
import * as Scheduler from "../../lib/scheduler.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { onEngines, pass, source, test } from "./support.ts"

const { awaitTermination, make, start, stop } = StreamingContext

type Pair = [key: string, count: number]

interface CountOptions {
  /** Called for every partition that is computed. */
  readonly onStep?: (at: number, partition: number, fresh: boolean) => void
}

/** Counts each word over all batches so far. It is an operator of its own, made from the state primitive. */
const runningCount = <E, R>(
  self: DStream.DStream<string, E, R>,
  { onStep }: CountOptions = {},
): DStream.DStream<Pair, E, R> =>
  DStream.make(
    "runningCount",
    [self],
    [],
    Effect.fnUntraced(function* () {
      const { time } = yield* DStream.Batch
      const pairs = RDD.map(yield* self, (word): Pair => [word, 1])
      const f = function* (state: PendingState, { keys }: Columns, partition: number, fresh: boolean) {
        onStep?.(time, partition, fresh)
        for (const word of keys) state.set(word, (state.get(word) as number | undefined ?? 0) + 1)
        return yield* entriesOf(state)
      }
      return makeRDD<Pair, E, R>("runningCount", [pairs], {
        kind: "state",
        by: "default",
        step: { id: "runningCount", at: time, expects: undefined, whole: undefined, f },
      })
    }),
    { keeps: "always" },
  )

/** The expected counts after each batch, computed from all words so far. */
const naive = (batches: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<Record<string, number>> =>
  batches.map((_, i) => {
    const counts: Record<string, number> = {}
    for (const word of batches.slice(0, i + 1).flat()) counts[word] = (counts[word] ?? 0) + 1
    return counts
  })

const words = [["a", "b", "a"], ["b", "c"], [], ["a", "d", "e", "f", "g"]]

/** An output that records the counts of each batch. */
const recordingCounts = <E, R>(stream: DStream.DStream<Pair, E, R>, into: Array<Record<string, number>>) =>
  DStream.foreachRDD(
    stream,
    (rdd) => Effect.map(RDD.collect(rdd), (pairs) => void into.push(Object.fromEntries(pairs))),
  )

onEngines(
  "state: a batch updates the version of the batch before it, and is computed once",
  () =>
    Effect.gen(function* () {
      const seen: Array<Record<string, number>> = []
      const steps: Array<readonly [at: number, partition: number, fresh: boolean]> = []
      const counted = runningCount(Testing.input(words), { onStep: (...step) => void steps.push(step) })
      const active = yield* start(yield* make, [recordingCounts(counted, seen)])
      yield* Testing.advance(active, 4)
      assert.deepEqual(seen, naive(words))
      const expected = [1000, 2000, 3000, 4000].flatMap((at) => [[at, 0, at === 1000], [at, 1, at === 1000]])
      assert.deepEqual(steps, expected)
    }),
)

onEngines(
  "state: partitions that no output reads are computed too, so the state contains every batch",
  () =>
    Effect.gen(function* () {
      const many = [["a", "b", "c", "d", "e", "f"], ["a", "b", "c", "d", "e", "f"], ["a"]]
      const seen: Array<Record<string, number>> = []
      const firsts: Array<unknown> = []
      const counted = runningCount(Testing.input(many))
      // Reads nothing in the first batch, one record in the second, and everything in the third.
      const output = DStream.foreachRDD(counted, (rdd, { time }) =>
        Effect.gen(function* () {
          if (time === 2000) firsts.push(...(yield* RDD.take(rdd, 1)))
          if (time === 3000) seen.push(Object.fromEntries(yield* RDD.collect(rdd)))
        }))
      const active = yield* start(yield* make, [output])
      yield* Testing.advance(active, 3)
      assert.equal(firsts.length, 1)
      assert.deepEqual(seen, naive(many).slice(2))
    }),
)

onEngines(
  "state: a failed batch does not change the state, and another context can continue from it",
  () =>
    Effect.gen(function* () {
      const seen: Array<Record<string, number>> = []
      const counted = runningCount(Testing.input(words))
      const failing = DStream.foreachRDD(
        counted,
        (rdd, { time }) => Effect.andThen(RDD.count(rdd), time === 2000 ? Effect.fail("no") : Effect.void),
      )
      const active = yield* start(yield* make, [recordingCounts(counted, seen), failing])
      assert.deepEqual(yield* Testing.advance(active, 3), ["completed", "failed"])
      assert.deepEqual(seen.length, 2)
      yield* stop(active, { stopSparkContext: false })
      // This operator uses the same state id in every run, so the next context finds the version of batch 1000.
      const next = yield* start(yield* make, [recordingCounts(runningCount(Testing.input([["z"]])), seen)])
      yield* Testing.advance(next)
      assert.deepEqual(seen.at(-1), { a: 2, b: 1, z: 1 })
    }),
)

onEngines("state: a retry reads the same pending version, and counts nothing twice", () =>
  Effect.gen(function* () {
    const seen: Array<Record<string, number>> = []
    const attempts: Array<number> = []
    const output = DStream.foreachRDD(runningCount(Testing.input(words)), (rdd, { attempt, time }) =>
      Effect.gen(function* () {
        const counts = Object.fromEntries(yield* RDD.collect(rdd))
        if (time === 2000) {
          attempts.push(attempt)
        }
        if (time === 2000 && attempt < 2) {
          return yield* Effect.fail("not yet")
        }
        seen.push(counts)
      }))
    const active = yield* start(yield* make, [DStream.onFailure(output, OutputPolicy.retry(Schedule.recurs(5)))])
    yield* Testing.advance(active, 4)
    assert.deepEqual(attempts, [0, 1, 2])
    assert.deepEqual(seen, naive(words))
  }))

onEngines(
  "state: when an update fails in one partition, its retry starts from the previous version again",
  () =>
    Effect.gen(function* () {
      const seen: Array<Record<string, number>> = []
      let failures = 0
      const counted = runningCount(Testing.input(words), {
        onStep: (at, partition) => {
          if (at === 2000 && partition === 1 && failures++ < 2) throw new RangeError("not yet")
        },
      })
      const output = DStream.onFailure(recordingCounts(counted, seen), OutputPolicy.retry(Schedule.recurs(5)))
      const active = yield* start(yield* make, [output])
      yield* Testing.advance(active, 4)
      assert.equal(failures, 3)
      assert.deepEqual(seen, naive(words))
    }),
)

onEngines(
  "state: two outputs, and several actions of one output, read the same version, which is computed once",
  () =>
    Effect.gen(function* () {
      const steps: Array<readonly [number, number]> = []
      const [first, second]: [Array<Record<string, number>>, Array<Record<string, number>>] = [[], []]
      const counted = runningCount(Testing.input(words), {
        onStep: (at, partition) => void steps.push([at, partition]),
      })
      const both = DStream.foreachRDD(counted, (rdd) =>
        Effect.gen(function* () {
          assert.equal(yield* RDD.count(rdd), Object.keys(first.at(-1) ?? {}).length)
          second.push(Object.fromEntries(yield* RDD.collect(rdd)))
        }))
      const active = yield* start(yield* make, [recordingCounts(counted, first), both])
      yield* Testing.advance(active, 4)
      assert.deepEqual([first, second], [naive(words), naive(words)])
      assert.deepEqual(steps, [1000, 2000, 3000, 4000].flatMap((time) => [[time, 0], [time, 1]]))
    }),
)

for (const isRead of [true, false]) {
  const how = isRead ? "after" : "before"
  onEngines(
    `state: a batch whose output fails ${how} reading it, and is skipped, is still in the state`,
    () =>
      Effect.gen(function* () {
        const seen: Array<Record<string, number>> = []
        const output = DStream.foreachRDD(runningCount(Testing.input(words)), (rdd, { time }) =>
          Effect.gen(function* () {
            if (time === 2000 && !isRead) return yield* Effect.fail("sink is away")
            const counts = Object.fromEntries(yield* RDD.collect(rdd))
            if (time === 2000) return yield* Effect.fail("sink is away")
            seen.push(counts)
          }))
        const active = yield* start(yield* make, [DStream.onFailure(output, OutputPolicy.skip)])
        yield* Testing.advance(active, 4)
        yield* stop(active)
        yield* awaitTermination(active)
        assert.deepEqual(seen, naive(words).filter((_, i) => i !== 1))
      }),
  )
}

test("state: stopping during a batch drops its pending version", () =>
  Effect.gen(function* () {
    const seen: Array<Record<string, number>> = []
    const committed: Array<number> = []
    const hanging = DStream.foreachRDD(runningCount(source(words, { committed })), (rdd, { time }) =>
      Effect.andThen(RDD.count(rdd), time === 2000 ? Effect.never : Effect.void))
    const active = yield* start(yield* make, [hanging])
    yield* pass(2500)
    yield* stop(active, { stopSparkContext: false })
    const next = yield* start(yield* make, [recordingCounts(runningCount(Testing.input([["z"]])), seen)])
    yield* Testing.advance(next)
    assert.deepEqual([seen, committed], [[{ a: 2, b: 1, z: 1 }], [0]])
  }))

onEngines(
  "state: a second context on the same SparkContext starts without state, whatever its batch interval",
  (engine) =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const words = () =>
        DStream.foreachRDD(
          Testing.input([["a"], ["a"]]).pipe(
            DStream.map((word) => [word, 1]),
            DStream.updateStateByKey((ones: ReadonlyArray<number>, count: Option.Option<number>) =>
              Option.some(Option.getOrElse(count, () => 0) + ones.length)
            ),
          ),
          (rdd, { time }) => Effect.map(RDD.collect(rdd), (records) => void seen.push([time, ...records])),
        )
      const first = yield* start(yield* make, [words()])
      yield* Testing.advance(first, 2)
      yield* stop(first, { stopSparkContext: false })
      yield* pass(50)
      const second = yield* start(
        yield* Effect.provideService(make, Scheduler.Scheduler, { batchDuration: 300 }),
        [words()],
      )
      yield* Testing.advance(second, 2)
      assert.deepEqual(seen, [[1000, ["a", 1]], [2000, ["a", 2]], [2100, ["a", 1]], [2400, ["a", 2]]], engine)
    }),
)
