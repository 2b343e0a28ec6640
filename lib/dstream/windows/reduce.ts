/**
 * Windows that are reduced to one record or a few: reduceByWindow, countByWindow, countByValueAndWindow.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import { dual } from "../../core/dual.ts"
import type { Mistake, NotAStream } from "../../core/literals.ts"
import type { Tupled } from "../../core/tupled.ts"
import { countedByValue } from "../../rdd/operators/counting.ts"
import { reduceByKey } from "../../rdd/operators/keyed.ts"
import { map, narrow } from "../../rdd/operators/element.ts"
import { known } from "../../rdd/operators/known_steps.ts"
import { hash, type PartitionOptions } from "../../rdd/partitioner.ts"
import type { Callable, Narrow } from "../../rdd/primitive.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { type AnyDStream, type DStream, isDStream } from "../dstream.ts"
import { checked, chosen } from "../operators/partitioning.ts"
import { withInverse } from "./with_inverse.ts"
import { frame, type WindowOptions } from "./frame.ts"
import { withoutInverse } from "./without_inverse.ts"
import { sliding } from "./sliding.ts"

/** Options of {@link reduceByWindow}. */
export interface WindowReduceOptions<A> extends WindowOptions {
  /**
   * The inverse of `f`, which removes `b` from `a`: `inverse(f(a, b), a)` is `b`, and `inverse(f(a, b), b)` is `a`. For
   * numbers these must hold up to rounding; where they do not, the aggregate is made anew of the values in the window.
   * {@link reduceByKeyAndWindow} says when to give one.
   */
  readonly inverse?: ((a: A, b: A) => A) | undefined
}

const onePartition = hash(1)
const add = (a: number, b: number): number => a + b
const subtract = (a: number, b: number): number => a - b
const counting = withInverse(add, subtract, undefined)

/** Reduces each partition to one record by `step`, and these to one pair with the key `null` by `f`. */
const reduced = (rdd: RDD<never, unknown, unknown>, step: Narrow, f: Callable) =>
  reduceByKey(
    map(narrow<unknown, unknown, unknown>(step.kind, rdd, step, false), (value): [null, unknown] => [null, value]),
    f,
    { partitioner: onePartition },
  )

/**
 * Reduces the records of each window to one with `f`, which must be associative. A window without records stays empty.
 *
 * The number of calls of `f` for each batch is bounded, however long the window is. The older record is always the
 * first argument, and `f` must not change its arguments. With an `inverse`, each batch that enters or leaves costs one
 * call, and `f` must be commutative as well. Durations follow the rules of {@link window}.
 *
 * Spark: `DStream.reduceByWindow`. With an inverse, Spark needs a checkpoint directory, and still returns a record when
 * all records have left the window.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const numbers = Testing.input([[1, 2], [3], [4], [], []])
 * const most = numbers.pipe(DStream.reduceByWindow((a, b) => Math.max(a, b), "2 seconds"))
 * assert.deepEqual(await Effect.runPromise(Testing.run(most)), [[2], [3], [4], [4], []])
 *
 * const sums = DStream.reduceByWindow(numbers, (a, b) => a + b, "4 seconds", {
 *   slide: "2 seconds",
 *   inverse: (a, b) => a - b,
 * })
 * assert.deepEqual(await Effect.runPromise(Testing.run(sums)), [undefined, [6], undefined, [10], undefined])
 * ```
 */
export const reduceByWindow: {
  <A extends Tupled>(
    f: (a: A, b: A) => A,
    windowDuration: Duration.Input,
    options?: WindowReduceOptions<A>,
  ): <E, R>(self: DStream<A, E, R>) => DStream<A, E, R>
  <A extends Tupled, E, R>(
    self: DStream<A, E, R>,
    f: (a: A, b: A) => A,
    windowDuration: Duration.Input,
    options?: WindowReduceOptions<A>,
  ): DStream<A, E, R>
  (
    f: (a: never, b: never) => unknown,
    inverseOrDuration: NotAStream | ((a: never, b: never) => unknown),
    ...others: ReadonlyArray<unknown>
  ): Mistake<
    'the arguments are a function, a duration such as "10 seconds", and options such as { slide: "2 seconds" }'
  >
} = dual(
  (args) => isDStream(args[0]),
  <A extends Tupled, E, R>(
    self: DStream<A, E, R>,
    f: (a: A, b: A) => A,
    windowDuration: Duration.Input,
    options: WindowReduceOptions<A> = {},
  ): DStream<A, E, R> => {
    const { inverse, slide } = options
    return sliding(self, {
      operation: "reduceByWindow",
      frame: frame(inverse === undefined ? "windowed" : "reduced", self, windowDuration, slide),
      functions: { f, inverse },
      reduce: (rdd, _, { f }) => reduced(rdd, { kind: "reduce", f }, f),
      partitioner: () => onePartition,
      slide: ({ f, inverse }) =>
        inverse === undefined ? withoutInverse(f, undefined) : withInverse(f, inverse, undefined),
      seesLeaving: inverse !== undefined,
      emit: (values) => values,
    })
  },
)

