/**
 * RDDs taken as collections: distinct, intersection, subtract, cartesian. Records are compared as keys are, by value.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import { grouped } from "./cogroup.ts"
import { narrow } from "./element.ts"
import { own } from "./joins.ts"
import { combined } from "./keyed.ts"
import { fromOptions, type PartitionOptions } from "../partitioner.ts"
import { isRDD, make, type RDD } from "../rdd.ts"
import { keys } from "./values.ts"

const marked = <A, E, R>(operation: string, self: RDD<A, E, R>): RDD<[A, null], E, R> =>
  narrow(operation, self, { kind: "map", f: (a: A): [A, null] => [a, null] }, false)

/**
 * Every record once. The result has as many partitions, unless options say otherwise, and no order.
 * Spark: `RDD.distinct`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const once = RDD.parallelize([1, 1, 1]).pipe(RDD.distinct(), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(once, sc)), [1])
 * ```
 */
export const distinct: {
  (options?: PartitionOptions): <A, E, R>(self: RDD<A, E, R>) => RDD<A, E, R>
  <A, E, R>(self: RDD<A, E, R>, options?: PartitionOptions): RDD<A, E, R>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(self: RDD<A, E, R>, options?: PartitionOptions): RDD<A, E, R> =>
    keys(combined<[A, null], E, R>(
      "distinct",
      marked("distinct", self),
      { create: () => null, mergeValue: () => null, mergeCombiners: () => null, mapSide: true },
      options,
      "own",
    )),
)

/** Keeps each left record `keep` times, told how often it is left and right. */
const compared = <A, E, R, B, E2, R2>(
  operation: string,
  left: RDD<[A, null], E, R>,
  that: RDD<B, E2, R2>,
  options: PartitionOptions | undefined,
  keep: (left: number, right: number) => number,
): RDD<A, E | E2, R | R2> => {
  const f = ([left, right]: readonly [ReadonlyArray<null>, ReadonlyArray<null>]) =>
    left.slice(0, keep(left.length, right.length))
  const both = grouped<unknown, E | E2, R | R2>(operation, [left, marked(operation, that)], options)
  return keys(narrow<[A, null], E | E2, R | R2>(operation, both, { kind: "flatMapValues", f }, true))
}

/**
 * The records that are in both RDDs, each once. Spark: `RDD.intersection`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const both = RDD.parallelize([1, 2, 2]).pipe(RDD.intersection(RDD.parallelize([2, 3])), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(both, sc)), [2])
 * ```
 */
export const intersection: {
  <B, E2, R2>(
    that: RDD<B, E2, R2>,
    options?: PartitionOptions,
  ): <A, E, R>(self: RDD<A, E, R>) => RDD<A, E | E2, R | R2>
  <A, E, R, B, E2, R2>(
    self: RDD<A, E, R>,
    that: RDD<B, E2, R2>,
    options?: PartitionOptions,
  ): RDD<A, E | E2, R | R2>
} = dual(
  (args) => isRDD(args[1]),
  <A, E, R, B, E2, R2>(
    self: RDD<A, E, R>,
    that: RDD<B, E2, R2>,
    options?: PartitionOptions,
  ): RDD<A, E | E2, R | R2> =>
    compared(
      "intersection",
      marked("intersection", self),
      that,
      options,
      (left, right) => right === 0 ? 0 : Math.min(left, 1),
    ),
)

/**
 * The records that the other RDD does not have, repeated ones as often as they are there. The result has as many
 * partitions as the left RDD, unless options say otherwise. Spark: `RDD.subtract`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const rest = RDD.parallelize([1, 1, 2]).pipe(RDD.subtract(RDD.parallelize([2, 3])), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(rest, sc)), [1, 1])
 * ```
 */
export const subtract: {
  <B, E2, R2>(
    that: RDD<B, E2, R2>,
    options?: PartitionOptions,
  ): <A, E, R>(self: RDD<A, E, R>) => RDD<A, E | E2, R | R2>
  <A, E, R, B, E2, R2>(
    self: RDD<A, E, R>,
    that: RDD<B, E2, R2>,
    options?: PartitionOptions,
  ): RDD<A, E | E2, R | R2>
} = dual(
  (args) => isRDD(args[1]),
  <A, E, R, B, E2, R2>(
    self: RDD<A, E, R>,
    that: RDD<B, E2, R2>,
    options?: PartitionOptions,
  ): RDD<A, E | E2, R | R2> => {
    const left = marked("subtract", self)
    return compared(
      "subtract",
      fromOptions(options) === undefined ? own("subtract", left) : left,
      that,
      options,
      (left, right) => right === 0 ? left : 0,
    )
  },
)

/**
 * Every record of the one RDD with every record of the other; partition `i * m + j` has those of the partitions `i` and
 * `j`, where the other has `m`. Spark: `RDD.cartesian`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const pairs = RDD.parallelize([1, 2]).pipe(RDD.cartesian(RDD.parallelize(["a"])), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(pairs, sc)), [[1, "a"], [2, "a"]])
 * ```
 */
export const cartesian: {
  <B, E2, R2>(that: RDD<B, E2, R2>): <A, E, R>(self: RDD<A, E, R>) => RDD<[A, B], E | E2, R | R2>
  <A, E, R, B, E2, R2>(self: RDD<A, E, R>, that: RDD<B, E2, R2>): RDD<[A, B], E | E2, R | R2>
} = dual(
  2,
  <A, E, R, B, E2, R2>(self: RDD<A, E, R>, that: RDD<B, E2, R2>): RDD<[A, B], E | E2, R | R2> =>
    make("cartesian", [self, that], { kind: "cartesian" }),
)
