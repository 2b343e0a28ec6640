/**
 * Operators on single records: map, flatMap, filter, filterMap, keyBy.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import * as Option from "effect/Option"
import { optionOf, recordOf } from "../../core/results.ts"
import type { Tupled } from "../../core/tupled.ts"
import type { Narrow } from "../primitive.ts"
import { make, type RDD } from "../rdd.ts"

/** Adds one step on each partition to an RDD. `preserves` says whether the result keeps the partitioner. */
export const narrow = <A, E, R>(
  operation: string,
  self: RDD<unknown, E, R>,
  step: Narrow,
  preserves: boolean,
): RDD<A, E, R> => make(operation, [self], { kind: "narrow", step, preserves })

/**
 * Applies `f` to every record. Spark: `RDD.map`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const doubled = RDD.parallelize([1, 2, 3]).pipe(RDD.map((n) => n * 2), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(doubled, sc)), [2, 4, 6])
 * ```
 */
export const map: {
  <A, B extends Tupled>(f: (a: A) => B): <E, R>(self: RDD<A, E, R>) => RDD<B, E, R>
  <A, E, R, B extends Tupled>(self: RDD<A, E, R>, f: (a: A) => B): RDD<B, E, R>
} = dual(
  2,
  <A, E, R, B extends Tupled>(self: RDD<A, E, R>, f: (a: A) => B): RDD<B, E, R> =>
    narrow("map", self, { kind: "map", f }, false),
)

/**
 * Applies `f` to every record and concatenates the results. Spark: `RDD.flatMap`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const words = RDD.parallelize(["to be", "or not"]).pipe(RDD.flatMap((line) => line.split(" ")), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(words, sc)), ["to", "be", "or", "not"])
 * ```
 */
export const flatMap: {
  <A, B extends Tupled>(f: (a: A) => Iterable<B>): <E, R>(self: RDD<A, E, R>) => RDD<B, E, R>
  <A, E, R, B extends Tupled>(self: RDD<A, E, R>, f: (a: A) => Iterable<B>): RDD<B, E, R>
} = dual(
  2,
  <A, E, R, B extends Tupled>(self: RDD<A, E, R>, f: (a: A) => Iterable<B>): RDD<B, E, R> =>
    narrow("flatMap", self, { kind: "flatMap", f }, false),
)

/**
 * Keeps the records for which `f` returns true. The partitioner is kept. Spark: `RDD.filter`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const even = RDD.range(0, 6).pipe(RDD.filter((n) => n % 2 === 0), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(even, sc)), [0, 2, 4])
 * ```
 */
export const filter: {
  <A, B extends A>(f: (a: A) => a is B): <E, R>(self: RDD<A, E, R>) => RDD<B, E, R>
  <A>(f: (a: A) => boolean): <E, R>(self: RDD<A, E, R>) => RDD<A, E, R>
  <A, E, R, B extends A>(self: RDD<A, E, R>, f: (a: A) => a is B): RDD<B, E, R>
  <A, E, R>(self: RDD<A, E, R>, f: (a: A) => boolean): RDD<A, E, R>
} = dual(
  2,
  <A, E, R>(self: RDD<A, E, R>, f: (a: A) => boolean): RDD<A, E, R> =>
    narrow("filter", self, { kind: "filter", f }, true),
)

/**
 * Applies `f` to every record and keeps the values of the `Some`s that it returns.
 *
 * Records for which `f` returns `None` are dropped. Spark: `RDD.collect` with a partial function.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect, Option } from "effect"
 *
 * const half = (n: number) => n % 2 === 0 ? Option.some(n / 2) : Option.none()
 * const halves = RDD.range(0, 6).pipe(RDD.filterMap(half), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(halves, sc)), [0, 1, 2])
 * ```
 */
export const filterMap: {
  <A, B extends Tupled>(f: (a: A) => Option.Option<B>): <E, R>(self: RDD<A, E, R>) => RDD<B, E, R>
  <A, E, R, B extends Tupled>(self: RDD<A, E, R>, f: (a: A) => Option.Option<B>): RDD<B, E, R>
} = dual(
  2,
  <A, E, R, B extends Tupled>(self: RDD<A, E, R>, f: (a: A) => Option.Option<B>): RDD<B, E, R> =>
    narrow("filterMap", self, { kind: "flatMap", f: (a: A) => Option.toArray(optionOf(f(a))) }, false),
)

/**
 * Pairs every record with the key that `f` returns for it: `[key, record]`. Spark: `RDD.keyBy`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const byLength = RDD.parallelize(["a", "bb"]).pipe(RDD.keyBy((word) => word.length), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(byLength, sc)), [[1, "a"], [2, "bb"]])
 * ```
 */
export const keyBy: {
  <A, K extends Tupled>(f: (a: A) => K): <E, R>(self: RDD<A, E, R>) => RDD<[K, A], E, R>
  <A, E, R, K extends Tupled>(self: RDD<A, E, R>, f: (a: A) => K): RDD<[K, A], E, R>
} = dual(
  2,
  <A, E, R, K extends Tupled>(self: RDD<A, E, R>, f: (a: A) => K): RDD<[K, A], E, R> =>
    narrow("keyBy", self, { kind: "map", f: (a: A): [K, A] => [recordOf(f(a)), a] }, false),
)
