/**
 * Actions on single partitions: toLocalIterator, runJob.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import * as Stream from "effect/Stream"
import { InvalidOption } from "../../core/errors.ts"
import type { ActionError, Engine } from "../engine.ts"
import { last, records } from "../job.ts"
import { getNumPartitions } from "./layout.ts"
import { isRDD, type RDD } from "../rdd.ts"

/**
 * All records in their order as a stream, which runs one partition after the other, as they are asked for: no more than
 * one has to be held at a time. Spark: `RDD.toLocalIterator`.
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
 * Runs `f` over each partition, or over those named, and gives what it gives, in the order of the partitions named.
 * Spark: `SparkContext.runJob`.
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
      const bad = partitions?.find((partition) => !(Number.isInteger(partition) && partition >= 0 && partition < n))
      const invalid = bad === undefined ? undefined : new InvalidOption({
        where: "RDD.runJob",
        option: "partitions",
        value: bad,
        expected:
          `one of them: Attempting to access a non-existent partition: ${bad}. Total number of partitions: ${n}`,
      })
      const step = { kind: "partition", f: (part: ReadonlyArray<A>, index: number) => [f(part, index)] } as const
      return records(last<B, E, R>("runJob", self, step, invalid), partitions)
    }),
)
