/**
 * Operators that concatenate RDDs: union, unionAll.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { ErrorOf, RecordOf, ServicesOf } from "./cogroup.ts"
import { type AnyRDD, make, type RDD } from "../rdd.ts"

/**
 * Concatenates two RDDs, duplicates included.
 *
 * The partitions of the second RDD follow those of the first. But if both have equal partitioners, the result keeps the
 * partitioner, and each of its partitions joins the partitions of both RDDs at the same index. Spark: `RDD.union`.
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
 * Concatenates a list of RDDs, as {@link union} does for two. RDDs without partitions are ignored.
 *
 * Spark: `SparkContext.union`.
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