/**
 * Counts the records of each window. The result is always one record, 0 for a window without records. Durations follow
 * the rules of {@link window}. Spark: `DStream.countByWindow`, which has no record until the first one has arrived, and
 * needs a checkpoint directory.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const counts = Testing.input([[], ["a", "b"], ["c"], []]).pipe(DStream.countByWindow("2 seconds"))
 * assert.deepEqual(await Effect.runPromise(Testing.run(counts)), [[0], [2], [3], [1]])
 * ```
 */
export const countByWindow: {
  (windowDuration: Duration.Input, options?: WindowOptions): <A, E, R>(self: DStream<A, E, R>) => DStream<number, E, R>
  <A, E, R>(self: DStream<A, E, R>, windowDuration: Duration.Input, options?: WindowOptions): DStream<number, E, R>
  (
    windowDuration: NotAStream,
    ...others: ReadonlyArray<unknown>
  ): Mistake<'the arguments are a duration such as "10 seconds", and options such as { slide: "2 seconds" }'>
  (
    self: AnyDStream,
    windowDuration: Mistake<
      'the arguments are a stream, a duration such as "10 seconds", and options such as { slide: "2 seconds" }'
    >,
    ...others: ReadonlyArray<unknown>
  ): unknown
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(self: DStream<A, E, R>, windowDuration: Duration.Input, options?: WindowOptions): DStream<number, E, R> =>
    sliding(self, {
      operation: "countByWindow",
      frame: frame("reduced", self, windowDuration, options?.slide),
      functions: {},
      reduce: (rdd) => reduced(rdd, known("count", null), add),
      partitioner: () => onePartition,
      slide: () => counting,
      seesLeaving: true,
      emit: (counts) => counts.length === 0 ? [0] : counts,
    }),
)

/**
 * Counts how often each record occurs in each window: `[record, count]`. Records are compared by value, as keys are.
 * Durations follow the rules of {@link window}. Spark: `DStream.countByValueAndWindow`, which needs a checkpoint
 * directory.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const counts = Testing.input([["a"], ["a"], []]).pipe(DStream.countByValueAndWindow("2 seconds"))
 * assert.deepEqual(await Effect.runPromise(Testing.run(counts)), [[["a", 1]], [["a", 2]], [["a", 1]]])
 * ```
 */
export const countByValueAndWindow: {
  (
    windowDuration: Duration.Input,
    options?: WindowOptions & PartitionOptions,
  ): <A, E, R>(self: DStream<A, E, R>) => DStream<[A, number], E, R>
  <A, E, R>(
    self: DStream<A, E, R>,
    windowDuration: Duration.Input,
    options?: WindowOptions & PartitionOptions,
  ): DStream<[A, number], E, R>
  (
    windowDuration: NotAStream,
    ...others: ReadonlyArray<unknown>
  ): Mistake<'the arguments are a duration such as "10 seconds", and options such as { slide: "2 seconds" }'>
  (
    self: AnyDStream,
    windowDuration: Mistake<
      'the arguments are a stream, a duration such as "10 seconds", and options such as { slide: "2 seconds" }'
    >,
    ...others: ReadonlyArray<unknown>
  ): unknown
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(
    self: DStream<A, E, R>,
    windowDuration: Duration.Input,
    options?: WindowOptions & PartitionOptions,
  ): DStream<[A, number], E, R> =>
    sliding(self, {
      operation: "countByValueAndWindow",
      frame: frame("reduced", self, windowDuration, options?.slide),
      functions: {},
      reduce: (rdd, batch) => countedByValue(rdd, chosen(batch, options)),
      partitioner: (batch) => chosen(batch, options).partitioner,
      slide: () => counting,
      seesLeaving: true,
      check: checked("countByValueAndWindow", options).check,
    }),
)
