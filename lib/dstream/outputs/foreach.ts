/**
 * Outputs that run a function on the RDD or the partitions of every batch: foreachRDD, foreachPartition.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { ranOf } from "../../core/results.ts"
import { count } from "../../rdd/actions/collecting.ts"
import { mapPartitionsEffect } from "../../rdd/operators/effectful.ts"
import { CurrentJob, type Engine } from "../../rdd/engine.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { type DStream, lift } from "../dstream.ts"
import { makeOutput, type Output, type OutputInfo, type Unwrapped } from "./output.ts"

/**
 * Runs `f` on the RDD of every batch, on the driver, when the batch's turn has come: also for an empty RDD, not for a
 * batch in which the stream has none. What is in the RDD is computed by the actions that `f` calls. Spark: `foreachRDD`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const sums: Array<number> = []
 * const output = DStream.foreachRDD(Testing.input([[1, 2], [3]]), (rdd, { time }) =>
 *   Effect.map(RDD.fold(rdd, 0, (a, b) => a + b), (sum) => void sums.push(time + sum)))
 * await Effect.runPromise(Testing.runOutputs([output]))
 * assert.deepEqual(sums, [1003, 2003])
 * ```
 */
export const foreachRDD: {
  <A, E, R, E2, R2>(
    f: (rdd: RDD<A, E, R>, info: OutputInfo) => Effect.Effect<unknown, E2, R2>,
  ): (self: DStream<A, E, R>) => Output<E | Unwrapped<E2>, R | Exclude<R2, Engine>>
  <A, E, R, E2, R2>(
    self: DStream<A, E, R>,
    f: (rdd: RDD<A, E, R>, info: OutputInfo) => Effect.Effect<unknown, E2, R2>,
  ): Output<E | Unwrapped<E2>, R | Exclude<R2, Engine>>
} = dual(
  2,
  <A, E, R, E2, R2>(
    self: DStream<A, E, R>,
    f: (rdd: RDD<A, E, R>, info: OutputInfo) => Effect.Effect<unknown, E2, R2>,
  ): Output<E | Unwrapped<E2>, R | Exclude<R2, Engine>> =>
    makeOutput({ operation: "foreachRDD", stream: self, functions: [f], run: (rdd, info) => ranOf(f(rdd, info)) }),
)

/**
 * Runs `f` on every partition of every batch, where the data is: on the thread or executor that has computed it, with
 * no result for the driver. The partition's index and the attempt tell a sink what it may have written before.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const written: Array<unknown> = []
 * const output = DStream.foreachPartition(Testing.input([[1, 2, 3]]), (records, { partition }) =>
 *   Effect.sync(() => written.push([partition, ...records])))
 * await Effect.runPromise(Testing.runOutputs([output]))
 * assert.deepEqual(written, [[0, 1], [1, 2, 3]])
 * ```
 */
export const foreachPartition: {
  <A, E2, R2>(
    f: (records: ReadonlyArray<A>, info: OutputInfo & { readonly partition: number }) => Effect.Effect<unknown, E2, R2>,
  ): <E, R>(self: DStream<A, E, R>) => Output<E | E2, R | R2>
  <A, E, R, E2, R2>(
    self: DStream<A, E, R>,
    f: (records: ReadonlyArray<A>, info: OutputInfo & { readonly partition: number }) => Effect.Effect<unknown, E2, R2>,
  ): Output<E | E2, R | R2>
} = dual(
  2,
  <A, E, R, E2, R2>(
    self: DStream<A, E, R>,
    f: (records: ReadonlyArray<A>, info: OutputInfo & { readonly partition: number }) => Effect.Effect<unknown, E2, R2>,
  ): Output<E | E2, R | R2> => {
    const written = lift(
      "foreachPartition",
      self,
      (rdd, { time }) =>
        mapPartitionsEffect(
          rdd,
          (records, partition) =>
            Effect.flatMap(CurrentJob, ({ outputId, attempt }) =>
              Effect.as(ranOf(f(records, { time, outputId, attempt, partition })), [])),
        ),
      { functions: [f] },
    )
    return makeOutput({ operation: "foreachPartition", stream: written, writes: true, run: count })
  },
)
