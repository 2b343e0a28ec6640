import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { onEngines, test } from "./support.ts"

const { make, start } = StreamingContext

/** A function that counts its calls. */
const counting = () => {
  const calls = { count: 0 }
  const f = (n: number): number => {
    calls.count++
    return n + 1
  }
  return [calls, f] as const
}

const collecting = (stream: DStream.DStream<number>, into: Array<ReadonlyArray<number>> = []) =>
  DStream.foreachRDD(stream, (rdd) => Effect.map(RDD.collect(rdd), (records) => void into.push(records)))

const batches = [[1, 2, 3], [4]]

/** Runs two batches of outputs. */
const run = (outputs: readonly [DStream.AnyOutput, ...ReadonlyArray<DStream.AnyOutput>]) =>
  Effect.gen(function* () {
    const active = yield* start(yield* make, outputs as readonly [DStream.Output])
    assert.deepEqual(yield* Testing.advance(active, 2), ["completed", "completed"])
  })

onEngines("a stream used by two outputs is computed once per batch", () =>
  Effect.gen(function* () {
    const [calls, f] = counting()
    const mapped = Testing.input(batches).pipe(DStream.map(f))
    const seen: Array<ReadonlyArray<number>> = []
    yield* run([collecting(mapped, seen), collecting(mapped, seen)])
    assert.equal(calls.count, 4)
    assert.deepEqual(seen, [[2, 3, 4], [2, 3, 4], [5], [5]])
  }))

onEngines("a stream used twice below one union is computed once per batch", () =>
  Effect.gen(function* () {
    const [calls, f] = counting()
    const mapped = Testing.input(batches).pipe(DStream.map(f))
    const diamond = DStream.union(DStream.map(mapped, (n) => n * 10), DStream.filter(mapped, (n) => n % 2 === 0))
    const seen: Array<ReadonlyArray<number>> = []
    yield* run([collecting(diamond, seen)])
    assert.equal(calls.count, 4)
    assert.deepEqual(seen, [[20, 30, 40, 2, 4], [50]])
  }))

onEngines("a stream below a hundred outputs is computed once per batch", () =>
  Effect.gen(function* () {
    const [calls, f] = counting()
    const mapped = Testing.input(batches).pipe(DStream.map(f))
    const [first, ...others] = Array.from(
      { length: 100 },
      (_, i) => collecting(i % 2 === 0 ? mapped : DStream.filter(mapped, (n) => n > i)),
    )
    if (first !== undefined) yield* run([first, ...others])
    assert.equal(calls.count, 4)
  }))

onEngines("the parents of a union used by several outputs are computed once per batch", () =>
  Effect.gen(function* () {
    const [calls, f] = counting()
    const mapped = Testing.input(batches).pipe(DStream.map(f))
    const both = DStream.union(mapped, Testing.input<number>([[], []]))
    yield* run([collecting(both), collecting(DStream.map(both, (n) => n)), collecting(both)])
    assert.equal(calls.count, 4)
  }))

onEngines(
  "an input's RDD that has operations itself is computed once per batch",
  () =>
    Effect.gen(function* () {
      const [calls, f] = counting()
      const given = Testing.input(batches.map((batch) => RDD.map(RDD.parallelize(batch), f)))
      yield* run([collecting(given), collecting(given)])
      assert.equal(calls.count, 4)
    }),
)

onEngines("the shuffle of a stream used by two outputs runs once per batch", () =>
  Effect.gen(function* () {
    const [calls, f] = counting()
    const sums = Testing.input(batches).pipe(
      DStream.map((n): [string, number] => [n % 2 === 0 ? "even" : "odd", n]),
      DStream.reduceByKey((a, b) => f(a) + b),
    )
    const values = DStream.map(sums, ([, sum]) => sum)
    yield* run([collecting(values), collecting(DStream.map(values, (n) => -n))])
    assert.equal(calls.count, 1)
  }))

onEngines(
  "an output that is listed twice writes twice, and its stream is computed once",
  () =>
    Effect.gen(function* () {
      const [calls, f] = counting()
      const written: Array<unknown> = []
      const output = Testing.input(batches).pipe(
        DStream.map(f),
        DStream.foreachPartition((records, { outputId, time }) =>
          Effect.sync(() => records.length > 0 && written.push([time, outputId, ...records]))
        ),
      )
      const folder = yield* Effect.promise(() => Deno.makeTempDir())
      const saved = DStream.saveAsTextFiles(Testing.input(batches), `${folder}/out`)
      yield* run([output, output, saved, saved])
      assert.deepEqual(written, [
        [1000, 0, 2],
        [1000, 0, 3, 4],
        [1000, 1, 2],
        [1000, 1, 3, 4],
        [2000, 0, 5],
        [2000, 1, 5],
      ])
      assert.equal(calls.count, 4)
      assert.equal(yield* Effect.promise(() => Deno.readTextFile(`${folder}/out-2000/part-00001`)), "4\n")
      yield* Effect.promise(() => Deno.remove(folder, { recursive: true }))
    }),
)

onEngines(
  "a failing function in a shared stream makes every output that uses the stream fail",
  () =>
    Effect.gen(function* () {
      const mapped = Testing.input(batches).pipe(DStream.map((n): number => {
        if (n === 2) throw new RangeError("two")
        return n
      }))
      const ssc = yield* StreamingContext.makeWith({ onFailure: { _tag: "Skip" } })
      const seen: Array<ReadonlyArray<number>> = []
      const active = yield* start(ssc, [collecting(mapped, seen), collecting(mapped, seen)])
      assert.deepEqual(yield* Testing.advance(active, 2), ["completed", "completed"])
      assert.deepEqual(seen, [[4], [4]])
    }),
)

test("the body of a stream is evaluated once per batch, however many streams and outputs depend on it", () =>
  Effect.gen(function* () {
    const times: Array<number> = []
    const input = Testing.input(batches)
    const counted = DStream.make(
      "counted",
      [input],
      [],
      Effect.fnUntraced(function* () {
        times.push((yield* DStream.Batch).time)
        return yield* input
      }),
    )
    const pairs = DStream.map(counted, (n): [number, number] => [n, n])
    yield* run([
      collecting(counted),
      collecting(DStream.union(counted, counted)),
      DStream.foreachRDD(DStream.join(pairs, pairs), (rdd) => RDD.count(rdd)),
    ])
    assert.deepEqual(times, [1000, 2000])
  }))
