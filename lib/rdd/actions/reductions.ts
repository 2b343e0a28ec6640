/**
 * Actions that reduce all records to one value: reduce, fold, aggregate, treeReduce, treeAggregate.
 *
 * Each partition is reduced where it is computed. The driver merges the results of the partitions, in their order.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { type EmptyCollection, InvalidOption } from "../../core/errors.ts"
import { valueOf } from "../../core/results.ts"
import { checkZero, zeros } from "../../core/zero.ts"
import type { ActionError, Engine } from "../engine.ts"
import type { Zero } from "../operators/keyed.ts"
import { last, mergeSome, onDriver, records } from "../job.ts"
import { isRDD, type RDD } from "../rdd.ts"

/** Option of `treeReduce` and `treeAggregate`: the depth of the merge tree. */
export interface DepthOption {
  /** The number of levels of the merge tree: a positive whole number; 2 by default. */
  readonly depth?: number | undefined
}

const checkDepth = (where: string, { depth = 2 }: DepthOption): InvalidOption | undefined =>
  Number.isInteger(depth) && depth >= 1 ? undefined : new InvalidOption({
    where,
    option: "depth",
    value: depth,
    expected: `a positive whole number (Spark: "Depth must be greater than or equal to 1 but got ${depth}.")`,
  })

/**
 * Merges the results of partitions in rounds, as Spark does: each round merges result `i` into result `i % n` for a
 * smaller `n`. Returns the results that are left when a further round would not pay.
 */
const mergeRounds = <U>(
  partials: ReadonlyArray<U>,
  { depth = 2 }: DepthOption,
  lift: (partial: U) => U,
  comb: (a: U, b: U) => U,
): ReadonlyArray<U> => {
  const scale = Math.max(Math.ceil(partials.length ** (1 / depth)), 2)
  let merged = partials
  let n = partials.length
  while (n > scale + Math.ceil(n / scale)) {
    n = Math.floor(n / scale)
    const next: Array<U> = []
    merged.forEach((partial, i) => {
      const at = i % n
      next[at] = i < n ? lift(partial) : comb(next[at]!, lift(partial))
    })
    merged = next
  }
  return merged
}

/** Aggregates each partition, and starts from a copy of the zero value. `merge` merges the results on the driver. */
const aggregateWith = <A, E, R, U>(
  operation: string,
  self: RDD<A, E, R>,
  zero: U,
  seq: (aggregate: U, a: A) => U,
  merge: (partials: ReadonlyArray<U>, next: () => U) => U,
  invalid?: InvalidOption,
): Effect.Effect<U, ActionError<E>, R | Engine> => {
  const next = zeros(zero)
  const partial = last<U, E, R>(
    operation,
    self,
    { kind: "fold", f: seq, zero: next },
    checkZero(`RDD.${operation}`, zero) ?? invalid,
  )
  return Effect.flatMap(records(partial), (all) => onDriver(partial, () => merge(all, next)))
}

/** Reduces all records with `f`, in several rounds if `rounds` is true. */
const reduceWith = <A, E, R>(
  operation: string,
  self: RDD<A, E, R>,
  f: (a: A, b: A) => A,
  depth: DepthOption,
  rounds: boolean,
): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => {
  const partial = last<A, E, R>(operation, self, { kind: "reduce", f }, checkDepth(`RDD.${operation}`, depth))
  const merge = (a: A, b: A): A => valueOf(f(a, b))
  return mergeSome(
    partial,
    (all) => (rounds ? mergeRounds(all, depth, (a) => a, merge) : all).reduce((a, b) => merge(a, b)),
  )
}

/**
 * Reduces all records to one value with `f`, which must be associative and commutative.
 *
 * An RDD without records fails with `EmptyCollection`. Spark: `RDD.reduce`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sum = RDD.range(1, 5).pipe(RDD.reduce((a, b) => a + b))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(sum, sc)), 10)
 * ```
 */
export const reduce: {
  <A>(
    f: (a: A, b: A) => A,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    f: (a: A, b: A) => A,
  ): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine>
} = dual(
  2,
  <A, E, R>(
    self: RDD<A, E, R>,
    f: (a: A, b: A) => A,
  ): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => reduceWith("reduce", self, f, {}, false),
)

/**
 * Reduces all records as {@link reduce} does, but merges the results of partitions in several rounds.
 *
 * Spark: `RDD.treeReduce`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sum = RDD.range(1, 5, { partitions: 4 }).pipe(RDD.treeReduce((a, b) => a + b, { depth: 2 }))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(sum, sc)), 10)
 * ```
 */
