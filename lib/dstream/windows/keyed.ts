/**
 * Windows over pairs: groupByKeyAndWindow, reduceByKeyAndWindow. Records are `[key, value]`.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import { dual } from "../../core/dual.ts"
import type { Mistake, NotAStream, NotPairs } from "../../core/literals.ts"
import type { Tupled } from "../../core/tupled.ts"
import { groupByKey } from "../../rdd/operators/grouping.ts"
import { combineByKey, reduceByKey } from "../../rdd/operators/keyed.ts"
import type { PartitionOptions } from "../../rdd/partitioner.ts"
import { type AnyDStream, type DStream, isDStream, lift } from "../dstream.ts"
import { checked, chosen } from "../operators/partitioning.ts"
import { windowed } from "./window.ts"
import { withInverse } from "./with_inverse.ts"
import { frame, type WindowOptions } from "./frame.ts"
import { withoutInverse } from "./without_inverse.ts"
import type { WindowReduceOptions } from "./reduce.ts"
import { sliding } from "./sliding.ts"

const concatenation = {
  createCombiner: <V>(group: ReadonlyArray<V>): Array<V> => group.slice(),
  mergeValue: <V>(groups: Array<V>, group: ReadonlyArray<V>): Array<V> => {
    for (const value of group) groups.push(value)
    return groups
  },
  mergeCombiners: <V>(a: Array<V>, b: Array<V>): Array<V> => a.concat(b),
}

/**
 * Collects the values that each key has in the window, oldest first. Keys without a value in the window are not in the
 * result. Durations follow the rules of {@link window}. Spark: `PairDStreamFunctions.groupByKeyAndWindow`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const groups = Testing.input<[string, number]>([[["a", 1]], [["a", 2], ["a", 3]], []]).pipe(
 *   DStream.groupByKeyAndWindow("2 seconds"),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(groups)), [[["a", [1]]], [["a", [1, 2, 3]]], [["a", [2, 3]]]])
 * ```
 */
export const groupByKeyAndWindow: {
  (
    windowDuration: Duration.Input,
    options?: WindowOptions & PartitionOptions,
  ): <K = Mistake<NotPairs>, V = unknown, E = never, R = never>(
    self: DStream<readonly [K, V], E, R>,
  ) => DStream<[K, ReadonlyArray<V>], E, R>
  <K, V, E, R>(
    self: DStream<readonly [K, V], E, R>,
    windowDuration: Duration.Input,
    options?: WindowOptions & PartitionOptions,
  ): DStream<[K, ReadonlyArray<V>], E, R>
  (
    windowDuration: NotAStream,
    ...others: ReadonlyArray<unknown>
  ): Mistake<'the arguments are a duration such as "10 seconds", and options such as { slide: "2 seconds" }'>
  (
    self: AnyDStream,
    windowDuration: Mistake<
      'the arguments are a stream of pairs, a duration such as "10 seconds", and options such as { slide: "2 seconds" }'
    >,
    ...others: ReadonlyArray<unknown>
  ): unknown
} = dual(
  (args) => isDStream(args[0]),
  <K, V, E, R>(
    self: DStream<readonly [K, V], E, R>,
    windowDuration: Duration.Input,
    options?: WindowOptions & PartitionOptions,
  ): DStream<[K, ReadonlyArray<V>], E, R> => {
    const operation = "groupByKeyAndWindow"
    const groups = lift(operation, self, [], (rdd, batch) => groupByKey(rdd, chosen(batch, options)))
    return lift(
      operation,
      windowed(groups, frame("windowed", self, windowDuration, options?.slide)),
      [],
      (rdd, batch) =>
        combineByKey<K, ReadonlyArray<V>, E, R, ReadonlyArray<V>>(rdd, concatenation as never, chosen(batch, options)),
      checked(operation, options),
    )
  },
)

/** Options of {@link reduceByKeyAndWindow}. */
export interface WindowReduceByKeyOptions<K, V> extends WindowReduceOptions<V>, PartitionOptions {
  /**
   * Removes pairs from the result: those for which it returns false. With an inverse, the state of such a key is
   * dropped as well, so a key that comes back starts anew.
   */
  readonly filter?: ((pair: readonly [key: K, value: V]) => boolean) | undefined
}

