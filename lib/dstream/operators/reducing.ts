/**
 * Operators that reduce each batch to one record or a few: reduce, count, countByValue.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import { parallelize } from "../../rdd/creation.ts"
import { countedByValue } from "../../rdd/operators/counting.ts"
import { reduceByKey } from "../../rdd/operators/keyed.ts"
import { map, narrow } from "../../rdd/operators/element.ts"
import { known } from "../../rdd/operators/known_steps.ts"
import type { PartitionOptions } from "../../rdd/partitioner.ts"
import { repartition } from "../../rdd/operators/partitioning.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { union } from "../../rdd/operators/unions.ts"
import { values } from "../../rdd/operators/values.ts"
import { type AnyDStream, type DStream, isDStream, lift } from "../dstream.ts"
import { checked, chosen, liftOne } from "./partitioning.ts"
import type { Mistake } from "../../core/literals.ts"
import type { Tupled } from "../../core/tupled.ts"

const add = (a: number, b: number): number => a + b

/** Reduces each partition, then the results in the order of the partitions, to at most one record in one partition. */
const reduced = <A, E, R>(rdd: RDD<A, E, R>, f: (a: A, b: A) => A): RDD<A, E, R> => {
  const partial = narrow<A, E, R>("reduce", rdd, { kind: "reduce", f }, false)
  return narrow("reduce", repartition(partial, 1), { kind: "reduce", f }, false)
}

/**
 * Reduces each batch to one record with `f`, which must be associative and commutative. An empty batch stays empty.
 * Spark: `DStream.reduce`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const sums = Testing.input([[1, 2, 3], [], [4]]).pipe(DStream.reduce((a, b) => a + b))
 * assert.deepEqual(await Effect.runPromise(Testing.run(sums)), [[6], [], [4]])
 * ```
 */
export const reduce: {
  <A extends Tupled>(f: (a: A, b: A) => A): <E, R>(self: DStream<A, E, R>) => DStream<A, E, R>
  <A extends Tupled, E, R>(self: DStream<A, E, R>, f: (a: A, b: A) => A): DStream<A, E, R>
} = dual(
  2,
  <A extends Tupled, E, R>(self: DStream<A, E, R>, f: (a: A, b: A) => A): DStream<A, E, R> =>
    lift("reduce", self, [f], (rdd, f) => reduced(rdd, f)),
)

/** The result of {@link count}. One signature for both calls: TypeScript infers nothing from overloads in a pipe. */
export type Counted<S extends ReadonlyArray<unknown>> = S extends
  readonly [DStream<infer _A, infer E, infer R>, ...ReadonlyArray<unknown>] ? DStream<number, E, R>
  : Mistake<"write .pipe(DStream.count) or DStream.count(stream)">

/**
 * Counts the records of each batch. The result is always one record, 0 for an empty batch. A batch in which the stream
 * has no RDD fails, as in Spark. Spark: `DStream.count`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const counts = Testing.input([["a", "b"], []]).pipe(DStream.count)
 * assert.deepEqual(await Effect.runPromise(Testing.run(counts)), [[2], [0]])
 * ```
 */
export const count: <S extends readonly [] | readonly [AnyDStream, ...ReadonlyArray<unknown>]>(
  ...stream: S
) => Counted<S> = (<A, E, R>(self: DStream<A, E, R>): DStream<number, E, R> =>
  liftOne("count", self, (rdd, batch) => {
    const counts = narrow<number, unknown, unknown>("count", rdd, known("count", null), false)
    const atLeastZero = union(counts, parallelize([0], { partitions: 1 }))
    return values(reduceByKey(map(atLeastZero, (n) => [null, n]), add, chosen(batch, undefined)))
  })) as never

/**
 * Counts how often each record occurs in a batch: `[record, count]`. Records are compared by value, as keys are. An
 * empty batch stays empty. Spark: `DStream.countByValue`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const counts = Testing.input([["a", "a"], []]).pipe(DStream.countByValue())
 * assert.deepEqual(await Effect.runPromise(Testing.run(counts)), [[["a", 2]], []])
 * ```
 */
export const countByValue: {
  (options?: PartitionOptions): <A, E, R>(self: DStream<A, E, R>) => DStream<[A, number], E, R>
  <A, E, R>(self: DStream<A, E, R>, options?: PartitionOptions): DStream<[A, number], E, R>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(self: DStream<A, E, R>, options?: PartitionOptions): DStream<[A, number], E, R> =>
    lift(
      "countByValue",
      self,
      [],
      (rdd, batch) => countedByValue(rdd, chosen(batch, options)),
      checked("countByValue", options),
    ),
)
