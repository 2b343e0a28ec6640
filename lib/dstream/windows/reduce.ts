/**
 * Windows made one record, or a few: reduceByWindow, countByWindow, countByValueAndWindow.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import { dual } from "../../core/dual.ts"
import type { Tupled } from "../../core/tupled.ts"
import { map, narrow } from "../../rdd/operators/element.ts"
import { reduceByKey } from "../../rdd/operators/keyed.ts"
import { hash, type PartitionOptions } from "../../rdd/partitioner.ts"
import type { Narrow } from "../../rdd/primitive.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { type DStream, isDStream } from "../dstream.ts"
import { checked, chosen } from "../operators/partitioning.ts"
import { balanced } from "./with_inverse.ts"
import { frame, type WindowOptions } from "./frame.ts"
import { merged } from "./without_inverse.ts"
import { sliding } from "./sliding.ts"

/** How a window is reduced. */
export interface WindowReduceOptions<A> extends WindowOptions {
  /** Takes `b` out of `a` again: `inverse(f(a, b), a)` is `b`, and `inverse(f(a, b), b)` is `a`. */
  readonly inverse?: ((a: A, b: A) => A) | undefined
}

const one = hash(1)
const add = (a: number, b: number): number => a + b
const subtract = (a: number, b: number): number => a - b
const tally = (count: number): number => count + 1
const counted = balanced(add as never, subtract as never, undefined)

/** Each partition made one record, and these one pair in one partition. */
const alone = (rdd: RDD<never, unknown, unknown>, step: Narrow, f: (a: never, b: never) => unknown) =>
  reduceByKey(
    map(narrow<unknown, unknown, unknown>(step.kind, rdd, step, false), (value): [null, unknown] => [null, value]),
    f as (a: unknown, b: unknown) => unknown,
    { partitioner: one },
  )

/**
 * Reduces the records of each window to one with `f`, which must be associative; a window without records gives none.
 * `f` is called a bounded number of times for each batch however long the window is, always with the older records
 * first, and must leave what it is given as it is. With an `inverse` it is one call for each batch that enters or leaves,
 * and `f` must be commutative as well. Durations: see {@link window}. Spark: `DStream.reduceByWindow`, which with an inverse
 * needs a checkpoint directory, and goes on giving a record when all have left.
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
      reduce: (rdd) => alone(rdd, { kind: "reduce", f }, f),
      partitioner: () => one,
      slide: inverse === undefined ? merged(f as never) : balanced(f as never, inverse as never, undefined),
      leaving: inverse !== undefined,
      functions: inverse === undefined ? [f] : [f, inverse],
      emit: (values) => values,
    })
  },
)

/**
 * The number of records in each window: always one record, 0 for a window without any. Durations: see {@link window}.
 * Spark: `DStream.countByWindow`, which gives nothing until there has been a record, and needs a checkpoint directory.
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
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(self: DStream<A, E, R>, windowDuration: Duration.Input, options?: WindowOptions): DStream<number, E, R> =>
    sliding(self, {
      operation: "countByWindow",
      frame: frame("reduced", self, windowDuration, options?.slide),
      reduce: (rdd) => alone(rdd, { kind: "fold", f: tally, zero: () => 0 }, add),
      partitioner: () => one,
      slide: counted,
      leaving: true,
      functions: [],
      emit: (counts) => counts.length === 0 ? [0] : counts,
    }),
)

/**
 * How often each record occurs in each window: `[record, count]`, compared as keys are. Durations: see {@link window}.
 * Spark: `DStream.countByValueAndWindow`, which needs a checkpoint directory.
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
      reduce: (rdd, batch) => reduceByKey(map(rdd, (a): [unknown, number] => [a, 1]), add, chosen(batch, options)),
      partitioner: (batch) => chosen(batch, options).partitioner,
      slide: counted,
      leaving: true,
      functions: [],
      check: checked("countByValueAndWindow", options).check,
    }),
)
