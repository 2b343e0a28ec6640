/**
 * Operators that combine the values of each key: reduceByKey, combineByKey, aggregateByKey. Records are `[key, value]`.
 *
 * The partitioner in the options decides which partition a key is in. Without one, keys are hashed into as many
 * partitions as the engine's default parallelism.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { Mistake, NotPairs } from "../../core/literals.ts"
import type { Grown, Tupled } from "../../core/tupled.ts"
import * as Rdd from "../../rdd/operators/keyed.ts"
import type { PartitionOptions } from "../../rdd/partitioner.ts"
import { type DStream, isDStream, lift } from "../dstream.ts"
import { checked, chosen } from "./partitioning.ts"

/**
 * Reduces the values that each key has in a batch to one with `f`, which must be associative and commutative.
 * Spark: `PairDStreamFunctions.reduceByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const counts = Testing.input([["a", "a"], ["a"], []]).pipe(
 *   DStream.map((word) => [word, 1]),
 *   DStream.reduceByKey((a, b) => a + b),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(counts)), [[["a", 2]], [["a", 1]], []])
 * ```
 */
export const reduceByKey: {
  <V extends Tupled = never>(
    f: (a: V, b: V) => V,
    options?: PartitionOptions,
  ): <K = Mistake<NotPairs>, E = never, R = never>(self: DStream<readonly [K, V], E, R>) => DStream<[K, V], E, R>
  <K, V extends Tupled, E, R>(
    self: DStream<readonly [K, V], E, R>,
    f: (a: V, b: V) => V,
    options?: PartitionOptions,
  ): DStream<[K, V], E, R>
  (
    f: (a: never, b: never) => unknown,
    options?: PartitionOptions,
  ): Mistake<"the records must be pairs: [key, value], and f takes two values and returns one">
} = dual(
  (args) => isDStream(args[0]),
  <K, V extends Tupled, E, R>(
    self: DStream<readonly [K, V], E, R>,
    f: (a: V, b: V) => V,
    options?: PartitionOptions,
  ): DStream<[K, V], E, R> =>
    lift(
      "reduceByKey",
      self,
      [f],
      (rdd, f, batch) => Rdd.reduceByKey(rdd, f, chosen(batch, options)),
      checked("reduceByKey", options),
    ),
)

/**
 * Combines the values that each key has in a batch into one, of another type if need be. Values are combined in each
 * partition first, then across partitions; `mapSideCombine: false` skips the first step.
 * Spark: `PairDStreamFunctions.combineByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const sums = Testing.input<[string, number]>([[["a", 1], ["a", 3]]]).pipe(
 *   DStream.combineByKey({
 *     createCombiner: (n: number) => [n, 1],
 *     mergeValue: ([sum, count], n) => [sum + n, count + 1],
 *     mergeCombiners: (a, b) => [a[0] + b[0], a[1] + b[1]],
 *   }),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(sums)), [[["a", [4, 2]]]])
 * ```
 */
export const combineByKey: {
  <V, C extends Tupled>(
    combiners: Rdd.Combiners<V, C>,
    options?: PartitionOptions & { readonly mapSideCombine?: boolean | undefined },
  ): <K = Mistake<NotPairs>, E = never, R = never>(self: DStream<readonly [K, V], E, R>) => DStream<[K, Grown<C>], E, R>
  <K, V, E, R, C extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    combiners: Rdd.Combiners<V, C>,
    options?: PartitionOptions & { readonly mapSideCombine?: boolean | undefined },
  ): DStream<[K, Grown<C>], E, R>
} = dual(
  (args) => isDStream(args[0]),
  <K, V, E, R, C extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    combiners: Rdd.Combiners<V, C>,
    options?: PartitionOptions & { readonly mapSideCombine?: boolean | undefined },
  ): DStream<[K, Grown<C>], E, R> => {
    const { createCombiner, mergeCombiners, mergeValue } = combiners
    return lift(
      "combineByKey",
      self,
      [createCombiner, mergeValue, mergeCombiners],
      (rdd, createCombiner, mergeValue, mergeCombiners, batch) =>
        Rdd.combineByKey(rdd, { createCombiner, mergeValue, mergeCombiners }, {
          ...chosen(batch, options),
          mapSideCombine: options?.mapSideCombine,
        }),
      checked("combineByKey", options),
    )
  },
)

/**
 * Folds the values that each key has in a batch, starting from `zero`: `seq` folds the values of each partition, and
 * `comb` merges the results of the partitions. `seq` may change its copy of `zero` in place. Spark:
 * `PairRDDFunctions.aggregateByKey` on every batch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const lengths = Testing.input<[string, string]>([[["a", "x"], ["a", "yz"]]]).pipe(
 *   DStream.aggregateByKey(0, (sum, word: string) => sum + word.length, (a, b) => a + b),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(lengths)), [[["a", 3]]])
 * ```
 */
export const aggregateByKey: {
  <V, U extends Rdd.Zero>(
    zero: U,
    seq: (aggregate: U, value: V) => U,
    comb: (a: U, b: U) => U,
    options?: PartitionOptions,
  ): <K = Mistake<NotPairs>, E = never, R = never>(self: DStream<readonly [K, V], E, R>) => DStream<[K, U], E, R>
  <K, V, E, R, U extends Rdd.Zero>(
    self: DStream<readonly [K, V], E, R>,
    zero: U,
    seq: (aggregate: U, value: V) => U,
    comb: (a: U, b: U) => U,
    options?: PartitionOptions,
  ): DStream<[K, U], E, R>
} = dual(
  (args) => isDStream(args[0]),
  <K, V, E, R, U extends Rdd.Zero>(
    self: DStream<readonly [K, V], E, R>,
    zero: U,
    seq: (aggregate: U, value: V) => U,
    comb: (a: U, b: U) => U,
    options?: PartitionOptions,
  ): DStream<[K, U], E, R> =>
    lift(
      "aggregateByKey",
      self,
      [seq, comb],
      (rdd, seq, comb, batch) => Rdd.aggregateByKey(rdd, zero, seq, comb, chosen(batch, options)),
      checked("aggregateByKey", options),
    ),
)
