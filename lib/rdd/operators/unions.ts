/**
 * RDDs after one another: union, unionAll.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { ErrorOf, RecordOf, ServicesOf } from "./cogroup.ts"
import { type AnyRDD, make, type RDD } from "../rdd.ts"

/**
 * The records of both RDDs, the second one's partitions after the first one's; nothing is removed. An RDD without
 * partitions leaves the other as it is; RDDs with equal partitioners keep it, partition by partition. Spark:
 * `RDD.union`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const all = RDD.parallelize([1, 2]).pipe(RDD.union(RDD.parallelize([2])), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(all, sc)), [1, 2, 2])
 * ```
 */
export const union: {
  <B, E2, R2>(that: RDD<B, E2, R2>): <A, E, R>(self: RDD<A, E, R>) => RDD<A | B, E | E2, R | R2>
  <A, E, R, B, E2, R2>(self: RDD<A, E, R>, that: RDD<B, E2, R2>): RDD<A | B, E | E2, R | R2>
} = dual(
  2,
  <A, E, R, B, E2, R2>(self: RDD<A, E, R>, that: RDD<B, E2, R2>): RDD<A | B, E | E2, R | R2> =>
    make("union", [self, that], { kind: "union" }),
)

/**
 * The records of all RDDs, one after another, as {@link union} does it. Spark: `SparkContext.union`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const all = RDD.unionAll([RDD.parallelize([1]), RDD.empty(), RDD.parallelize(["a"])]).pipe(RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(all, sc)), [1, "a"])
 * ```
 */
export const unionAll = <const S extends ReadonlyArray<AnyRDD>>(
  rdds: S,
): RDD<RecordOf<S[number]>, ErrorOf<S[number]>, ServicesOf<S[number]>> => make("union", rdds, { kind: "union" })
