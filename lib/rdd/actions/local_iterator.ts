/**
 * Actions on selected partitions: toLocalIterator, runJob.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import * as Stream from "effect/Stream"
import { InvalidOption } from "../../core/errors.ts"
import type { ActionError, Engine } from "../engine.ts"
import { last, records } from "../job.ts"
import { wholePartition } from "../lists.ts"
import { getNumPartitions } from "./layout.ts"
import { isRDD, type RDD } from "../rdd.ts"

/**
 * Returns all records in their order, as a `Stream`.
 *
 * Partitions are computed one after another as the stream is consumed, one job for each, so only one partition is in
 * memory at a time. Spark: `RDD.toLocalIterator`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect, Stream } from "effect"
 *
 * const three = RDD.range(0, 100, { partitions: 10 }).pipe(RDD.toLocalIterator, Stream.take(3), Stream.runCollect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(three, sc)), [0, 1, 2])
 * ```
 */
export const toLocalIterator = <A, E, R>(self: RDD<A, E, R>): Stream.Stream<A, ActionError<E>, R | Engine> =>
  Stream.unwrap(Effect.map(getNumPartitions(self), (n) =>
    Stream.fromIterable(Array(n).keys(), { chunkSize: 1 }).pipe(
      Stream.mapEffect((partition) => records(self, [partition])),
      Stream.flattenIterable,
    )))

/**
 * Runs `f` on each partition, or on the given partitions, and returns the results.
 *
 * The results are in the order of the partitions, or of the given indices. An index that is not a partition of the RDD
 * fails with `InvalidOption`. Spark: `SparkContext.runJob`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const lengths = RDD.range(0, 5, { partitions: 2 }).pipe(RDD.runJob((part) => part.length))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(lengths, sc)), [2, 3])
 * ```
 */
export const runJob: {
  <A, B>(
    f: (records: ReadonlyArray<A>, index: number) => B,
    partitions?: ReadonlyArray<number>,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<Array<B>, ActionError<E>, R | Engine>
  <A, E, R, B>(
    self: RDD<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => B,
    partitions?: ReadonlyArray<number>,
  ): Effect.Effect<Array<B>, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R, B>(
    self: RDD<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => B,
    partitions?: ReadonlyArray<number>,
  ): Effect.Effect<Array<B>, ActionError<E>, R | Engine> =>
    Effect.flatMap(partitions === undefined ? Effect.succeed(0) : getNumPartitions(self), (n) => {
      const exists = (partition: number) => Number.isInteger(partition) && partition >= 0 && partition < n
      const missing = partitions?.find((partition) => !exists(partition))
      const spark = `Attempting to access a non-existent partition: ${missing}. Total number of partitions: ${n}`
      const invalid = missing === undefined ? undefined : new InvalidOption({
        where: "RDD.runJob",
        option: "partitions",
        value: `[${partitions?.join(",")}]`,
        expected: `indices of existing partitions (Spark: "${spark}")`,
      })
      const step = wholePartition((part: ReadonlyArray<A>, index) => [f(part, index)])
      return records(last<B, E, R>("runJob", self, step, invalid), partitions)
    }),
)
