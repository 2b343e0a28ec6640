/**
 * Operators whose functions return Effects: mapEffect, flatMapEffect, filterEffect, mapPartitionsEffect.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import type { Tupled } from "../../core/tupled.ts"
import * as Rdd from "../../rdd/operators/effectful.ts"
import { type DStream, isDStream, lift } from "../dstream.ts"

/**
 * Runs `f` for every record and keeps the results, in the order of the records. `concurrency` is the number of records
 * of a partition for which `f` may run at the same time. A failure of `f` is a typed error of the stream, and fails the
 * batch. Spark: `map` with a blocking call.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const doubled = Testing.input([[1, 2], [3]]).pipe(
 *   DStream.mapEffect((n) => Effect.succeed(n * 2), { concurrency: 4 }),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(doubled)), [[2, 4], [6]])
 * ```
 */
export const mapEffect: {
  <A, B extends Tupled, E2, R2>(
    f: (a: A) => Effect.Effect<B, E2, R2>,
    options?: Rdd.ConcurrencyOption,
  ): <E, R>(self: DStream<A, E, R>) => DStream<B, E | E2, R | R2>
  <A, E, R, B extends Tupled, E2, R2>(
    self: DStream<A, E, R>,
    f: (a: A) => Effect.Effect<B, E2, R2>,
    options?: Rdd.ConcurrencyOption,
  ): DStream<B, E | E2, R | R2>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R, B extends Tupled, E2, R2>(
    self: DStream<A, E, R>,
    f: (a: A) => Effect.Effect<B, E2, R2>,
    options?: Rdd.ConcurrencyOption,
  ): DStream<B, E | E2, R | R2> =>
    lift("mapEffect", self, [f], (rdd, f) => Rdd.mapEffect(rdd, f, options), { takesEffects: true }),
)

/**
 * Runs `f` for every record and concatenates the results. Spark: `flatMap` with a blocking call.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const twice = Testing.input([[1], [2]]).pipe(DStream.flatMapEffect((n) => Effect.succeed([n, n])))
 * assert.deepEqual(await Effect.runPromise(Testing.run(twice)), [[1, 1], [2, 2]])
 * ```
 */
export const flatMapEffect: {
  <A, B extends Tupled, E2, R2>(
    f: (a: A) => Effect.Effect<Iterable<B>, E2, R2>,
    options?: Rdd.ConcurrencyOption,
  ): <E, R>(self: DStream<A, E, R>) => DStream<B, E | E2, R | R2>
  <A, E, R, B extends Tupled, E2, R2>(
    self: DStream<A, E, R>,
    f: (a: A) => Effect.Effect<Iterable<B>, E2, R2>,
    options?: Rdd.ConcurrencyOption,
  ): DStream<B, E | E2, R | R2>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R, B extends Tupled, E2, R2>(
    self: DStream<A, E, R>,
    f: (a: A) => Effect.Effect<Iterable<B>, E2, R2>,
    options?: Rdd.ConcurrencyOption,
  ): DStream<B, E | E2, R | R2> =>
    lift("flatMapEffect", self, [f], (rdd, f) => Rdd.flatMapEffect(rdd, f, options), { takesEffects: true }),
)

/**
 * Keeps the records for which `f` succeeds with true. Spark: `filter` with a blocking call.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const even = Testing.input([[1, 2], [3]]).pipe(DStream.filterEffect((n) => Effect.succeed(n % 2 === 0)))
 * assert.deepEqual(await Effect.runPromise(Testing.run(even)), [[2], []])
 * ```
 */
export const filterEffect: {
  <A, E2, R2>(
    f: (a: A) => Effect.Effect<boolean, E2, R2>,
    options?: Rdd.ConcurrencyOption,
  ): <E, R>(self: DStream<A, E, R>) => DStream<A, E | E2, R | R2>
  <A, E, R, E2, R2>(
    self: DStream<A, E, R>,
    f: (a: A) => Effect.Effect<boolean, E2, R2>,
    options?: Rdd.ConcurrencyOption,
  ): DStream<A, E | E2, R | R2>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R, E2, R2>(
    self: DStream<A, E, R>,
    f: (a: A) => Effect.Effect<boolean, E2, R2>,
    options?: Rdd.ConcurrencyOption,
  ): DStream<A, E | E2, R | R2> =>
    lift("filterEffect", self, [f], (rdd, f) => Rdd.filterEffect(rdd, f, options), { takesEffects: true }),
)

/**
 * Runs `f` once for each partition, with all its records and its index, and concatenates the results. Use it to share a
 * connection among the records of a partition. Spark: `mapPartitions` with a blocking call.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const lengths = Testing.input([[1, 2, 3]]).pipe(
 *   DStream.mapPartitionsEffect((part, i) => Effect.succeed([[i, part.length]])),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(lengths)), [[[0, 1], [1, 2]]])
 * ```
 */
export const mapPartitionsEffect: {
  <A, B extends Tupled, E2, R2>(
    f: (records: ReadonlyArray<A>, index: number) => Effect.Effect<Iterable<B>, E2, R2>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): <E, R>(self: DStream<A, E, R>) => DStream<B, E | E2, R | R2>
  <A, E, R, B extends Tupled, E2, R2>(
    self: DStream<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => Effect.Effect<Iterable<B>, E2, R2>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): DStream<B, E | E2, R | R2>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R, B extends Tupled, E2, R2>(
    self: DStream<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => Effect.Effect<Iterable<B>, E2, R2>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): DStream<B, E | E2, R | R2> =>
    lift("mapPartitionsEffect", self, [f], (rdd, f) => Rdd.mapPartitionsEffect(rdd, f, options), {
      takesEffects: true,
    }),
)
