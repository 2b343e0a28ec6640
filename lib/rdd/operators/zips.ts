/**
 * Operators that combine records or partitions by position: zip, zipPartitions, zipWithIndex, zipWithUniqueId.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import { Mismatch } from "../../core/errors.ts"
import { inPieces, type Piecewise } from "../../core/pace.ts"
import type { Tupled } from "../../core/tupled.ts"
import type { ErrorOf, RecordOf, ServicesOf } from "./cogroup.ts"
import { type Block, forEachPiece } from "../block.ts"
import { listInPieces } from "../lists.ts"
import type { Callable } from "../primitive.ts"
import { type AnyRDD, isRDD, make, type RDD } from "../rdd.ts"

function* pairRecords(parts: ReadonlyArray<ReadonlyArray<never>>): Piecewise<ReadonlyArray<[never, never]>> {
  const [left = [], right = []] = parts
  if (left.length !== right.length) {
    const problem = "Can only zip RDDs with same number of elements in each partition, " +
      `but the partitions have ${left.length} and ${right.length}`
    throw new Mismatch({ problem })
  }
  const pairs: Array<[never, never]> = []
  yield* inPieces(left.length, (from, to) => {
    for (let i = from; i < to; i++) pairs.push([left[i]!, right[i]!])
  })
  return pairs
}

/**
 * Pairs the records of two RDDs by position.
 *
 * Both RDDs must have the same number of partitions, with the same number of records in each; otherwise the job fails
 * with `Mismatch`. Spark: `RDD.zip`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const pairs = RDD.parallelize([1, 2]).pipe(RDD.zip(RDD.parallelize(["a", "b"])), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(pairs, sc)), [[1, "a"], [2, "b"]])
 * ```
 */
export const zip: {
  <B, E2, R2>(that: RDD<B, E2, R2>): <A, E, R>(self: RDD<A, E, R>) => RDD<[A, B], E | E2, R | R2>
  <A, E, R, B, E2, R2>(self: RDD<A, E, R>, that: RDD<B, E2, R2>): RDD<[A, B], E | E2, R | R2>
} = dual(
  2,
  <A, E, R, B, E2, R2>(self: RDD<A, E, R>, that: RDD<B, E2, R2>): RDD<[A, B], E | E2, R | R2> =>
    make("zip", [self, that], { kind: "zip", preserves: false, f: pairRecords }),
)

/** The types of the partitions of a list of RDDs: one array of records for each. */
export type PartsOf<S extends ReadonlyArray<AnyRDD>> = { readonly [I in keyof S]: ReadonlyArray<RecordOf<S[I]>> }

/**
 * Replaces the partitions of several RDDs at the same index with the records that `f` returns for them.
 *
 * Takes one other RDD or a list of RDDs. All must have the same number of partitions, or the job fails with `Mismatch`;
 * their lengths may differ. The result has no partitioner, unless `preservesPartitioning` is true: set it only if `f`
 * leaves the keys of the first RDD as they are. Spark: `RDD.zipPartitions`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const numbers = RDD.parallelize([1, 2, 3], { partitions: 2 })
 * const letters = RDD.parallelize(["a"], { partitions: 2 })
 * const sizes = RDD.zipPartitions(numbers, letters, (ns, ls) => [`${ns.length} ${ls.length}`]).pipe(RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(sizes, sc)), ["1 0", "2 1"])
 * ```
 */
export const zipPartitions: {
  <A, B, E2, R2, C extends Tupled>(
    that: RDD<B, E2, R2>,
    f: (records: ReadonlyArray<A>, others: ReadonlyArray<B>) => Iterable<C>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): <E, R>(self: RDD<A, E, R>) => RDD<C, E | E2, R | R2>
  <A, const S extends ReadonlyArray<AnyRDD>, C extends Tupled>(
    those: S,
    f: (records: ReadonlyArray<A>, ...others: PartsOf<S>) => Iterable<C>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): <E, R>(self: RDD<A, E, R>) => RDD<C, E | ErrorOf<S[number]>, R | ServicesOf<S[number]>>
  <A, E, R, B, E2, R2, C extends Tupled>(
    self: RDD<A, E, R>,
    that: RDD<B, E2, R2>,
    f: (records: ReadonlyArray<A>, others: ReadonlyArray<B>) => Iterable<C>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): RDD<C, E | E2, R | R2>
  <A, E, R, const S extends ReadonlyArray<AnyRDD>, C extends Tupled>(
    self: RDD<A, E, R>,
    those: S,
    f: (records: ReadonlyArray<A>, ...others: PartsOf<S>) => Iterable<C>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): RDD<C, E | ErrorOf<S[number]>, R | ServicesOf<S[number]>>
} = dual(
  (args) => typeof args[2] === "function",
  (
    self: AnyRDD,
    those: AnyRDD | ReadonlyArray<AnyRDD>,
    f: Callable,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): RDD<never, never, never> =>
    make("zipPartitions", isRDD(those) ? [self, those] : [self, ...those], {
      kind: "zip",
      preserves: options?.preservesPartitioning ?? false,
      f: (parts) => listInPieces(f(...parts)),
    }),
)

/** The records of a partition, each with the number that `number` gives for its index. */
function* numberAll<A>(block: Block<A>, number: (i: number) => number): Piecewise<ReadonlyArray<[A, number]>> {
  const pairs: Array<[A, number]> = []
  yield* forEachPiece(block, (records, from, to) => {
    for (let i = from; i < to; i++) pairs.push([records[i]!, number(pairs.length)])
  })
  return pairs
}

/** Pairs every record with a number. `offset` is the number of records in the partitions before. */
const numbered = <A, E, R>(
  operation: string,
  self: RDD<A, E, R>,
  numberFrom: (offset: number, partition: number, partitions: number) => (i: number) => number,
): RDD<[A, number], E, R> =>
  make(operation, [self], {
    kind: "indexed",
    f: (offsets, index) => {
      const number = numberFrom(offsets[index] ?? 0, index, offsets.length)
      return { kind: "partition", f: (block: Block<A>) => numberAll(block, number) }
    },
  })

/**
 * Pairs every record with its position in the RDD, from 0.
 *
 * All partitions are computed first, to know at which position each of them begins. Spark: `RDD.zipWithIndex`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const positions = RDD.parallelize(["a", "b"]).pipe(RDD.zipWithIndex, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(positions, sc)), [["a", 0], ["b", 1]])
 * ```
 */
export const zipWithIndex = <A, E, R>(self: RDD<A, E, R>): RDD<[A, number], E, R> =>
  numbered("zipWithIndex", self, (offset) => (i) => offset + i)

/**
 * Pairs every record with a unique number.
 *
 * The records of partition `k` of `n` get `k`, `k + n`, `k + 2n`, … Spark: `RDD.zipWithUniqueId`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const ids = RDD.parallelize(["a", "b", "c"], { partitions: 2 }).pipe(RDD.zipWithUniqueId, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(ids, sc)), [["a", 0], ["b", 1], ["c", 3]])
 * ```
 */
export const zipWithUniqueId = <A, E, R>(self: RDD<A, E, R>): RDD<[A, number], E, R> =>
  numbered("zipWithUniqueId", self, (_, partition, partitions) => (i) => partition + i * partitions)
