/**
 * Operators that join two streams of pairs by key, batch by batch: cogroup, join, leftOuterJoin, rightOuterJoin,
 * fullOuterJoin. In outer joins, a side that may be missing is an `Option`.
 *
 * The slides of both streams must be equal, and a batch in which either has no RDD fails. The partitioner in the
 * options decides which partition a key is in. Without one, keys are hashed into as many partitions as the engine's
 * default parallelism.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { Mistake, NotPairs } from "../../core/literals.ts"
import type * as Option from "effect/Option"
import * as Cogroup from "../../rdd/operators/cogroup.ts"
import * as Rdd from "../../rdd/operators/joins.ts"
import type { PartitionOptions } from "../../rdd/partitioner.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { type DStream, isDStream, liftAll } from "../dstream.ts"
import { checked, chosen } from "./partitioning.ts"
import { agreeing } from "./streams.ts"

type Pairs<K, V> = RDD<readonly [K, V], unknown, unknown>

const joined = <K, V, E, R, W, E2, R2, A>(
  operation: string,
  self: DStream<readonly [K, V], E, R>,
  that: DStream<readonly [K, W], E2, R2>,
  options: PartitionOptions | undefined,
  join: (left: Pairs<K, V>, right: Pairs<K, W>, options: PartitionOptions) => RDD<A, unknown, unknown>,
): DStream<A, E | E2, R | R2> => {
  const slides = agreeing("transform", [self, that]).check
  const partitions = checked(operation, options).check
  return liftAll(
    operation,
    [self, that],
    [],
    ([left, right], batch) => join(left as Pairs<K, V>, right as Pairs<K, W>, chosen(batch, options)),
    { check: (batchDuration) => [slides, partitions].flatMap((check) => check?.(batchDuration) ?? []) },
  )
}

/**
 * Collects the values that each of two streams has for a key in a batch, for all keys of either:
 * `[key, [left values, right values]]`.
 * Spark: `PairDStreamFunctions.cogroup`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const ages = Testing.input<[string, number]>([[["ann", 31]]])
 * const towns = Testing.input<[string, string]>([[["ann", "Oslo"], ["ann", "Rome"]]])
 * assert.deepEqual(await Effect.runPromise(Testing.run(ages.pipe(DStream.cogroup(towns)))), [[["ann", [[31], ["Oslo", "Rome"]]]]])
 * ```
 */
export const cogroup: {
  <K, W, E2, R2>(
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): <V = Mistake<NotPairs>, E = never, R = never>(
    self: DStream<readonly [K, V], E, R>,
  ) => DStream<[K, [ReadonlyArray<V>, ReadonlyArray<W>]], E | E2, R | R2>
  <K, V, E, R, W, E2, R2>(
    self: DStream<readonly [K, V], E, R>,
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): DStream<[K, [ReadonlyArray<V>, ReadonlyArray<W>]], E | E2, R | R2>
} = dual(
  (args) => isDStream(args[1]),
  <K, V, E, R, W, E2, R2>(
    self: DStream<readonly [K, V], E, R>,
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): DStream<[K, [ReadonlyArray<V>, ReadonlyArray<W>]], E | E2, R | R2> =>
    joined("cogroup", self, that, options, (left, right, by) => Cogroup.cogroup(left, right, by)),
)

/**
 * Pairs every left value with every right value of the same key in a batch: `[key, [left, right]]`.
 * Spark: `PairDStreamFunctions.join`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const ages = Testing.input<[string, number]>([[["ann", 31], ["bob", 40]]])
 * const towns = Testing.input<[string, string]>([[["ann", "Oslo"]]])
 * assert.deepEqual(await Effect.runPromise(Testing.run(ages.pipe(DStream.join(towns)))), [[["ann", [31, "Oslo"]]]])
 * ```
 */
export const join: {
  <K, W, E2, R2>(
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): <V = Mistake<NotPairs>, E = never, R = never>(
    self: DStream<readonly [K, V], E, R>,
  ) => DStream<[K, [V, W]], E | E2, R | R2>
  <K, V, E, R, W, E2, R2>(
    self: DStream<readonly [K, V], E, R>,
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): DStream<[K, [V, W]], E | E2, R | R2>
} = dual(
  (args) => isDStream(args[1]),
  <K, V, E, R, W, E2, R2>(
    self: DStream<readonly [K, V], E, R>,
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): DStream<[K, [V, W]], E | E2, R | R2> =>
    joined("join", self, that, options, (left, right, by) => Rdd.join(left, right, by)),
)

