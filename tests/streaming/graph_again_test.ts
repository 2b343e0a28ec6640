import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import * as Graph from "../../lib/graph.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { pass, source, test } from "./support.ts"

const { getState, make, start } = StreamingContext
const loopback = { engine: "loopback" } as const

/** The records of each batch that the outputs below have received. */
const seen: Array<ReadonlyArray<number>> = []
const collecting = (stream: DStream.DStream<number>): DStream.Output =>
  DStream.foreachRDD(stream, (rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records)))

const run = (graph: Graph.Graph) =>
  Effect.gen(function* () {
    seen.length = 0
    const active = yield* start(yield* make, graph)
    yield* Testing.advance(active)
    return seen.flat()
  })

let built = 0
const scaled = Graph.module(import.meta, (config: { readonly factor: number }) => {
  const copy = built++
  const output = collecting(
    source([[1, 2]]).pipe(DStream.map((n) => n * config.factor), DStream.map((n) => [n, copy][0] ?? 0)),
  )
  return [output]
})

let outside = 10
const capturing = Graph.module(import.meta, (_: null) => {
  const factor = outside
  const output = collecting(source([[1, 2]]).pipe(DStream.map((n) => n * factor)))
  return [output]
})

test(
  "a module's graph is copied by calling its function again with the config, and the functions of the copy run",
  () =>
    Effect.gen(function* () {
      built = 0
      const graph = scaled({ factor: 3 })
      assert.equal(built, 1)
      assert.deepEqual(yield* run(graph), [3, 6])
      assert.equal(built, 2)
    }),
  loopback,
)

test(
  "the copy has the config as it was at the start: later changes to the object have no effect",
  () =>
    Effect.gen(function* () {
      const config = { factor: 3 }
      const graph = scaled(config)
      const active = yield* start(yield* make, graph)
      config.factor = 100
      seen.length = 0
      yield* Testing.advance(active)
      assert.deepEqual(seen, [[3, 6]])
    }),
  loopback,
)

test(
  "a captured variable has, in the copy, the value at the time when the copy is made",
  () =>
    Effect.gen(function* () {
      outside = 10
      const graph = capturing(null)
      outside = 20
      assert.deepEqual(yield* run(graph), [20, 40])
    }),
  loopback,
)

test("on the local engine a module's graph is not copied: its own functions run", () =>
  Effect.gen(function* () {
    built = 0
    outside = 10
    const graph = capturing(null)
    outside = 20
    assert.deepEqual(yield* run(graph), [10, 20])
    scaled({ factor: 1 })
    assert.equal(built, 1)
  }))

test("a list of outputs is not copied on loopback: its own functions run", () =>
  Effect.gen(function* () {
    let factor = 2
    const graph = Graph.make([collecting(source([[1, 2]]).pipe(DStream.map((n) => n * factor)))])
    factor = 3
    assert.deepEqual(yield* run(graph), [3, 6])
  }), loopback)

let flips = 0
const flipping = Graph.module(import.meta, (_: null) => {
  const input = source([[1, 2]])
  const output = collecting(
    flips++ % 2 === 0 ? DStream.map(input, (n) => n + 1) : DStream.filter(input, (n) => n > 1),
  )
  return [output]
})
const texts = Graph.module(import.meta, (_: null) => {
  const input = source([[1, 2]])
  const output = collecting(flips++ % 2 === 0 ? DStream.map(input, (n) => n + 1) : DStream.map(input, (n) => n + 2))
  return [output]
})

test(
  "a graph whose copy differs fails to start; the error names the operator that differs",
  () =>
    Effect.gen(function* () {
      for (
        const [graph, difference] of [[flipping, "it is map here and filter there"], [
          texts,
          "different texts",
        ]] as const
      ) {
        flips = 0
        const ssc = yield* make
        const error = yield* Effect.flip(start(ssc, graph(null)))
        assert.ok(error._tag === "GraphMismatch")
        assert.deepEqual([error.kind, error.index, error.mine], ["operator", 1, "map"])
        assert.match(error.message, new RegExp(difference))
        assert.equal(yield* getState(ssc), "Stopped")
      }
    }),
  loopback,
)

const anyConfig = Graph.module(import.meta, (_: unknown) => {
  if (flips > 0) throw new RangeError("only once")
  const output = collecting(source([[1]]))
  return [output]
})

test(
  "start() fails with InvalidGraph if the config cannot be encoded or the function throws when it is called again",
  () =>
    Effect.gen(function* () {
      flips = 0
      const unportable = anyConfig({ f: () => 1 })
      const first = yield* Effect.flip(start(yield* make, unportable))
      assert.equal(first._tag, "InvalidGraph")
      assert.match(first.message, /graph_again_test\.ts cannot make the graph again from its configuration/)
      const once = anyConfig(1)
      flips = 1
      const second = yield* Effect.flip(start(yield* make, once))
      assert.match(second.message, /only once$/)
    }),
  loopback,
)

/** The records of this batch and of the two before it, as far as they have RDDs. */
const lastThree = (parent: DStream.DStream<number>): DStream.DStream<number> =>
  DStream.make(
    "lastThree",
    [parent],
    [],
    Effect.fnUntraced(function* () {
      const { time, batchDuration, at } = yield* DStream.Batch
      const found: Array<RDD.RDD<number>> = []
      for (const back of [2, 1, 0]) {
        const rdd = yield* Effect.catch(
          Effect.provideService(parent, DStream.Batch, at(time - back * batchDuration)),
          () => Effect.undefined,
        )
        if (rdd !== undefined) found.push(rdd)
      }
      return RDD.unionAll(found)
    }),
    { lookBack: 2000 },
  )

