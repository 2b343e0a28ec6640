/**
 * Every operator that takes a function refuses Promises and Effects that the function returns, and handles the
 * rejections of the Promises. The table must have every export of `DStream`.
 */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { DStream, OutputPolicy, StateSpec } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"

// deno-lint-ignore no-explicit-any
type Wrong = any
type Stream = DStream.DStream<unknown, unknown, Wrong>

const pairs = () => Testing.input<[string, number]>([[["k", 1], ["k", 5]], [["k", 2]], [["k", 3]], [["k", 4]]])
const numbers = () => DStream.map(pairs(), ([, n]) => n)
const add = (a: number, b: number): number => a + b
const subtract = (a: number, b: number): number => a - b

/** By operator: streams with a function that returns wrong values, at each of the places that take one. */
const operators: Partial<Record<keyof typeof DStream, (wrong: Wrong) => ReadonlyArray<Stream>>> = {
  aggregateByKey: (f) => [DStream.aggregateByKey(pairs(), 0, f, add), DStream.aggregateByKey(pairs(), 0, add, f)],
  combineByKey: (f) => [
    DStream.combineByKey(pairs(), { createCombiner: f, mergeValue: add, mergeCombiners: add }),
    DStream.combineByKey(pairs(), { createCombiner: (n: number) => n, mergeValue: add, mergeCombiners: f }),
  ],
  filter: (f) => [DStream.filter(numbers(), f)],
  filterEffect: (f) => [DStream.filterEffect(numbers(), f), DStream.filterEffect(numbers(), () => Effect.sync(f))],
  flatMap: (f) => [DStream.flatMap(numbers(), f)],
  flatMapEffect: (f) => [DStream.flatMapEffect(numbers(), () => Effect.sync(() => [f()]))],
  flatMapValues: (f) => [DStream.flatMapValues(pairs(), f)],
  map: (f) => [DStream.map(numbers(), f), DStream.map(DStream.map(numbers(), f), () => 1)],
  mapEffect: (f) => [DStream.mapEffect(numbers(), () => Effect.sync(f))],
  mapPartitions: (f) => [DStream.mapPartitions(numbers(), f)],
  mapPartitionsEffect: (f) => [DStream.mapPartitionsEffect(numbers(), () => Effect.sync(() => [f()]))],
  mapValues: (f) => [DStream.mapValues(pairs(), f)],
  mapWithState: (f) => [
    DStream.mapWithState(pairs(), StateSpec.function(f)),
    DStream.mapWithState(pairs(), StateSpec.timed(f)),
    DStream.mapWithState(pairs(), StateSpec.timed(() => Option.some(f()))),
    DStream.mapWithState(pairs(), StateSpec.timed((() => "no Option") as Wrong)),
    DStream.mapWithState(
      pairs(),
      StateSpec.function((key: string, _: Option.Option<number>, state: StateSpec.State<unknown>) => {
        state.update(f())
        return key
      }),
    ),
    DStream.mapWithState(
      pairs(),
      StateSpec.function((_: string, n: Option.Option<number>, __: StateSpec.State<number>): Wrong =>
        Option.isNone(n) ? f() : 1
      ).pipe(StateSpec.initialState([["idle", 1]]), StateSpec.timeout("1 second")),
    ),
  ],
  reduce: (f) => [DStream.reduce(numbers(), f)],
  reduceByKey: (f) => [DStream.reduceByKey(pairs(), f)],
  reduceByKeyAndWindow: (f) => [
    DStream.reduceByKeyAndWindow(pairs(), f, "2 seconds"),
    DStream.reduceByKeyAndWindow(pairs(), add, "2 seconds", { filter: f }),
    DStream.reduceByKeyAndWindow(pairs(), f, "2 seconds", { inverse: subtract }),
    DStream.reduceByKeyAndWindow(pairs(), add, "2 seconds", { inverse: f }),
    DStream.reduceByKeyAndWindow(pairs(), add, "2 seconds", { inverse: subtract, filter: f }),
  ],
  reduceByWindow: (f) => [
    DStream.reduceByWindow(numbers(), f, "2 seconds"),
    DStream.reduceByWindow(numbers(), add, "2 seconds", { inverse: f }),
  ],
  transform: (f) => [DStream.transform(numbers(), () => f())],
  transformAll: (f) => [DStream.transformAll([numbers(), pairs()], () => f())],
  transformWith: (f) => [DStream.transformWith(numbers(), pairs(), () => f())],
  updateStateByKey: (f) => [
    DStream.updateStateByKey(pairs(), f),
    DStream.updateStateByKey(pairs(), () => Option.some(f())),
    DStream.updateStateByKey(pairs(), (() => undefined) as Wrong),
  ],
  updateStateByKeyTimed: (f) => [DStream.updateStateByKeyTimed(pairs(), f)],
  updateStatePartitions: (f) => [
    DStream.updateStatePartitions(pairs(), f),
    DStream.updateStatePartitions(pairs(), (() => [["k", f()]]) as Wrong),
    DStream.updateStatePartitions(pairs(), (() => 7) as Wrong),
    DStream.updateStatePartitions(pairs(), (() => ["k1"]) as Wrong),
  ],
}