/**
 * Reduces the values that each key has in the window to one with `f`, which must be associative. Keys without a value
 * in the window are not in the result; all other keys are in the result of every slide.
 *
 * The number of calls of `f` for each key and slide is bounded, however long the window is. The older value is always
 * the first argument, and `f` must not change its arguments. Durations follow the rules of {@link window}.
 *
 * With an `inverse`, each value of a batch that enters or leaves costs one call, and `f` must be commutative as well.
 * Without one, the cost is about the same here, unlike in Spark: each value is merged about three times, however long
 * the window is. So give an inverse only if the arithmetic is exact, as with counts and sums of whole numbers up to
 * 2^53, and if its calls are cheaper. With decimals, rounding errors of a key add up until the window has none of its
 * values for a moment. After a `NaN`, an infinite number, or a number so large that others vanish beside it, an inverse
 * cannot restore the sum: such aggregates are made anew of the values in the window until it has left. Numbers are found
 * in properties, arrays and maps, but not in private fields: give no inverse for aggregates that hide numbers there.
 *
 * Spark: `PairDStreamFunctions.reduceByKeyAndWindow`. With an inverse, Spark needs a checkpoint directory, keeps keys
 * without values in the window at a value such as 0 unless they are filtered out, fails when the batch of a filtered
 * key leaves, and counts batches between windows if the slide is longer than the window.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const pairs = Testing.input([["a"], ["a", "b"], ["b"], []]).pipe(DStream.map((word) => [word, 1]))
 * const add = (a: number, b: number) => a + b
 *
 * const counts = pairs.pipe(DStream.reduceByKeyAndWindow(add, "2 seconds", { partitions: 1 }))
 * const expected = [[["a", 1]], [["a", 2], ["b", 1]], [["a", 1], ["b", 2]], [["b", 1]]]
 * assert.deepEqual(await Effect.runPromise(Testing.run(counts)), expected)
 *
 * const sliding = pairs.pipe(
 *   DStream.reduceByKeyAndWindow(add, "4 seconds", { slide: "2 seconds", inverse: (a, b) => a - b, partitions: 1 }),
 * )
 * const everyOther = [undefined, [["a", 2], ["b", 1]], undefined, [["a", 2], ["b", 2]]]
 * assert.deepEqual(await Effect.runPromise(Testing.run(sliding)), everyOther)
 * ```
 */
export const reduceByKeyAndWindow: {
  <V extends Tupled = never>(
    f: (a: V, b: V) => V,
    windowDuration: Duration.Input,
    options?: WindowReduceOptions<V> & PartitionOptions & { readonly filter?: undefined },
  ): <K = Mistake<NotPairs>, E = never, R = never>(self: DStream<readonly [K, V], E, R>) => DStream<[K, V], E, R>
  <J, V extends Tupled = never>(
    f: (a: V, b: V) => V,
    windowDuration: Duration.Input,
    options: WindowReduceByKeyOptions<J, V>,
  ): <K extends J, E, R>(self: DStream<readonly [J, V], E, R> & DStream<readonly [K, V], E, R>) => DStream<[K, V], E, R>
  <K, V extends Tupled, E, R>(
    self: DStream<readonly [K, V], E, R>,
    f: (a: V, b: V) => V,
    windowDuration: Duration.Input,
    options?: WindowReduceByKeyOptions<K, V>,
  ): DStream<[K, V], E, R>
  (
    f: (a: never, b: never) => unknown,
    inverseOrDuration: NotAStream | ((a: never, b: never) => unknown),
    ...others: ReadonlyArray<unknown>
  ): Mistake<
    'the records must be pairs, and the arguments a function, a duration such as "10 seconds", and options such as { slide: "2 seconds" }'
  >
} = dual(
  (args) => isDStream(args[0]),
  <K, V extends Tupled, E, R>(
    self: DStream<readonly [K, V], E, R>,
    f: (a: V, b: V) => V,
    windowDuration: Duration.Input,
    options: WindowReduceByKeyOptions<K, V> = {},
  ): DStream<[K, V], E, R> => {
    const { filter, inverse, slide } = options
    const operation = "reduceByKeyAndWindow"
    return sliding(self, {
      operation,
      frame: frame(inverse === undefined ? "windowed" : "reduced", self, windowDuration, slide),
      functions: { f, inverse, filter },
      reduce: (rdd, batch, { f }) => reduceByKey(rdd, f, chosen(batch, options)),
      partitioner: (batch) => chosen(batch, options).partitioner,
      slide: ({ f, inverse, filter }) =>
        inverse === undefined ? withoutInverse(f, filter) : withInverse(f, inverse, filter),
      seesLeaving: inverse !== undefined,
      check: checked(operation, options).check,
    })
  },
)
