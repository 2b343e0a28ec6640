/**
 * Accumulators: totals that the functions of RDDs and DStreams add to and the driver reads.
 *
 * Additions take effect exactly once, when their job succeeds. Spark: `AccumulatorV2`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Accumulator, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sum = Accumulator.long("sum")
 * const run = RDD.range(0, 4).pipe(RDD.foreach(sum.add))
 * await Effect.runPromise(Effect.provide(run, SparkContext.layer({ master: "local[2]", appName: "doc" })))
 * assert.equal(sum.value, 6)
 * ```
 *
 * @module
 */
export {
  type Accumulating,
  type Accumulator,
  collection,
  double,
  long,
  make,
  type NumberAccumulator,
} from "./rdd/accumulator.ts"
