/**
 * Several RDDs of pairs brought together by key; joins are made of it.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import { checkPartitioning } from "./keyed.ts"
import { fromOptions, type PartitionOptions } from "../partitioner.ts"
import type { Join } from "../primitive.ts"
import { type AnyRDD, isRDD, make, type RDD } from "../rdd.ts"

/** The record type of an RDD. */
export type RecordOf<S> = S extends RDD<infer A, unknown, unknown> ? A : never

/** The error type of an RDD. */
export type ErrorOf<S> = S extends RDD<unknown, infer E, unknown> ? E : never

/** The services that an RDD needs. */
export type ServicesOf<S> = S extends RDD<unknown, unknown, infer R> ? R : never

/** RDDs of pairs with keys of type `K`. */
export type PairRDDs<K> = ReadonlyArray<RDD<readonly [K, unknown], unknown, unknown>>

/** For each RDD of pairs, an array of its values. */
export type ValuesOf<S extends PairRDDs<unknown>> = {
  readonly [I in keyof S]: RecordOf<S[I]> extends readonly [unknown, infer V] ? ReadonlyArray<V> : never
}

/** Groups the values of all `parents` by key, or joins those of two; `operation` is what the user called. */
export const grouped = <A, E, R>(
  operation: string,
  parents: ReadonlyArray<AnyRDD>,
  options: PartitionOptions | undefined,
  join?: Join,
): RDD<A, E, R> =>
  make(
    operation,
    parents,
    { kind: "cogroup", by: fromOptions(options) ?? "default", join },
    checkPartitioning(`RDD.${operation}`, options),
  )

/**
 * For each key of any of the RDDs, the values that each of them has for it: `[key, [values, values]]`. Takes one other
 * RDD, or a list of them for `[key, [values, values, values, …]]`. Values are in the order of partitions and records;
 * keys in the order in which they appear, RDD after RDD. Spark: `PairRDDFunctions.cogroup`, `groupWith`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const ages = RDD.parallelize<[string, number]>([["ann", 31]])
 * const towns = RDD.parallelize<[string, string]>([["ann", "Oslo"], ["ann", "Rome"]])
 * const both = ages.pipe(RDD.cogroup(towns), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(both, sc)), [["ann", [[31], ["Oslo", "Rome"]]]])
 * ```
 */
export const cogroup: {
  <K, W, E2, R2>(
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): <V, E, R>(
    self: RDD<readonly [K, V], E, R>,
  ) => RDD<[K, [ReadonlyArray<V>, ReadonlyArray<W>]], E | E2, R | R2>
  <K, const S extends PairRDDs<K>>(
    those: S,
    options?: PartitionOptions,
  ): <V, E, R>(
    self: RDD<readonly [K, V], E, R>,
  ) => RDD<[K, [ReadonlyArray<V>, ...ValuesOf<S>]], E | ErrorOf<S[number]>, R | ServicesOf<S[number]>>
  <K, V, E, R, W, E2, R2>(
    self: RDD<readonly [K, V], E, R>,
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): RDD<[K, [ReadonlyArray<V>, ReadonlyArray<W>]], E | E2, R | R2>
  <K, V, E, R, const S extends PairRDDs<K>>(
    self: RDD<readonly [K, V], E, R>,
    those: S,
    options?: PartitionOptions,
  ): RDD<[K, [ReadonlyArray<V>, ...ValuesOf<S>]], E | ErrorOf<S[number]>, R | ServicesOf<S[number]>>
} = dual(
  (args) => isRDD(args[1]) || Array.isArray(args[1]),
  (self: AnyRDD, those: AnyRDD | ReadonlyArray<AnyRDD>, options?: PartitionOptions): RDD<never, never, never> =>
    grouped("cogroup", isRDD(those) ? [self, those] : [self, ...those], options),
)
