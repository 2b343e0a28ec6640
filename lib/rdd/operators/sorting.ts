/**
 * Operators that sort: sortBy, sortByKey, repartitionAndSortWithinPartitions.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import { inPieces, type Piecewise } from "../../core/pace.ts"
import { sorted } from "../../core/sorted.ts"
import { orderOfNumbers } from "../../core/sorted_numbers.ts"
import type { Tupled } from "../../core/tupled.ts"
import { type Block, gather } from "../block.ts"
import { checkPartitions } from "../creation.ts"
import { keyBy, narrow } from "./element.ts"
import { checkPartitioning } from "./keyed.ts"
import { orderIn, orderOf, type OrderOption } from "../ordering.ts"
import type { Partitioner } from "../partitioner.ts"
import { type DirectionOption, rangesBetween, upperBoundsOf } from "./ranges.ts"
import type { RangeSpec } from "../primitive.ts"
import { isRDD, make, type RDD } from "../rdd.ts"
import { values } from "./values.ts"

/** Options of a sort: order, direction, and number of partitions. */
export interface SortOptions<in K> extends DirectionOption<K> {
  /**
   * The largest number of partitions; as many as before by default. There are fewer if there are fewer distinct keys.
   */
  readonly partitions?: number | undefined
}

/** How many numbers it takes to sort them faster without comparisons. */
const SORTED_BY_NUMBERS = 512

const ranges = (options: SortOptions<never> | undefined): RangeSpec => ({
  partitions: options?.partitions,
  boundsOf: (keys, partitions) => upperBoundsOf(keys, partitions, options),
  between: (upperBounds) => rangesBetween(upperBounds, options),
})

/** The keys, if all are numbers and there are enough of them. */
function* numbersOf(count: number, keyAt: (i: number) => unknown): Piecewise<Float64Array | undefined> {
  if (count < SORTED_BY_NUMBERS) return undefined
  const numbers = new Float64Array(count)
  let known = 0
  yield* inPieces(count, (from, to) => {
    for (let i = from; i < to && known === i; i++) {
      const key = keyAt(i)
      if (typeof key !== "number") return
      numbers[i] = key
      known++
    }
  })
  return known === count ? numbers : undefined
}

/** Records in the order of their indices. */
function* pickedFrom<A>(records: ReadonlyArray<A>, order: Uint32Array): Piecewise<Array<A>> {
  const picked: Array<A> = []
  yield* inPieces(order.length, (from, to) => {
    for (let i = from; i < to; i++) picked.push(records[order[i]!]!)
  })
  return picked
}

/** Sorts each partition by key. The sort is stable. */
const sortPartitions = <A, E, R>(
  operation: string,
  self: RDD<A, E, R>,
  options: SortOptions<never> | undefined,
): RDD<A, E, R> => {
  const direction = options?.ascending === false ? -1 : 1
  const given = orderIn(options)
  const f = (block: Block<readonly [never, unknown]>) => sortedBlock(block, direction, given)
  return narrow(operation, self, { kind: "partition", f }, true)
}

/** The pairs of a partition, sorted by key. */
function* sortedBlock(
  block: Block<readonly [never, unknown]>,
  direction: 1 | -1,
  given: ((a: never, b: never) => number) | undefined,
): Piecewise<ReadonlyArray<readonly [never, unknown]>> {
  const records = yield* gather(block)
  const keyAt = (i: number): unknown => records[i]![0]
  const numbers = given === undefined ? yield* numbersOf(records.length, keyAt) : undefined
  if (numbers !== undefined) return yield* pickedFrom(records, yield* orderOfNumbers(numbers, direction < 0))
  const order = given ?? (yield* orderOf(records.length, keyAt))
  return yield* sorted(records, (a, b) => direction * order(a[0], b[0]))
}

/** Sorts pairs by key across all partitions. */
const sortPairs = <K, V, E, R>(
  operation: string,
  self: RDD<readonly [K, V], E, R>,
  options: SortOptions<K> | undefined,
): RDD<[K, V], E, R> =>
  sortPartitions(
    operation,
    make<[K, V], E, R>(
      operation,
      [self],
      { kind: "shuffle", by: ranges(options), combine: undefined },
      checkPartitions(`RDD.${operation}`, options?.partitions),
    ),
    options,
  )

/**
 * Sorts records across all partitions by the key that `f` returns for them.
 *
 * Records with equal keys keep their order and are in the same partition. Spark: `RDD.sortBy`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const longestFirst = RDD.parallelize(["a", "ccc", "bb"]).pipe(
 *   RDD.sortBy((word) => word.length, { ascending: false }),
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(longestFirst, sc)), ["ccc", "bb", "a"])
 * ```
 */
export const sortBy: {
  <A, K extends Tupled>(f: (a: A) => K, options?: SortOptions<K>): <E, R>(self: RDD<A, E, R>) => RDD<A, E, R>
  <A, E, R, K extends Tupled>(self: RDD<A, E, R>, f: (a: A) => K, options?: SortOptions<K>): RDD<A, E, R>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R, K extends Tupled>(self: RDD<A, E, R>, f: (a: A) => K, options?: SortOptions<K>): RDD<A, E, R> =>
    values(sortPairs("sortBy", keyBy(self, f), options)),
)

/**
 * Sorts pairs across all partitions by their keys.
 *
 * Pairs with equal keys keep their order and are in the same partition. Spark: `OrderedRDDFunctions.sortByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const parts = RDD.parallelize<[number, string]>([[3, "c"], [1, "a"], [2, "b"]], { partitions: 2 }).pipe(
 *   RDD.sortByKey(),
 *   RDD.glom,
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(parts, sc)), [[[1, "a"], [2, "b"]], [[3, "c"]]])
 * ```
 */
export const sortByKey: {
  <K>(options?: SortOptions<K>): <V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, V], E, R>
  <K, V, E, R>(self: RDD<readonly [K, V], E, R>, options?: SortOptions<K>): RDD<[K, V], E, R>
} = dual(
  (args) => isRDD(args[0]),
  <K, V, E, R>(self: RDD<readonly [K, V], E, R>, options?: SortOptions<K>): RDD<[K, V], E, R> =>
    sortPairs("sortByKey", self, options),
)

/**
 * Moves every pair to the partition that the partitioner returns for its key, and sorts each partition by key.
 *
 * Spark: `OrderedRDDFunctions.repartitionAndSortWithinPartitions`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Partitioner, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const parts = RDD.parallelize<[number, string]>([[3, "c"], [1, "a"], [2, "b"]]).pipe(
 *   RDD.repartitionAndSortWithinPartitions(Partitioner.hash(2)),
 *   RDD.glom,
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(parts, sc)), [[[2, "b"]], [[1, "a"], [3, "c"]]])
 * ```
 */
export const repartitionAndSortWithinPartitions: {
  <K>(
    partitioner: Partitioner,
    options?: OrderOption<K>,
  ): <V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, V], E, R>
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    partitioner: Partitioner,
    options?: OrderOption<K>,
  ): RDD<[K, V], E, R>
} = dual(
  (args) => isRDD(args[0]),
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    partitioner: Partitioner,
    options?: OrderOption<K>,
  ): RDD<[K, V], E, R> =>
    sortPartitions(
      "repartitionAndSortWithinPartitions",
      make<[K, V], E, R>(
        "repartitionAndSortWithinPartitions",
        [self],
        { kind: "shuffle", by: partitioner, combine: undefined },
        checkPartitioning("RDD.repartitionAndSortWithinPartitions", { partitioner }),
      ),
      options,
    ),
)
