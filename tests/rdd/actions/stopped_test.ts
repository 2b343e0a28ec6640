import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { JobFailed } from "../../../lib/core/errors.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as SparkContext from "../../../lib/spark_context.ts"
import type { Testing } from "../../../lib/testing.ts"
import { inVirtualTime } from "../../streaming/support.ts"

const numbers = RDD.parallelize([3, 1, 2])
const pairs = RDD.map(numbers, (n) => [n % 2, n])

const actions: Readonly<Record<string, Effect.Effect<unknown, { readonly _tag: string }, Testing.Services>>> = {
  aggregate: RDD.aggregate(numbers, 0, (sum, n) => sum + n, (a, b) => a + b),
  collect: RDD.collect(numbers),
  collectAsMap: RDD.collectAsMap(pairs),
  count: RDD.count(numbers),
  countApprox: RDD.countApprox(numbers, "1 second"),
  countApproxDistinct: RDD.countApproxDistinct(numbers),
  countByKey: RDD.countByKey(pairs),
  countByValue: RDD.countByValue(numbers),
  "count of a shuffle": RDD.count(RDD.reduceByKey(pairs, (a, b) => a + b)),
  "count of a sort": RDD.count(RDD.sortBy(numbers, (n) => n)),
  first: RDD.first(numbers),
  fold: RDD.fold(numbers, 0, (a, b) => a + b),
  foreach: RDD.foreach(numbers, () => {}),
  foreachPartition: RDD.foreachPartition(numbers, () => {}),
  getNumPartitions: RDD.getNumPartitions(numbers),
  isEmpty: RDD.isEmpty(numbers),
  lookup: RDD.lookup(pairs, 1),
  max: RDD.max(numbers),
  mean: RDD.mean(numbers),
  reduce: RDD.reduce(numbers, (a, b) => a + b),
  saveAsTextFile: RDD.saveAsTextFile(numbers, "never-written"),
  stats: RDD.stats(numbers),
  sum: RDD.sum(numbers),
  take: RDD.take(numbers, 1),
  takeOrdered: RDD.takeOrdered(numbers, 1),
  takeSample: RDD.takeSample(numbers, 1),
  toLocalIterator: Stream.runCollect(RDD.toLocalIterator(numbers)),
  top: RDD.top(numbers, 1),
  treeReduce: RDD.treeReduce(numbers, (a, b) => a + b),
}

Deno.test("after a stop of the SparkContext every action fails with SparkContextStopped and names its place", () =>
  inVirtualTime(Effect.gen(function* () {
    yield* (yield* SparkContext.SparkContext).stop
    for (const [name, action] of Object.entries(actions)) {
      const exit = yield* Effect.exit(action)
      const error = Exit.isFailure(exit) ? Option.getOrUndefined(Exit.findErrorOption(exit)) : undefined
      const reason = error !== undefined && "reason" in error ? error.reason : undefined
      assert.ok(error instanceof JobFailed, name)
      assert.match(`${error.operator} at ${error.callSite.short}`, /^(?!action)\w+ at stopped_test\.ts:\d+:\d+$/, name)
      assert.ok(reason instanceof Error && "_tag" in reason && reason._tag === "SparkContextStopped", name)
    }
  })))
