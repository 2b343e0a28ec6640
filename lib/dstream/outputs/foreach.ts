/**
 * Outputs that run a function on every RDD or every partition: foreachRDD, foreachPartition.
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
import { makeOutput, type Output, type Unwrapped } from "./output.ts"
import type { OutputInfo } from "./output_info.ts"

/**
 * Runs `f` on the RDD of every batch, on the driver, as a job of the batch. `f` also runs for an empty RDD, but not in
 * a batch in which the stream has no RDD. The actions that `f` calls compute the RDD. Spark: `DStream.foreachRDD`.
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
    makeOutput({ operation: "foreachRDD", stream: self, functions: [f], run: (rdd, info, f) => ranOf(f(rdd, info)) }),
)

/**
 * Runs `f` on every partition of every batch, on the thread or executor that computes the partition. The driver gets no
 * result. From the partition's index and the attempt, a sink can tell what it may have written before. Spark:
 * `foreachRDD` with `RDD.foreachPartition`.
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
      [f],
      (rdd, f, { time }) =>
        mapPartitionsEffect(
          rdd,
          (records, partition) =>
            Effect.flatMap(CurrentJob, ({ attempt, name, outputId, recovered = false }) =>
              Effect.as(ranOf(f(records, { name, time, outputId, attempt, partition, recovered })), [])),
        ),
      { takesEffects: true },
    )
    return makeOutput({
      operation: "foreachPartition",
      stream: written,
      functions: [],
      writes: true,
      run: (rdd) => count(rdd),
    })
  },
)
