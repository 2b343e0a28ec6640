/**
 * The operator that groups several RDDs of pairs by key: cogroup. Joins are built on it.
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

/** The type of the services that an RDD needs. */
export type ServicesOf<S> = S extends RDD<unknown, unknown, infer R> ? R : never

/** A list of RDDs of pairs with keys of type `K`. */
export type PairRDDs<K> = ReadonlyArray<RDD<readonly [K, unknown], unknown, unknown>>

/** The types of the arrays of values, one for each RDD of a list. */
export type ValuesOf<S extends PairRDDs<unknown>> = {
  readonly [I in keyof S]: RecordOf<S[I]> extends readonly [unknown, infer V] ? ReadonlyArray<V> : never
}

/**
 * Groups the values of all parents by key; with `join`, joins the two parents. `operation` is the operator that the
 * user called.
 */
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
 * Groups the values of several RDDs by key: `[key, [values of self, values of that]]`.
 *
 * Takes one other RDD or a list of RDDs; each of them adds an array, which is empty if the RDD does not have the key.
 * Values are in the order of partitions and records. The keys of a partition are in the order in which they first
 * appear, one RDD after another. Spark: `PairRDDFunctions.cogroup`, `groupWith`.
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
