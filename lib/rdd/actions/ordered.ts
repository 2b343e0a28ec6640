/**
 * Actions that look for the smallest and largest records: takeOrdered, top, min, max.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import type { EmptyCollection } from "../../core/errors.ts"
import type { ActionError, Engine } from "../engine.ts"
import { known } from "./known_steps.ts"
import { checkCount, last, mergeSome, onDriver, records } from "../job.ts"
import { compare, type Comparison, type OrderOption } from "../ordering.ts"
import { isRDD, type RDD } from "../rdd.ts"

/** An order, or the opposite one: the largest first. */
const directed = <A>(order: Comparison<A>, largest: boolean): Comparison<A> => largest ? (a, b) => order(b, a) : order

const smallest = <A, E, R>(
  operation: string,
  self: RDD<A, E, R>,
  n: number,
  { order: given }: OrderOption<A>,
  largest: boolean,
): Effect.Effect<Array<A>, ActionError<E>, R | Engine> => {
  const order = directed(given ?? compare, largest)
  const some = (part: ReadonlyArray<A>) => n > 0 ? part.toSorted(order).slice(0, n) : []
  const step = given === undefined ? known("smallest", { n, largest }) : { kind: "partition", f: some } as const
  const heads = last<A, E, R>(operation, self, step, checkCount(`RDD.${operation}`, n))
  return Effect.flatMap(records(heads), (all) => onDriver(heads, () => some(all)))
}

/**
 * The `n` smallest records, smallest first. Spark: `RDD.takeOrdered`.
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
 * The `n` largest records, largest first. Spark: `RDD.top`.
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

const best = <A, E, R>(
  operation: string,
  self: RDD<A, E, R>,
  { order: given }: OrderOption<A>,
  largest: boolean,
): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => {
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
 * The smallest record, the first one of equal ones; fails with `EmptyCollection` if there is none. Spark: `RDD.min`.
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
  ): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => best("min", self, options, false),
)

/**
 * The largest record, the first one of equal ones; fails with `EmptyCollection` if there is none. Spark: `RDD.max`.
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
  ): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => best("max", self, options, true),
)
