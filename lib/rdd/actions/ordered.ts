/**
 * Actions that return the smallest or largest records: takeOrdered, top, min, max.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import type { EmptyCollection } from "../../core/errors.ts"
import type { ActionError, Engine } from "../engine.ts"
import { type Block, fromArray } from "../block.ts"
import { firstOf, known } from "../operators/known_steps.ts"
import { checkCount, last, mergeSome, onDriverInPieces, records } from "../job.ts"
import { compare, type Comparison, orderIn, type OrderOption } from "../ordering.ts"
import { isRDD, type RDD } from "../rdd.ts"

/** Turns an order round if the largest records come first. */
const directed = <A>(order: Comparison<A>, largest: boolean): Comparison<A> => largest ? (a, b) => order(b, a) : order

/** Returns the first `n` records by an order. */
const smallest = <A, E, R>(
  operation: string,
  self: RDD<A, E, R>,
  n: number,
  options: OrderOption<A>,
  largest: boolean,
): Effect.Effect<Array<A>, ActionError<E>, R | Engine> => {
  const given = orderIn(options)
  const order = directed(given ?? compare, largest)
  const f = (block: Block<A>) => firstOf(block, n, order)
  const step = given === undefined ? known("smallest", { n, largest }) : { kind: "partition", f } as const
  const heads = last<A, E, R>(operation, self, step, checkCount(`RDD.${operation}`, n))
  return Effect.flatMap(records(heads), (all) => onDriverInPieces(heads, () => firstOf(fromArray(all), n, order)))
}

/**
 * Returns the `n` smallest records, smallest first; none if `n` is 0 or negative. Spark: `RDD.takeOrdered`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const two = RDD.parallelize([5, 3, 8, 1]).pipe(RDD.takeOrdered(2))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(two, sc)), [1, 3])
 * ```
 */
export const takeOrdered: {
  <A>(
    n: number,
    options?: OrderOption<A>,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<Array<A>, ActionError<E>, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    n: number,
    options?: OrderOption<A>,
  ): Effect.Effect<Array<A>, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    n: number,
    options: OrderOption<A> = {},
  ): Effect.Effect<Array<A>, ActionError<E>, R | Engine> => smallest("takeOrdered", self, n, options, false),
)

/**
 * Returns the `n` largest records, largest first; none if `n` is 0 or negative. Spark: `RDD.top`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const two = RDD.parallelize([5, 3, 8, 1]).pipe(RDD.top(2))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(two, sc)), [8, 5])
 * ```
 */
export const top: {
  <A>(
    n: number,
    options?: OrderOption<A>,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<Array<A>, ActionError<E>, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    n: number,
    options?: OrderOption<A>,
  ): Effect.Effect<Array<A>, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    n: number,
    options: OrderOption<A> = {},
  ): Effect.Effect<Array<A>, ActionError<E>, R | Engine> => smallest("top", self, n, options, true),
)

/** Returns the record that comes first by an order. */
const firstBy = <A, E, R>(
  operation: string,
  self: RDD<A, E, R>,
  options: OrderOption<A>,
  largest: boolean,
): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => {
  const given = orderIn(options)
  const order = directed(given ?? compare, largest)
  const f = (a: A, b: A): A => order(a, b) <= 0 ? a : b
  const partial = last<A, E, R>(
    operation,
    self,
    given === undefined ? known("best", { largest }) : { kind: "reduce", f },
  )
  return mergeSome(partial, (all) => all.reduce((a, b) => f(a, b)))
}

/**
 * Returns the smallest record; of equal ones, the first.
 *
 * An RDD without records fails with `EmptyCollection`. Spark: `RDD.min`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const least = RDD.parallelize(["b", "a"]).pipe(RDD.min())
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(least, sc)), "a")
 * ```
 */
export const min: {
  <A>(
    options?: OrderOption<A>,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    options?: OrderOption<A>,
  ): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    options: OrderOption<A> = {},
  ): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => firstBy("min", self, options, false),
)

/**
 * Returns the largest record; of equal ones, the first.
 *
 * An RDD without records fails with `EmptyCollection`. Spark: `RDD.max`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const most = RDD.parallelize(["b", "a"]).pipe(RDD.max())
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(most, sc)), "b")
 * ```
 */
export const max: {
  <A>(
    options?: OrderOption<A>,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    options?: OrderOption<A>,
  ): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    options: OrderOption<A> = {},
  ): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => firstBy("max", self, options, true),
)