/** Takes no function, or one that makes an output, an input or an operator, which have tests of their own. */
const others: ReadonlySet<string> = new Set(
  ("Batch NoRDD binaryRecordsStream fileStream textFileStream OperatorWithoutRDD ParentWithoutRDD SqlError TransformWithoutResult UnionWithoutRDD cache cogroup " +
    "constant count countByValue countByValueAndWindow countByWindow foreachPartition foreachRDD fromPositions " +
    "fromReceiver fromStream fullOuterJoin glom groupByKey groupByKeyAndWindow isDStream join leftOuterJoin lift " +
    "liftAll make nameOutput named onFailure partitionBy persist print provide queueStream rawSocketStream rddQueue " +
    "receiverStream repartition required rightOuterJoin saveAsObjectFiles saveAsTextFiles saveTo saveToSql socketStream " +
    "socketTextStream stateSnapshots union unionAll window writeAheadLog").split(" "),
)

Deno.test("the table of operators that take functions has all of them", () => {
  assert.deepEqual(Object.keys(DStream).filter((name) => !(name in operators) && !others.has(name)), [])
})

/** Runs a stream to its first failure, and gives the text of that. */
const failureOf = async (stream: Stream): Promise<string> => {
  const exit = await Effect.runPromiseExit(Testing.run(stream as DStream.DStream<unknown>))
  return exit._tag === "Failure" ? String(exit) : `got ${JSON.stringify(exit.value)}`
}

for (const [name, streams] of Object.entries(operators)) {
  Deno.test(`${name} refuses Promises and Effects that its functions return`, async () => {
    const message = /gives (Promises|Effects)|must give|Transform function must/
    for (const stream of streams(() => Promise.reject(new Error("never seen")))) {
      assert.match(await failureOf(stream), message)
    }
    // The functions of these may give Effects.
    if (!/Effect$|^transform/.test(name)) {
      for (const stream of streams(() => Effect.sync(() => 1))) assert.match(await failureOf(stream), message)
    }
    // Rejections without a handler fail the test now.
    await new Promise((resolve) => setTimeout(resolve))
  })
}

Deno.test("outputs refuse Promises that their functions return", async () => {
  const rejected: Wrong = () => Promise.reject(new Error("never seen"))
  const letters = OutputPolicy.deadLetter(rejected)
  const outputs = [
    DStream.foreachRDD(numbers(), rejected),
    DStream.foreachRDD(numbers(), () => Effect.sync(rejected)),
    DStream.foreachPartition(numbers(), rejected),
    DStream.foreachPartition(numbers(), () => Effect.sync(rejected)),
    DStream.onFailure(DStream.foreachRDD(numbers(), rejected), letters),
  ]
  for (const output of outputs) {
    const { exit } = await Effect.runPromise(Testing.runOutputs([output as DStream.Output]))
    assert.match(String(exit), /gives Promises|must give an Effect/)
  }
  await new Promise((resolve) => setTimeout(resolve))
})