/**
 * Joins as {@link join} does, and keeps left values whose key has no right value in the batch: these are paired with
 * `None`. Spark: `PairDStreamFunctions.leftOuterJoin`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const ages = Testing.input<[string, number]>([[["bob", 40]]])
 * const towns = Testing.input<[string, string]>([[["ann", "Oslo"]]])
 * assert.deepEqual(await Effect.runPromise(Testing.run(ages.pipe(DStream.leftOuterJoin(towns)))), [[["bob", [40, Option.none()]]]])
 * ```
 */
export const leftOuterJoin: {
  <K, W, E2, R2>(
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): <V = Mistake<NotPairs>, E = never, R = never>(
    self: DStream<readonly [K, V], E, R>,
  ) => DStream<[K, [V, Option.Option<W>]], E | E2, R | R2>
  <K, V, E, R, W, E2, R2>(
    self: DStream<readonly [K, V], E, R>,
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): DStream<[K, [V, Option.Option<W>]], E | E2, R | R2>
} = dual(
  (args) => isDStream(args[1]),
  <K, V, E, R, W, E2, R2>(
    self: DStream<readonly [K, V], E, R>,
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): DStream<[K, [V, Option.Option<W>]], E | E2, R | R2> =>
    joined("leftOuterJoin", self, that, options, (left, right, by) => Rdd.leftOuterJoin(left, right, by)),
)

/**
 * Joins as {@link join} does, and keeps right values whose key has no left value in the batch: these are paired with
 * `None`. Spark: `PairDStreamFunctions.rightOuterJoin`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const ages = Testing.input<[string, number]>([[["bob", 40]]])
 * const towns = Testing.input<[string, string]>([[["ann", "Oslo"]]])
 * assert.deepEqual(await Effect.runPromise(Testing.run(ages.pipe(DStream.rightOuterJoin(towns)))), [[["ann", [Option.none(), "Oslo"]]]])
 * ```
 */
export const rightOuterJoin: {
  <K, W, E2, R2>(
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): <V = Mistake<NotPairs>, E = never, R = never>(
    self: DStream<readonly [K, V], E, R>,
  ) => DStream<[K, [Option.Option<V>, W]], E | E2, R | R2>
  <K, V, E, R, W, E2, R2>(
    self: DStream<readonly [K, V], E, R>,
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): DStream<[K, [Option.Option<V>, W]], E | E2, R | R2>
} = dual(
  (args) => isDStream(args[1]),
  <K, V, E, R, W, E2, R2>(
    self: DStream<readonly [K, V], E, R>,
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): DStream<[K, [Option.Option<V>, W]], E | E2, R | R2> =>
    joined("rightOuterJoin", self, that, options, (left, right, by) => Rdd.rightOuterJoin(left, right, by)),
)

/**
 * Joins as {@link join} does, and keeps the values of both sides: a value whose key the other stream does not have in
 * the batch is paired with `None`. Spark: `PairDStreamFunctions.fullOuterJoin`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const ages = Testing.input<[string, number]>([[["ann", 31]]])
 * const towns = Testing.input<[string, string]>([[["ann", "Oslo"]]])
 * assert.deepEqual(await Effect.runPromise(Testing.run(ages.pipe(DStream.fullOuterJoin(towns)))), [[["ann", [Option.some(31), Option.some("Oslo")]]]])
 * ```
 */
export const fullOuterJoin: {
  <K, W, E2, R2>(
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): <V = Mistake<NotPairs>, E = never, R = never>(
    self: DStream<readonly [K, V], E, R>,
  ) => DStream<[K, [Option.Option<V>, Option.Option<W>]], E | E2, R | R2>
  <K, V, E, R, W, E2, R2>(
    self: DStream<readonly [K, V], E, R>,
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): DStream<[K, [Option.Option<V>, Option.Option<W>]], E | E2, R | R2>
} = dual(
  (args) => isDStream(args[1]),
  <K, V, E, R, W, E2, R2>(
    self: DStream<readonly [K, V], E, R>,
    that: DStream<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): DStream<[K, [Option.Option<V>, Option.Option<W>]], E | E2, R | R2> =>
    joined("fullOuterJoin", self, that, options, (left, right, by) => Rdd.fullOuterJoin(left, right, by)),
)