const gaps = Graph.module(import.meta, (_: null) => {
  const left = lastThree(source<number>([null, null, [1]]).pipe(DStream.map((n) => n + 10)))
  const right = lastThree(source<number>([[3], [4], [5]]).pipe(DStream.map((n) => n + 100)))
  const output = collecting(DStream.union(DStream.filter(left, (n) => n > 0), right))
  return [output]
})

for (const engine of ["local", "loopback"] as const) {
  test(
    `an input without an RDD has none in the copy either, so addresses still find the right functions [${engine}]`,
    () =>
      Effect.gen(function* () {
        seen.length = 0
        yield* start(yield* make, gaps(null))
        yield* pass(3000)
        assert.deepEqual(seen, [[103], [103, 104], [11, 103, 104, 105]])
      }),
    { engine },
  )
}

const counts = Graph.module(import.meta, (config: { readonly name: string | null }) => {
  const words = Testing.input([["a"], ["b", "c"], ["d"]])
  const output = (config.name === null ? words : DStream.named(words, config.name)).pipe(
    DStream.countByWindow("2 seconds"),
    DStream.map((n) => n * 10),
    collecting,
  )
  return [output]
})

let called = 0
const calls = Graph.module(import.meta, (config: { readonly name: string | null }) => {
  const call = called++
  const numbers = Testing.input([[1]])
  const output = (config.name === null ? numbers : DStream.named(numbers, config.name)).pipe(
    DStream.map(() => call),
    collecting,
  )
  return [output]
})

const sums = Graph.module(import.meta, (_: null) => {
  const numbers = Testing.input([[1], [2], [3], null, [10], [100]])
  const reduced = numbers.pipe(
    DStream.map((n) => n * 2),
    DStream.reduceByWindow((a, b) => a + b, "3 seconds", { inverse: (a, b) => a - b }),
    DStream.map((n) => n + 1),
  )
  return [DStream.foreachRDD(DStream.repartition(numbers, 1), () => Effect.void), collecting(reduced)]
})

const shares = Graph.module(import.meta, (_: null) => {
  let evaluated = 0
  const output = Testing.input([[1, 3], [5, 15], [2]]).pipe(
    DStream.transform((rdd) =>
      Effect.gen(function* () {
        // The function returns an Effect, so it runs on the driver; its RDD enters the copy as an input.
        evaluated++
        const total = yield* RDD.fold(rdd, 0, (a, b) => a + b)
        const sorted = total > 10 ? RDD.sortBy(rdd, (n) => -n) : rdd
        return evaluated > 0 ? RDD.map(sorted, (n) => n * 100 / total) : rdd
      })
    ),
    DStream.window("2 seconds"),
    collecting,
  )
  return [output]
})

/** Runs a graph on one engine. Returns how the batches ended, and the records of each batch. */
const seenOn = async (graph: Graph.Graph, engine: Testing.EngineName, batches: number) => {
  seen.length = 0
  const program = Effect.gen(function* () {
    const active = yield* start(yield* StreamingContext.makeWith({ onFailure: OutputPolicy.continueOn }), graph)
    return yield* Testing.advance(active, batches)
  })
  const ends = await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(Testing.layer({ engine }))))
  return [ends, Array.from(seen)]
}

Deno.test("a graph has the same results on loopback: with named inputs, after a failed batch, and with actions in a transform", async () => {
  const graphs: ReadonlyArray<readonly [() => Graph.Graph, number]> = [
    [() => counts({ name: null }), 4],
    [() => counts({ name: "words" }), 4],
    [() => sums(null), 6],
    [() => shares(null), 3],
  ]
  for (const [graph, batches] of graphs) {
    assert.deepEqual(await seenOn(graph(), "loopback", batches), await seenOn(graph(), "local", batches))
  }
  assert.deepEqual(seen, [[25, 75], [25, 75, 75, 25], [75, 25, 100]])
})

Deno.test("the functions of the copy run, also if their input has a name", async () => {
  for (const name of [null, "numbers"]) {
    called = 0
    const [, records] = await seenOn(calls({ name }), "loopback", 1)
    assert.deepEqual(records, [[1]])
  }
})

let turns = 0
const turning = Graph.module(import.meta, (_: null) => {
  const output = source([[1, 2]]).pipe(
    DStream.transform((rdd) => turns++ % 2 === 0 ? RDD.map(rdd, (n) => n + 1) : RDD.filter(rdd, (n) => n > 1)),
    collecting,
  )
  return [output]
})

test(
  "a stream whose RDD has other operations in the copy makes the batch fail; the error names the stream",
  () =>
    Effect.gen(function* () {
      turns = 0
      const active = yield* start(yield* make, turning(null))
      assert.deepEqual(yield* Testing.advance(active), ["generation failed"])
      const error = yield* Effect.flip(StreamingContext.awaitTermination(active))
      assert.match(
        error.message,
        /^batch 1000 ms failed in transform at .*: The graphs differ at operator 1 \(transform\): its RDD is not made of/,
      )
    }),
  loopback,
)