export const treeReduce: {
  <A>(
    f: (a: A, b: A) => A,
    options?: DepthOption,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    f: (a: A, b: A) => A,
    options?: DepthOption,
  ): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    f: (a: A, b: A) => A,
    options: DepthOption = {},
  ): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => reduceWith("treeReduce", self, f, options, true),
)

/**
 * Folds all records into `zero` with `f`.
 *
 * `zero` is used once for each partition and once for the merge, so it should be neutral for `f`. Each use
 * gets a copy, so `f` may change its first argument in place. Spark: `RDD.fold`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const product = RDD.range(1, 5).pipe(RDD.fold(1, (a, b) => a * b))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(product, sc)), 24)
 * ```
 */
export const fold: {
  <A>(
    zero: A,
    f: (a: A, b: A) => A,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<A, ActionError<E>, R | Engine>
  <A, E, R>(self: RDD<A, E, R>, zero: A, f: (a: A, b: A) => A): Effect.Effect<A, ActionError<E>, R | Engine>
} = dual(
  3,
  <A, E, R>(self: RDD<A, E, R>, zero: A, f: (a: A, b: A) => A): Effect.Effect<A, ActionError<E>, R | Engine> =>
    aggregateWith("fold", self, zero, f, (all, next) => all.reduce((a, b) => valueOf(f(a, b)), next())),
)

/**
 * Folds the records of each partition into `zero` with `seq`, and the results of the partitions with `comb`.
 *
 * `zero` is used once for each partition and once for the merge. Each use gets a copy, so both functions may change
 * their first argument in place.
 * Spark: `RDD.aggregate`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const letters = RDD.parallelize(["to", "be"]).pipe(RDD.aggregate(0, (n, word) => n + word.length, (a, b) => a + b))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(letters, sc)), 4)
 * ```
 */
export const aggregate: {
  <A, U extends Zero>(
    zero: U,
    seq: (aggregate: U, a: A) => U,
    comb: (a: U, b: U) => U,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<U, ActionError<E>, R | Engine>
  <A, E, R, U extends Zero>(
    self: RDD<A, E, R>,
    zero: U,
    seq: (aggregate: U, a: A) => U,
    comb: (a: U, b: U) => U,
  ): Effect.Effect<U, ActionError<E>, R | Engine>
} = dual(
  4,
  <A, E, R, U extends Zero>(
    self: RDD<A, E, R>,
    zero: U,
    seq: (aggregate: U, a: A) => U,
    comb: (a: U, b: U) => U,
  ): Effect.Effect<U, ActionError<E>, R | Engine> =>
    aggregateWith("aggregate", self, zero, seq, (all, next) => all.reduce((a, b) => valueOf(comb(a, b)), next())),
)

/**
 * Aggregates all records as {@link aggregate} does, but merges the results of partitions in several rounds.
 *
 * With a neutral `zero`, the result is that of `aggregate`. Otherwise mind that `zero` is used more often, as in Spark:
 * once for each partition, once for each partial result of every round, once for each result after the last round, and
 * once for the final merge. Spark: `RDD.treeAggregate`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const add = (a: number, b: number) => a + b
 * const sum = RDD.parallelize([1, 2, 3], { partitions: 3 }).pipe(RDD.treeAggregate(10, add, add))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(sum, sc)), 76)
 * ```
 */
export const treeAggregate: {
  <A, U extends Zero>(
    zero: U,
    seq: (aggregate: U, a: A) => U,
    comb: (a: U, b: U) => U,
    options?: DepthOption,
  ): <E, R>(self: RDD<A, E, R>) => Effect.Effect<U, ActionError<E>, R | Engine>
  <A, E, R, U extends Zero>(
    self: RDD<A, E, R>,
    zero: U,
    seq: (aggregate: U, a: A) => U,
    comb: (a: U, b: U) => U,
    options?: DepthOption,
  ): Effect.Effect<U, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R, U extends Zero>(
    self: RDD<A, E, R>,
    zero: U,
    seq: (aggregate: U, a: A) => U,
    comb: (a: U, b: U) => U,
    options: DepthOption = {},
  ): Effect.Effect<U, ActionError<E>, R | Engine> => {
    const merge = (all: ReadonlyArray<U>, next: () => U): U => {
      const combine = (a: U, b: U): U => valueOf(comb(a, b))
      const lift = (a: U): U => combine(next(), a)
      return mergeRounds(all, options, lift, combine).map(lift).reduce((a, b) => combine(a, b), next())
    }
    return aggregateWith("treeAggregate", self, zero, seq, merge, checkDepth("RDD.treeAggregate", options))
  },
)
