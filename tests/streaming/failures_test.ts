import assert from "node:assert/strict"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Receiver from "../../lib/receiver.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { discard, nextLine, onEngines, pass, recording, source, test } from "./support.ts"

const { awaitTermination, getState, make, start } = StreamingContext

class Refused extends Data.TaggedError("Refused")<{ readonly n: number }> {}

const numbers = () => Testing.input([[1, 2, 3, 4], [5, 6, 7, 8]], { partitions: 2 })

/** Fails for the record 7: in partition 1 of batch 2000. */
const seven = (n: number): boolean => {
  if (n === 7) throw new RangeError("seven!")
  return true
}

/** Runs a stream until it fails, and returns the failure. */
const failureOf = <E>(stream: DStream.DStream<unknown, E>) =>
  Effect.gen(function* () {
    const active = yield* start(yield* make, [DStream.foreachRDD(stream, (rdd) => RDD.collect(rdd))])
    assert.deepEqual(yield* Testing.advance(active, 2), ["completed", "failed"])
    const error = yield* Effect.flip(awaitTermination(active))
    assert.ok(error._tag === "BatchFailed")
    return error
  })

/** Operators that run a user function on records. Each is called with a failing function, at a known line. */
const operators: Record<string, () => readonly [line: number, stream: DStream.DStream<unknown, unknown>]> = {
  map: () => [nextLine(new Error()), numbers().pipe(DStream.map((n) => seven(n)))],
  flatMap: () => [nextLine(new Error()), numbers().pipe(DStream.flatMap((n) => [seven(n)]))],
  filter: () => [nextLine(new Error()), numbers().pipe(DStream.filter((n) => seven(n)))],
  mapPartitions: () => [
    nextLine(new Error()),
    numbers().pipe(DStream.mapPartitions((records) => records.map((n) => seven(n)))),
  ],
  mapValues: () => {
    const pairs = numbers().pipe(DStream.map((n) => ["key", n]))
    return [nextLine(new Error()), pairs.pipe(DStream.mapValues((n) => seven(n)))]
  },
  mapEffect: () => [nextLine(new Error()), numbers().pipe(DStream.mapEffect((n) => Effect.sync(() => seven(n))))],
}

const lineOf = (short: string): number => Number(/^failures_test\.ts:(\d+):\d+$/.exec(short)?.[1])

for (const [operator, made] of Object.entries(operators)) {
  onEngines(
    `the failure of a throwing function of ${operator}() names the operator, line, batch, output and partition`,
    () =>
      Effect.gen(function* () {
        const [line, stream] = made()
        const error = yield* failureOf(stream)
        assert.equal(error.operator, operator)
        // The line is that of the tuple or of the operator in it, depending on how the code is formatted.
        assert.ok(Math.abs(lineOf(error.callSite.short) - line) <= 1, error.callSite.short)
        assert.deepEqual([error.batchTime, error.outputId, error.partition, error.phase], [2000, 0, 1, "job"])
        assert.ok((error.reason as { _tag: string })._tag === "FunctionFailed")
        assert.match(error.message, /seven!/)
        assert.match(
          error.message,
          new RegExp(`^batch 2000 ms failed in ${operator} at failures_test\\.ts:\\d+:\\d+, output 0, partition 1`),
        )
      }),
  )
}

onEngines(
  "the call site has the file, line and column of the operator's call",
  () =>
    Effect.gen(function* () {
      const input = numbers()
      const line = nextLine(new Error())
      const error = yield* failureOf(DStream.map(input, (n) => seven(n)))
      assert.match(error.callSite.short, new RegExp(`^failures_test\\.ts:${line}:\\d+$`))
      assert.ok(error.callSite.long.startsWith("file:///"))
      assert.ok(error.callSite.long.endsWith(error.callSite.short))
    }),
)

onEngines(
  "a throwing function of reduceByKey() is named in the failure, whether it throws before or after the shuffle",
  () =>
    Effect.gen(function* () {
      for (const stage of ["before", "after"] as const) {
        // The key "k" is either twice in one partition, so that the function runs before the shuffle, or once in each of two.
        const before: Array<[string, number]> = [["a", 1], ["b", 1], ["k", 1], ["k", 2]]
        const pairs = Testing.input([[], stage === "before" ? before : before.slice(2)], { partitions: 2 })
        const line = nextLine(new Error())
        const reduced = DStream.reduceByKey(pairs, (): number => seven(7) ? 0 : 1)
        const error = yield* failureOf(reduced).pipe(
          Effect.provideService(StreamingContext.Registry, { active: undefined }),
          Effect.scoped,
          Effect.provide(Testing.layer()),
        )
        assert.equal(error.operator, "reduceByKey")
        assert.equal(lineOf(error.callSite.short), line)
        assert.equal(error.batchTime, 2000)
        assert.equal(typeof error.partition, "number")
      }
    }),
)

