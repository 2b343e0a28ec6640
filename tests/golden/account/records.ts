/** RDDs from the records of their partitions, and back. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Partitioner, RDD } from "../../../mod.ts"
import { glomCollect } from "../actions.ts"
import { errorOf } from "../errors.ts"
import type { AnyRDD } from "../rdd_nodes.ts"
import type { Evaluation } from "./ledger.ts"

/** The records of each partition. */
export type Parts = ReadonlyArray<ReadonlyArray<unknown>>

/** A key and a value. */
export type Pair = readonly [key: unknown, value: unknown]

/** The pairs of each partition. */
export type PairParts = ReadonlyArray<ReadonlyArray<Pair>>

/** An error with the name of the Java class that Spark throws. */
export class SparkError extends Error {
  constructor(readonly _tag: string, message: string) {
    super(message)
  }
}

/** Makes an RDD of the records of its partitions, with a hash partitioner if they are `keyed`. */
export const placed = (parts: Parts, keyed: boolean): AnyRDD => {
  if (parts.length === 0) return RDD.empty()
  if (!keyed) return RDD.flatMap(RDD.parallelize(parts, { partitions: parts.length }), (part) => part)
  const partitioner = Partitioner.make({
    name: "HashPartitioner",
    numPartitions: parts.length,
    getPartition: Number,
  })
  const indices = RDD.parallelize(parts.map((_, i): [number, null] => [i, null]))
  return RDD.mapPartitions(RDD.partitionBy(indices, partitioner), (part) => part.flatMap(([i]) => parts[i] ?? []), {
    preservesPartitioning: true,
  })
}

/** Makes an RDD whose jobs fail with an error. */
export const failing = (error: unknown): AnyRDD =>
  RDD.mapPartitions(RDD.parallelize([0], { partitions: 1 }), () => {
    throw error
  })

/** Computes the records of each partition. */
export const partsOf = (rdd: AnyRDD): Evaluation<Parts> => glomCollect(rdd) as Evaluation<Parts>

/** What a job gave, or the error that it failed with. */
export type Computed<A> = { readonly value: A } | { readonly error: unknown }

/** Runs a job. Its failure is a result: it fails outputs, not the evaluation of the batch. */
export const computed = <A>(job: Evaluation<A>): Evaluation<Computed<A>> =>
  Effect.map(
    Effect.exit(job),
    (exit): Computed<A> => Exit.isSuccess(exit) ? { value: exit.value } : { error: errorOf(exit.cause) },
  )

/** Places pairs by the hash of their keys. */
export const byHash = (pairs: Iterable<Pair>, n: number): PairParts => {
  const { getPartition } = Partitioner.hash(n)
  const parts = Array.from({ length: n }, (): Array<Pair> => [])
  for (const pair of pairs) parts[getPartition(pair[0])]?.push(pair)
  return parts
}

/** A map that compares keys by value and keeps their order. */
export class Keyed<V> {
  readonly #entries = new Map<string, readonly [unknown, V]>()

  constructor(pairs: Iterable<readonly [unknown, V]> = []) {
    // Of several pairs with one key the first counts.
    for (const [key, value] of pairs) if (!this.has(key)) this.set(key, value)
  }

  has(key: unknown): boolean {
    return this.#entries.has(JSON.stringify(key))
  }

  get(key: unknown): V | undefined {
    return this.#entries.get(JSON.stringify(key))?.[1]
  }

  set(key: unknown, value: V): void {
    this.#entries.set(JSON.stringify(key), [key, value])
  }

  delete(key: unknown): void {
    this.#entries.delete(JSON.stringify(key))
  }

  get entries(): ReadonlyArray<readonly [unknown, V]> {
    return Array.from(this.#entries.values())
  }
}
