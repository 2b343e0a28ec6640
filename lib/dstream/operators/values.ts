/**
 * Operators that change the values of pairs and keep the keys: mapValues, flatMapValues.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { Mistake, NotPairs } from "../../core/literals.ts"
import type { Tupled } from "../../core/tupled.ts"
import * as Rdd from "../../rdd/operators/values.ts"
import { type DStream, lift } from "../dstream.ts"

/**
 * Applies `f` to every value. Keys and the partitioner stay. Spark: `PairDStreamFunctions.mapValues`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const tens = Testing.input<[string, number]>([[["a", 1], ["b", 2]]]).pipe(DStream.mapValues((n) => n * 10))
 * assert.deepEqual(await Effect.runPromise(Testing.run(tens)), [[["a", 10], ["b", 20]]])
 * ```
 */
export const mapValues: {
  <V = Mistake<NotPairs>, W extends Tupled = unknown>(
    f: (value: V) => W,
  ): <K, E, R>(self: DStream<readonly [K, V], E, R>) => DStream<[K, W], E, R>
  <K, V, E, R, W extends Tupled>(self: DStream<readonly [K, V], E, R>, f: (value: V) => W): DStream<[K, W], E, R>
} = dual(
  2,
  <K, V, E, R, W extends Tupled>(self: DStream<readonly [K, V], E, R>, f: (value: V) => W): DStream<[K, W], E, R> =>
    lift("mapValues", self, [f], (rdd, f) => Rdd.mapValues(rdd, f)),
)

/**
 * Applies `f` to every value and pairs the key with each of the results. The partitioner stays.
 * Spark: `PairDStreamFunctions.flatMapValues`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const words = Testing.input<[number, string]>([[[1, "to be"]]]).pipe(DStream.flatMapValues((line) => line.split(" ")))
 * assert.deepEqual(await Effect.runPromise(Testing.run(words)), [[[1, "to"], [1, "be"]]])
 * ```
 */
export const flatMapValues: {
  <V = Mistake<NotPairs>, W extends Tupled = unknown>(
    f: (value: V) => Iterable<W>,
  ): <K, E, R>(self: DStream<readonly [K, V], E, R>) => DStream<[K, W], E, R>
  <K, V, E, R, W extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    f: (value: V) => Iterable<W>,
  ): DStream<[K, W], E, R>
} = dual(
  2,
  <K, V, E, R, W extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    f: (value: V) => Iterable<W>,
  ): DStream<[K, W], E, R> => lift("flatMapValues", self, [f], (rdd, f) => Rdd.flatMapValues(rdd, f)),
)
