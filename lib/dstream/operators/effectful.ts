/**
 * Effectful functions in streams.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import type { Tupled } from "../../core/tupled.ts"
import * as Rdd from "../../rdd/operators/effectful.ts"
import { type DStream, isDStream, lift } from "../dstream.ts"

/**
 * Runs `f` for every record and keeps what it succeeds with, in the order of the records; `concurrency` says how many of
 * a partition may be under way at once. A failure of `f` fails the batch with its type. Spark has no such operation; it
 * is `map` with a blocking call.
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
  ): DStream<B, E | E2, R | R2> => lift("mapEffect", self, (rdd) => Rdd.mapEffect(rdd, f, options), { functions: [f] }),
)

/**
 * Runs `f` for every record and concatenates what it succeeds with.
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
    lift("flatMapEffect", self, (rdd) => Rdd.flatMapEffect(rdd, f, options), { functions: [f] }),
)

/**
 * Keeps the records for which `f` succeeds with true.
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
    lift("filterEffect", self, (rdd) => Rdd.filterEffect(rdd, f, options), { functions: [f] }),
)

/**
 * Gives all records of a partition to an effectful `f` at once, with the partition's index: one connection for a whole
 * partition, say. Spark: `mapPartitions` with a blocking call.
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
    lift("mapPartitionsEffect", self, (rdd) => Rdd.mapPartitionsEffect(rdd, f, options), { functions: [f] }),
)
