/**
 * Operators with effectful functions: mapEffect, filterEffect, flatMapEffect, mapPartitionsEffect.
 *
 * They are slower than those with plain functions, since they run an Effect for each record or partition.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { InvalidOption } from "../../core/errors.ts"
import { accepts, effectOf, recordOf, recordsOf } from "../../core/results.ts"
import type { Tupled } from "../../core/tupled.ts"
import { isRDD, make, type RDD } from "../rdd.ts"

/** Option of operators with effectful functions: how many records of a partition are processed at once. */
export interface ConcurrencyOption {
  /** A positive whole number, or `"unbounded"`; 1 by default. Results are in the order of the records in any case. */
  readonly concurrency?: number | "unbounded" | undefined
}

const checkConcurrency = (where: string, { concurrency = 1 }: ConcurrencyOption): InvalidOption | undefined =>
  concurrency === "unbounded" || (Number.isInteger(concurrency) && concurrency >= 1) ? undefined : new InvalidOption({
    where,
    option: "concurrency",
    value: concurrency,
    expected: `a positive whole number or "unbounded"`,
  })

/** Adds an effectful step on each partition to an RDD. */
const effectStep = <B, E, R>(
  operation: string,
  self: RDD<unknown, unknown, unknown>,
  f: (records: ReadonlyArray<never>, index: number) => Effect.Effect<ReadonlyArray<unknown>, unknown, unknown>,
  preserves: boolean,
  options?: ConcurrencyOption,
  each = true,
): RDD<B, E, R> =>
  make(
    operation,
    [self],
    {
      kind: "narrow",
      step: {
        kind: "effect",
        each,
        f: (records, index) => Effect.suspend(() => f(records, index)),
      },
      preserves,
    },
    options === undefined ? undefined : checkConcurrency(`RDD.${operation}`, options),
  )

/**
 * Runs the Effect that `f` returns for every record, and replaces the record with its result.
 *
 * If the Effect fails, the job fails with its error as the `reason`. Spark: `RDD.map` with a blocking call.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const twice = RDD.mapEffect((n: number) => Effect.succeed(n * 2), { concurrency: 4 })
 * const doubled = RDD.parallelize([1, 2]).pipe(twice, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(doubled, sc)), [2, 4])
 * ```
 */
export const mapEffect: {
  <A, B extends Tupled, E2, R2>(
    f: (a: A) => Effect.Effect<B, E2, R2>,
    options?: ConcurrencyOption,
  ): <E, R>(self: RDD<A, E, R>) => RDD<B, E | E2, R | R2>
  <A, E, R, B extends Tupled, E2, R2>(
    self: RDD<A, E, R>,
    f: (a: A) => Effect.Effect<B, E2, R2>,
    options?: ConcurrencyOption,
  ): RDD<B, E | E2, R | R2>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R, B extends Tupled, E2, R2>(
    self: RDD<A, E, R>,
    f: (a: A) => Effect.Effect<B, E2, R2>,
    options: ConcurrencyOption = {},
  ): RDD<B, E | E2, R | R2> =>
    effectStep(
      "mapEffect",
      self,
      (records: ReadonlyArray<A>) =>
        Effect.forEach(records, (a) => Effect.map(effectOf(f(a)), (b) => recordOf(b)), options),
      false,
      options,
    ),
)

/**
 * Keeps the records for which the Effect that `f` returns succeeds with true.
 *
 * If the Effect fails, the job fails with its error as the `reason`. The partitioner is kept. Spark: `RDD.filter` with
 * a blocking call.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const even = RDD.range(0, 4).pipe(RDD.filterEffect((n) => Effect.succeed(n % 2 === 0)), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(even, sc)), [0, 2])
 * ```
 */
