/**
 * Actions that make one value of all records: reduce, fold, aggregate, and their tree forms.
 *
 * Each partition is reduced where it is; what partitions give is merged on the driver, in their order.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { type EmptyCollection, InvalidOption } from "../../core/errors.ts"
import type { ActionError, Engine } from "../engine.ts"
import type { Zero } from "../operators/keyed.ts"
import { last, mergeSome, onDriver, records } from "../job.ts"
import { isRDD, type RDD } from "../rdd.ts"

/** Option of the tree forms: how many levels the merge has; 2 unless given. */
export interface DepthOption {
  /** A whole number from 1. */
  readonly depth?: number | undefined
}

const checkDepth = (where: string, { depth = 2 }: DepthOption): InvalidOption | undefined =>
  Number.isInteger(depth) && depth >= 1 ? undefined : new InvalidOption({
    where,
    option: "depth",
    value: depth,
    expected: `a whole number from 1: Depth must be greater than or equal to 1 but got ${depth}.`,
  })

/** The rounds of a tree merge: while it pays, partition `i` is merged into `i` modulo a smaller count. */
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

const reduced = <A, E, R>(
  operation: string,
  self: RDD<A, E, R>,
  f: (a: A, b: A) => A,
  depth: DepthOption,
  rounds: boolean,
): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => {
  const partial = last<A, E, R>(operation, self, { kind: "reduce", f }, checkDepth(`RDD.${operation}`, depth))
  return mergeSome(
    partial,
    (all) => (rounds ? mergeRounds(all, depth, (a) => a, f) : all).reduce((a, b) => f(a, b)),
  )
}

/**
 * All records reduced to one with `f`, which must be associative and commutative. Fails with `EmptyCollection` if there
 * is no record. Spark: `RDD.reduce`.
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
  ): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => reduced("reduce", self, f, {}, false),
)

/**
 * {@link reduce}, merging in several rounds; the result is the same. Spark: `RDD.treeReduce`.
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
  ): Effect.Effect<A, ActionError<E> | EmptyCollection, R | Engine> => reduced("treeReduce", self, f, options, true),
)

/**
 * All records folded into `zero` with `f`. `zero` is used once for each partition and once for the merge, so it should
 * be neutral; it is not copied, so `f` must not change it. Spark: `RDD.fold`.
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
  <A, E, R>(self: RDD<A, E, R>, zero: A, f: (a: A, b: A) => A): Effect.Effect<A, ActionError<E>, R | Engine> => {
    const partial = last<A, E, R>("fold", self, { kind: "fold", f, zero: () => zero })
    return Effect.flatMap(records(partial), (all) => onDriver(partial, () => all.reduce((a, b) => f(a, b), zero)))
  },
)

/**
 * The records of each partition folded into `zero` with `seq`, and what partitions give, with `comb`. `zero` is used
 * once for each partition and once for the merge; it is not copied, so neither function must change it. Spark:
 * `RDD.aggregate`.
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
  ): Effect.Effect<U, ActionError<E>, R | Engine> => {
    const partial = last<U, E, R>("aggregate", self, { kind: "fold", f: seq, zero: () => zero })
    return Effect.flatMap(records(partial), (all) => onDriver(partial, () => all.reduce((a, b) => comb(a, b), zero)))
  },
)

/**
 * {@link aggregate}, merging in several rounds. `zero` is used once for each partition, once for each partial result in
 * every round, and, as in {@link fold}, once for each result that is left and once at the end: with a neutral `zero`
 * the result is that of `aggregate`. Spark: `RDD.treeAggregate`.
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
    const partial = last<U, E, R>(
      "treeAggregate",
      self,
      { kind: "fold", f: seq, zero: () => zero },
      checkDepth("RDD.treeAggregate", options),
    )
    const lift = (a: U): U => comb(zero, a)
    return Effect.flatMap(
      records(partial),
      (all) =>
        onDriver(partial, () => mergeRounds(all, options, lift, comb).map(lift).reduce((a, b) => comb(a, b), zero)),
    )
  },
)
