/**
 * Operators that work record by record: map, filter, flatMap.
 *
 * An empty batch stays empty. In a batch in which the parent has no RDD, the result has none either.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { Tupled } from "../../core/tupled.ts"
import * as Rdd from "../../rdd/operators/element.ts"
import { type DStream, lift } from "../dstream.ts"

/**
 * Applies `f` to every record. Spark: `DStream.map`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const doubled = Testing.input([[1, 2], [3]]).pipe(DStream.map((n) => n * 2))
 * assert.deepEqual(await Effect.runPromise(Testing.run(doubled)), [[2, 4], [6]])
 * ```
 */
export const map: {
  <A, B extends Tupled>(f: (a: A) => B): <E, R>(self: DStream<A, E, R>) => DStream<B, E, R>
  <A, E, R, B extends Tupled>(self: DStream<A, E, R>, f: (a: A) => B): DStream<B, E, R>
} = dual(
  2,
  <A, E, R, B extends Tupled>(self: DStream<A, E, R>, f: (a: A) => B): DStream<B, E, R> =>
    lift("map", self, [f], (rdd, f) => Rdd.map(rdd, f), { effectVariant: "mapEffect" }),
)

/**
 * Applies `f` to every record and concatenates the results. Spark: `DStream.flatMap`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const words = Testing.input([["to be", "or not"], ["to be"]]).pipe(DStream.flatMap((line) => line.split(" ")))
 * assert.deepEqual(await Effect.runPromise(Testing.run(words)), [["to", "be", "or", "not"], ["to", "be"]])
 * ```
 */
export const flatMap: {
  <A, B extends Tupled>(f: (a: A) => Iterable<B>): <E, R>(self: DStream<A, E, R>) => DStream<B, E, R>
  <A, E, R, B extends Tupled>(self: DStream<A, E, R>, f: (a: A) => Iterable<B>): DStream<B, E, R>
} = dual(
  2,
  <A, E, R, B extends Tupled>(self: DStream<A, E, R>, f: (a: A) => Iterable<B>): DStream<B, E, R> =>
    lift("flatMap", self, [f], (rdd, f) => Rdd.flatMap(rdd, f), { effectVariant: "flatMapEffect" }),
)

/**
 * Keeps the records that `f` accepts. Spark: `DStream.filter`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const even = Testing.input([[1, 2, 4], [3]]).pipe(DStream.filter((n) => n % 2 === 0))
 * assert.deepEqual(await Effect.runPromise(Testing.run(even)), [[2, 4], []])
 * ```
 */
export const filter: {
  <A, B extends A>(f: (a: A) => a is B): <E, R>(self: DStream<A, E, R>) => DStream<B, E, R>
  <A>(f: (a: A) => boolean): <E, R>(self: DStream<A, E, R>) => DStream<A, E, R>
  <A, E, R, B extends A>(self: DStream<A, E, R>, f: (a: A) => a is B): DStream<B, E, R>
  <A, E, R>(self: DStream<A, E, R>, f: (a: A) => boolean): DStream<A, E, R>
} = dual(
  2,
  <A, E, R>(self: DStream<A, E, R>, f: (a: A) => boolean): DStream<A, E, R> =>
    lift("filter", self, [f], (rdd, f) => Rdd.filter(rdd, f), { effectVariant: "filterEffect" }),
)
