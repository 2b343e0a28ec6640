/**
 * Laws of the keyed operators.
 *
 * @module
 */
import type * as fc from "fast-check"
import type { Tupled } from "../core/tupled.ts"
import type { DStream } from "../dstream/dstream.ts"
import { map } from "../dstream/operators/element.ts"
import { join as joinOf } from "../dstream/operators/joins.ts"
import { groupByKey } from "../dstream/operators/grouping.ts"
import { reduceByKey as reduceByKeyOf } from "../dstream/operators/keyed.ts"
import { countByValue as countByValueOf } from "../dstream/operators/reducing.ts"
import { mapValues } from "../dstream/operators/values.ts"
import type { Batches } from "./arbitraries.ts"
import { equal } from "./compare.ts"
import type { Law } from "./law.ts"
import { sameStreams } from "./law_streams.ts"
import { oracle, perBatch } from "./oracle.ts"
import type { Slices } from "./slices.ts"

/** Options of the laws about pairs. */
export interface PairOptions<K, V> {
  /** Generates the batches of the stream, such as `Testing.batches(Testing.pairs(fc.integer()))`. */
  readonly input: fc.Arbitrary<Batches<readonly [K, V]>>
}

/** An operator with the meaning of `reduceByKey`. */
export type ReduceByKeyOperator = <V extends Tupled>(
  f: (a: V, b: V) => V,
) => <K>(stream: DStream<readonly [K, V]>) => DStream<readonly [K, V], unknown>

/** An operator with the meaning of `join`. */
export type JoinOperator = <K, V, W>(
  left: DStream<readonly [K, V]>,
  right: DStream<readonly [K, W]>,
) => DStream<readonly [K, readonly [V, W]], unknown>

/** An operator with the meaning of `countByValue`. */
type CountByValueOperator = <A>(stream: DStream<A>) => DStream<readonly [A, number], unknown>

const reduceByKeyWith: ReduceByKeyOperator = (f) => (stream) => reduceByKeyOf(stream, f)
const joinWith: JoinOperator = (left, right) => joinOf(left, right)
const countByValueWith: CountByValueOperator = (stream) => countByValueOf(stream)

/**
 * States that `reduceByKey` equals `groupByKey` followed by a reduction of each group. It holds for functions that are
 * associative and commutative.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const input = Testing.batches(Testing.pairs(fc.nat(9)))
 * const largest = Testing.laws.reduceByKeyIsGroupThenReduce((a: number, b) => Math.max(a, b), { input })
 * await Effect.runPromise(Testing.check(largest, { runs: 20 }))
 *
 * const minus = Testing.laws.reduceByKeyIsGroupThenReduce((a: number, b) => a - b, { input })
 * assert.equal((await Effect.runPromise(Effect.flip(Testing.check(minus))))._tag, "LawBroken")
 * ```
 */
export const reduceByKeyIsGroupThenReduce = <K, V extends Tupled>(
  f: (a: V, b: V) => V,
  options: PairOptions<K, V> & { readonly reduceByKey?: ReduceByKeyOperator | undefined },
): Law => {
  const { input, reduceByKey = reduceByKeyWith } = options
  return sameStreams("reduceByKey = groupByKey, then reduce", [input], {
    left: (pairs) => reduceByKey(f)(pairs),
    right: (pairs) => mapValues(groupByKey(pairs), (values) => values.reduce(f)),
  })
}

/**
 * States that `countByValue` equals pairing every record with 1 and adding the ones by key.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const law = Testing.laws.countByValueIsReduceByKey({ input: Testing.arrivals(Testing.skewedKeys(), { maxRecords: 5 }) })
 * await Effect.runPromise(Testing.check(law, { runs: 20 }))
 * ```
 */
export const countByValueIsReduceByKey = <A>(options: {
  /** Generates the batches of the stream. */
  readonly input: fc.Arbitrary<Batches<A>>
  /** The operator to check. Default `DStream.countByValue`. */
  readonly countByValue?: (<B>(stream: DStream<B>) => DStream<readonly [B, number], unknown>) | undefined
}): Law => {
  const { countByValue = countByValueWith, input } = options
  const ones = (stream: DStream<A>): DStream<readonly [A, number]> => map(stream, (a): readonly [A, number] => [a, 1])
  return sameStreams("countByValue = ones, added by key", [input], {
    left: (records) => countByValue(records),
    right: (records) => reduceByKeyOf(ones(records), (a: number, b: number) => a + b),
  })
}

/** Options of the laws about joins. Both streams have an RDD in every batch, because a join requires it. */
export interface JoinOptions<K, V, W> {
  /** Generates the batches of the left stream. */
  readonly left: fc.Arbitrary<Slices<readonly [K, V]>>
  /** Generates the batches of the right stream. */
  readonly right: fc.Arbitrary<Slices<readonly [K, W]>>
  /** The operator to check. Default `DStream.join`. */
  readonly join?: JoinOperator | undefined
}

/**
 * States that a join equals two nested loops that compare keys.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const input = Testing.batches(Testing.pairs(fc.nat()))
 * await Effect.runPromise(Testing.check(Testing.laws.joinIsNestedLoop({ left: input, right: input }), { runs: 20 }))
 * ```
 */
export const joinIsNestedLoop = <K, V, W>({ join = joinWith, left, right }: JoinOptions<K, V, W>): Law =>
  oracle(
    (one, other) => join(one, other),
    perBatch((one, other) =>
      one.flatMap(([key, a]) => other.flatMap(([otherKey, b]) => equal(key, otherKey) ? [[key, [a, b]] as const] : []))
    ),
    { inputs: [left, right], name: "join = nested loops" },
  )