onEngines(
  "a typed failure of mapEffect() is the reason of the batch's failure, and can be caught by its tag",
  () =>
    Effect.gen(function* () {
      const checked = numbers().pipe(
        DStream.mapEffect((n) => n === 7 ? Effect.fail(new Refused({ n })) : Effect.succeed(n)),
      )
      const active = yield* start(yield* make, [DStream.foreachRDD(checked, (rdd) => RDD.collect(rdd))])
      yield* Testing.advance(active, 2)
      const refused = yield* awaitTermination(active).pipe(
        Effect.as(0),
        Effect.catchReason("BatchFailed", "Refused", ({ n }, { operator, partition, batchTime }) => {
          assert.deepEqual([operator, partition, batchTime], ["mapEffect", 1, 2000])
          return Effect.succeed(n)
        }),
      )
      assert.equal(refused, 7)
    }),
)

onEngines(
  "typed failures and defects in foreachPartition() name the operator, the partition and the line",
  () =>
    Effect.gen(function* () {
      for (const kind of ["typed", "defect"] as const) {
        const input = numbers()
        const line = nextLine(new Error())
        const output = DStream.foreachPartition(input, (records, { partition }) =>
          records.includes(7)
            ? kind === "typed" ? Effect.fail(new Refused({ n: partition })) : Effect.die(new RangeError("seven!"))
            : Effect.void)
        const error = yield* Effect.gen(function* () {
          const active = yield* start(yield* make, [output])
          yield* Testing.advance(active, 2)
          return yield* Effect.flip(awaitTermination(active))
        }).pipe(
          Effect.provideService(StreamingContext.Registry, { active: undefined }),
          Effect.scoped,
          Effect.provide(Testing.layer()),
        )
        assert.ok(error._tag === "BatchFailed")
        assert.deepEqual([error.operator, error.partition, error.batchTime], ["foreachPartition", 1, 2000])
        assert.equal(lineOf(error.callSite.short), line)
        assert.equal((error.reason as { _tag: string })._tag, kind === "typed" ? "Refused" : "FunctionFailed")
      }
    }),
)

onEngines(
  "a function of foreachRDD() that throws, fails, dies or interrupts itself makes the batch fail",
  () =>
    Effect.gen(function* () {
      const ways: Record<string, () => Effect.Effect<void, string>> = {
        throws: () => {
          throw new RangeError("thrown")
        },
        fails: () => Effect.fail("failed"),
        dies: () => Effect.die(new RangeError("dead")),
        interrupts: () => Effect.interrupt,
      }
      for (const [way, body] of Object.entries(ways)) {
        const error = yield* Effect.gen(function* () {
          const active = yield* start(yield* make, [DStream.foreachRDD(numbers(), body)])
          assert.deepEqual(yield* Testing.advance(active), ["failed"], way)
          return yield* Effect.flip(awaitTermination(active))
        }).pipe(
          Effect.provideService(StreamingContext.Registry, { active: undefined }),
          Effect.scoped,
          Effect.provide(Testing.layer()),
        )
        assert.ok(error._tag === "BatchFailed")
        assert.deepEqual([error.operator, error.outputId, error.partition], ["foreachRDD", 0, undefined])
        if (way === "fails") assert.equal(error.reason, "failed")
        else assert.equal((error.reason as { _tag: string })._tag, "FunctionFailed")
      }
    }),
)

test("an evaluation that interrupts itself makes the batch fail, and the context does not hang", () =>
  Effect.gen(function* () {
    const input = numbers().pipe(DStream.transform((rdd) => Effect.as(Effect.interrupt, rdd)))
    const active = yield* start(yield* make, [discard(input)])
    assert.deepEqual(yield* Testing.advance(active), ["generation failed"])
    assert.equal((yield* Effect.flip(awaitTermination(active)))._tag, "BatchFailed")
  }))

test("a receiver that stops with an error stops the context, and awaitTermination() fails with ReceiverFailed", () =>
  Effect.gen(function* () {
    const receiver = Receiver.make({
      name: "Broken",
      onStart: (store: Receiver.Store<number>) =>
        Effect.andThen(Effect.sleep(1500), store.stop("gone", new Refused({ n: 1 }))),
    })
    const seen: Array<readonly [number, ReadonlyArray<number>]> = []
    const active = yield* start(yield* make, [recording(DStream.receiverStream(receiver), seen)])
    yield* pass(4000)
    const error = yield* Effect.flip(awaitTermination(active))
    assert.ok(error._tag === "ReceiverFailed")
    assert.deepEqual([error.problem, error.streamId, (error.reason as Refused)._tag], ["gone", 0, "Refused"])
    assert.equal(yield* getState(active), "Stopped")
    assert.deepEqual(seen, [[1000, []]])
  }))

test("the functions of a graph get the services of the fiber that starts the context", () =>
  Effect.gen(function* () {
    class Factor extends Context.Service<Factor, number>()("test/Factor") {}
    const scaled = source([[1, 2]]).pipe(DStream.mapEffect((n) => Effect.map(Factor, (factor) => n * factor)))
    const seen: Array<readonly [number, ReadonlyArray<number>]> = []
    const output = DStream.foreachRDD(scaled, (rdd, { time }) =>
      Effect.map(RDD.collect(rdd), (records) => void seen.push([time, records])))
    const active = yield* start(yield* make, [output]).pipe(Effect.provide(Layer.succeed(Factor, 10)))
    yield* Testing.advance(active)
    assert.deepEqual(seen, [[1000, [10, 20]]])
  }))
