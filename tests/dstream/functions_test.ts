/** Every operator puts all functions of the user that it takes into the fingerprint of its graph. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { fingerprint } from "../../lib/dstream/graph/fingerprint.ts"
import { isOutput } from "../../lib/dstream/outputs/output.ts"
import { print } from "../../lib/dstream/outputs/print.ts"
import * as DStream from "../../lib/dstream.ts"
import type { Callable } from "../../lib/rdd/primitive.ts"
import * as StateSpec from "../../lib/state_spec.ts"
import { input } from "./batches.ts"
import { graphOf } from "./graph_arbitrary.ts"

type Functions = readonly [f: Callable, g: Callable, h: Callable]
type Call = (...functions: Functions) => DStream.AnyDStream | DStream.AnyOutput

const pairs = input<readonly [string, number]>([])
const sink: DStream.SqlSink = { begin: () => Effect.succeed(undefined) }
const sql = { name: "rows", statement: "INSERT INTO rows VALUES (?)" }

/** Calls of all exports that take functions of the user to run on data, by how many functions the call takes. */
const taking: Readonly<Record<string, ReadonlyArray<readonly [count: 1 | 2 | 3, call: Call]>>> = {
  make: [[2, (f, g) => DStream.make("made", [pairs], [f, g], (_f, _g) => Effect.never)]],
  lift: [[2, (f, g) => DStream.lift("lifted", pairs, [f, g], (rdd) => rdd)]],
  liftAll: [[2, (f, g) => DStream.liftAll("lifted", [pairs], [f, g], ([rdd]) => rdd ?? assert.fail())]],
  map: [[1, (f) => DStream.map(pairs, f)]],
  flatMap: [[1, (f) => DStream.flatMap(pairs, f)]],
  filter: [[1, (f) => DStream.filter(pairs, f)]],
  mapPartitions: [[1, (f) => DStream.mapPartitions(pairs, f)]],
  mapValues: [[1, (f) => DStream.mapValues(pairs, f)]],
  flatMapValues: [[1, (f) => DStream.flatMapValues(pairs, f)]],
  mapEffect: [[1, (f) => DStream.mapEffect(pairs, f)]],
  flatMapEffect: [[1, (f) => DStream.flatMapEffect(pairs, f)]],
  filterEffect: [[1, (f) => DStream.filterEffect(pairs, f)]],
  mapPartitionsEffect: [[1, (f) => DStream.mapPartitionsEffect(pairs, f)]],
  reduce: [[1, (f) => DStream.reduce(pairs, f)]],
  reduceByKey: [[1, (f) => DStream.reduceByKey(pairs, f)]],
  combineByKey: [[
    3,
    (f, g, h) => DStream.combineByKey(pairs, { createCombiner: f, mergeValue: g, mergeCombiners: h }),
  ]],
  aggregateByKey: [[2, (f, g) => DStream.aggregateByKey(pairs, 0, f, g)]],
  transform: [[1, (f) => DStream.transform(pairs, f)]],
  transformWith: [[1, (f) => DStream.transformWith(pairs, pairs, f)]],
  transformAll: [[1, (f) => DStream.transformAll([pairs, pairs], f)]],
  reduceByWindow: [
    [1, (f) => DStream.reduceByWindow(pairs, f, "1 second")],
    [2, (f, g) => DStream.reduceByWindow(pairs, f, "1 second", { inverse: g })],
  ],
  reduceByKeyAndWindow: [
    [1, (f) => DStream.reduceByKeyAndWindow(pairs, f, "1 second")],
    [2, (f, g) => DStream.reduceByKeyAndWindow(pairs, f, "1 second", { inverse: g })],
    [2, (f, g) => DStream.reduceByKeyAndWindow(pairs, f, "1 second", { filter: g })],
    [3, (f, g, h) => DStream.reduceByKeyAndWindow(pairs, f, "1 second", { inverse: g, filter: h })],
  ],
  updateStateByKey: [[1, (f) => DStream.updateStateByKey(pairs, f)]],
  updateStateByKeyTimed: [[1, (f) => DStream.updateStateByKeyTimed(pairs, f)]],
  updateStatePartitions: [[1, (f) => DStream.updateStatePartitions(pairs, f)]],
  mapWithState: [
    [1, (f) => DStream.mapWithState(pairs, StateSpec.function(f))],
    [1, (f) => DStream.mapWithState(pairs, StateSpec.timed(f))],
  ],
  foreachRDD: [[1, (f) => DStream.foreachRDD(pairs, f)]],
  foreachPartition: [[1, (f) => DStream.foreachPartition(pairs, f)]],
  saveToSql: [[1, (f) => DStream.saveToSql(pairs, sink, { ...sql, row: f })]],
}

/** Exports that take no functions, or functions that do not work on the data of a batch, such as those of receivers. */
const others = [
  ...["Batch", "isDStream", "named", "required", "nameOutput", "onFailure", "provide"],
  ...["NoRDD", "OperatorWithoutRDD", "ParentWithoutRDD", "TransformWithoutResult", "UnionWithoutRDD", "SqlError"],
  ...["receiverStream", "fromReceiver", "fromPositions", "fromStream", "queueStream", "rddQueue", "constant"],
  ...["rawSocketStream", "socketStream", "socketTextStream", "textFileStream", "fileStream", "binaryRecordsStream"],
  ...["glom", "groupByKey", "count", "countByValue", "partitionBy", "repartition", "union", "unionAll"],
  ...["cogroup", "join", "leftOuterJoin", "rightOuterJoin", "fullOuterJoin", "persist", "cache"],
  ...["window", "countByWindow", "countByValueAndWindow", "groupByKeyAndWindow", "stateSnapshots"],
  ...["print", "saveAsTextFiles", "saveAsObjectFiles", "saveTo", "writeAheadLog"],
]

const functions: Functions = [() => "f", () => "g", () => "h"]

const fingerprintOf = (call: Call, given: Functions) => {
  const made = call(...given)
  return fingerprint(graphOf([isOutput(made) ? made : print(made)]))
}

Deno.test("every export of DStream is listed here, with or without functions", () => {
  const exported = Object.entries(DStream).flatMap(([name, value]) => typeof value === "function" ? [name] : [])
  assert.deepEqual(exported.sort(), [...Object.keys(taking), ...others].sort())
})

for (const [name, calls] of Object.entries(taking)) {
  for (const [i, [count, call]] of calls.entries()) {
    Deno.test(`${name}() has all its functions in the fingerprint [call ${i}, ${count} functions]`, () => {
      const original = fingerprintOf(call, functions)
      assert.deepEqual(fingerprintOf(call, functions), original)
      for (const place of functions.keys()) {
        const [f, g, h] = functions.map((it, i) => i === place ? () => "changed" : it)
        const changed = fingerprintOf(call, [f ?? assert.fail(), g ?? assert.fail(), h ?? assert.fail()])
        assert.equal(changed.structure, original.structure)
        assert.equal(changed.texts !== original.texts, place < count, `function ${place}`)
      }
    })
  }
}
