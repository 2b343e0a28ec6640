/**
 * Ranges of keys: the range partitioner that sorts use, and the operator filterByRange.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { pairOf } from "../../core/pairs.ts"
import type { Piecewise } from "../../core/pace.ts"
import { sorted } from "../../core/sorted.ts"
import { checkPartitions } from "../creation.ts"
import { known } from "./known_steps.ts"
import { narrow } from "./element.ts"
import type { ActionError, Engine } from "../engine.ts"
import { last, onDriverInPieces, records } from "../job.ts"
import { compare, type Comparison, orderIn, orderOf, type OrderOption } from "../ordering.ts"
import { make as makePartitioner, type Partitioner } from "../partitioner.ts"
import { isRDD, type RDD } from "../rdd.ts"

/** Options of sorts: the order of keys, and its direction. */
export interface DirectionOption<in K> extends OrderOption<K> {
  /** Whether the smallest key comes first (true, the default) or the largest (false). */
  readonly ascending?: boolean | undefined
}

/** About how many keys, evenly spread over all keys, the bounds are computed from. */
const SAMPLE_SIZE = 100_000

/**
 * Returns the upper bounds (inclusive) of all ranges but the last. Ranges have about the same number of keys; equal
 * keys are in the same range.
 */
export function* upperBoundsOf(
  keys: ReadonlyArray<unknown>,
  partitions: number,
  options?: DirectionOption<never>,
): Piecewise<ReadonlyArray<unknown>> {
  const order = orderIn(options) ?? (yield* orderOf(keys.length, (i) => keys[i]))
  const ranges = Math.min(partitions, keys.length)
  if (ranges < 2) return []
  const step = Math.ceil(keys.length / SAMPLE_SIZE)
  const some = Array.from({ length: Math.ceil(keys.length / step) }, (_, i) => keys[i * step] as never)
  const inOrder = yield* sorted(some, order)
  const bounds: Array<never> = []
  let target = inOrder.length / ranges
  for (let i = 0; i < inOrder.length && bounds.length < ranges - 1; i++) {
    const key = inOrder[i]!
    if (i + 1 < target || (bounds.length > 0 && order(key, bounds.at(-1)!) === 0)) continue
    bounds.push(key)
    target += inOrder.length / ranges
  }
  return bounds
}

/** Finds the range of a key by binary search. */
const rangeOf = (upperBounds: ReadonlyArray<unknown>, order: Comparison<never>, key: unknown): number => {
  let low = 0
  let high = upperBounds.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (order(key as never, upperBounds[middle] as never) <= 0) high = middle
    else low = middle + 1
  }
  return low
}

/** Creates a partitioner of the ranges that upper bounds divide keys into. */
export const rangesBetween = (
  upperBounds: ReadonlyArray<unknown>,
  { ascending = true, ...options }: DirectionOption<never> = {},
): Partitioner => {
  const given = orderIn(options)
  const order: Comparison<never> = given ?? compare
  return makePartitioner({
    name: "RangePartitioner",
    numPartitions: upperBounds.length + 1,
    // Functions cannot be compared, so a partitioner with an order of its own equals no other one.
    detail: given === undefined ? [ascending, ...upperBounds] : Symbol("order"),
    getPartition: (key) => {
      const range = rangeOf(upperBounds, order, key)
      return ascending ? range : upperBounds.length - range
    },
  })
}

/**
 * Creates a partitioner that divides the keys of an RDD into at most `partitions` ranges with about as many pairs each.
 *
 * There are fewer ranges if the RDD has fewer distinct keys, and one range if it is empty. Runs a job that collects all
 * keys; the bounds are computed from at most 100,000 of them.
 *
 * Spark: `new RangePartitioner(partitions, rdd, ascending)`, which uses a smaller sample.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Partitioner, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const pairs = RDD.range(0, 10).pipe(RDD.map((n) => [n, n]))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * const halves = await Effect.runPromise(Effect.provide(Partitioner.range(pairs, 2), sc))
 * assert.deepEqual([0, 4, 5, 99].map(halves.getPartition), [0, 0, 1, 1])
 * ```
 */
export const range: {
  <K>(
    partitions: number,
    options?: DirectionOption<K>,
  ): <E, R>(self: RDD<readonly [K, unknown], E, R>) => Effect.Effect<Partitioner, ActionError<E>, R | Engine>
  <K, E, R>(
    self: RDD<readonly [K, unknown], E, R>,
    partitions: number,
    options?: DirectionOption<K>,
  ): Effect.Effect<Partitioner, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <K, E, R>(
    self: RDD<readonly [K, unknown], E, R>,
    partitions: number,
    options: DirectionOption<K> = {},
  ): Effect.Effect<Partitioner, ActionError<E>, R | Engine> => {
    const invalid = checkPartitions("Partitioner.range", partitions)
    const keys = last<K, E, R>("range", self, known("keys", null), invalid)
    return Effect.flatMap(records(keys), (all) =>
      onDriverInPieces(keys, function* () {
        return rangesBetween(yield* upperBoundsOf(all, partitions, options), options)
      }))
  },
)

/**
 * Keeps the pairs with keys from `lower` to `upper`, both inclusive.
 *
 * The partitioner is kept. Spark: `OrderedRDDFunctions.filterByRange`, which also removes the partitions that cannot
 * have such keys; here they stay and are empty.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const some = RDD.range(0, 9).pipe(RDD.keyBy((n) => n), RDD.filterByRange(3, 5), RDD.keys, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(some, sc)), [3, 4, 5])
 * ```
 */
export const filterByRange: {
  <K>(
    lower: K,
    upper: K,
    options?: OrderOption<NoInfer<K>>,
  ): <V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, V], E, R>
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    lower: K,
    upper: K,
    options?: OrderOption<K>,
  ): RDD<[K, V], E, R>
} = dual(
  (args) => isRDD(args[0]),
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    lower: K,
    upper: K,
    options: OrderOption<K> = {},
  ): RDD<[K, V], E, R> => {
    const order: Comparison<K> = orderIn(options) ?? compare
    const isInRange = (pair: readonly [K, V]): boolean => {
      const [key] = pairOf(pair)
      return order(key, lower) >= 0 && order(key, upper) <= 0
    }
    return narrow("filterByRange", self, { kind: "filter", f: isInRange }, true)
  },
)