export const filterEffect: {
  <A, E2, R2>(
    f: (a: A) => Effect.Effect<boolean, E2, R2>,
    options?: ConcurrencyOption,
  ): <E, R>(self: RDD<A, E, R>) => RDD<A, E | E2, R | R2>
  <A, E, R, E2, R2>(
    self: RDD<A, E, R>,
    f: (a: A) => Effect.Effect<boolean, E2, R2>,
    options?: ConcurrencyOption,
  ): RDD<A, E | E2, R | R2>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R, E2, R2>(
    self: RDD<A, E, R>,
    f: (a: A) => Effect.Effect<boolean, E2, R2>,
    options: ConcurrencyOption = {},
  ): RDD<A, E | E2, R | R2> =>
    effectStep(
      "filterEffect",
      self,
      (records: ReadonlyArray<A>) =>
        Effect.map(
          Effect.forEach(records, (a) => Effect.map(effectOf(f(a)), (keep) => accepts(keep)), options),
          (keep) => records.filter((_, i) => keep[i]),
        ),
      true,
      options,
    ),
)

/**
 * Runs the Effect that `f` returns for every record, and concatenates the results.
 *
 * If the Effect fails, the job fails with its error as the `reason`. Spark: `RDD.flatMap` with a blocking call.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const twice = RDD.parallelize([1, 2]).pipe(RDD.flatMapEffect((n) => Effect.succeed([n, n])), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(twice, sc)), [1, 1, 2, 2])
 * ```
 */
export const flatMapEffect: {
  <A, B extends Tupled, E2, R2>(
    f: (a: A) => Effect.Effect<Iterable<B>, E2, R2>,
    options?: ConcurrencyOption,
  ): <E, R>(self: RDD<A, E, R>) => RDD<B, E | E2, R | R2>
  <A, E, R, B extends Tupled, E2, R2>(
    self: RDD<A, E, R>,
    f: (a: A) => Effect.Effect<Iterable<B>, E2, R2>,
    options?: ConcurrencyOption,
  ): RDD<B, E | E2, R | R2>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R, B extends Tupled, E2, R2>(
    self: RDD<A, E, R>,
    f: (a: A) => Effect.Effect<Iterable<B>, E2, R2>,
    options: ConcurrencyOption = {},
  ): RDD<B, E | E2, R | R2> =>
    effectStep(
      "flatMapEffect",
      self,
      (records: ReadonlyArray<A>) =>
        Effect.map(
          Effect.forEach(records, (a) => Effect.map(effectOf(f(a)), recordsOf), options),
          (parts) => parts.flat(),
        ),
      false,
      options,
    ),
)

/**
 * Replaces the records of each partition with the result of the Effect that `f` returns for them.
 *
 * `f` is called once for each partition, also for an empty one, with all of its records and its index. Use it to open
 * one connection for a partition rather than for each record. The result has no partitioner, unless
 * `preservesPartitioning` is true: set it only if `f` leaves keys as they are. Spark: `RDD.mapPartitions` with a
 * blocking call.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const lengths = RDD.range(0, 5, { partitions: 2 }).pipe(
 *   RDD.mapPartitionsEffect((part, i) => Effect.succeed([[i, part.length]])),
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(lengths, sc)), [[0, 2], [1, 3]])
 * ```
 */
export const mapPartitionsEffect: {
  <A, B extends Tupled, E2, R2>(
    f: (records: ReadonlyArray<A>, index: number) => Effect.Effect<Iterable<B>, E2, R2>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): <E, R>(self: RDD<A, E, R>) => RDD<B, E | E2, R | R2>
  <A, E, R, B extends Tupled, E2, R2>(
    self: RDD<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => Effect.Effect<Iterable<B>, E2, R2>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): RDD<B, E | E2, R | R2>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R, B extends Tupled, E2, R2>(
    self: RDD<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => Effect.Effect<Iterable<B>, E2, R2>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): RDD<B, E | E2, R | R2> =>
    effectStep(
      "mapPartitionsEffect",
      self,
      (records: ReadonlyArray<A>, index) => Effect.map(effectOf(f(records, index)), recordsOf),
      options?.preservesPartitioning ?? false,
      undefined,
      false,
    ),
)
