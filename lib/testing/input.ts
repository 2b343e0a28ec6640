/**
 * Inputs of tests: one list of records for each batch.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Tupled } from "../core/tupled.ts"
import type { DStream } from "../dstream/dstream.ts"
import type { InputSource } from "../dstream/inputs/input_source.ts"
import type { Positions } from "../dstream/inputs/positions.ts"
import { fromPositions } from "../dstream/inputs/input.ts"
import { parallelize } from "../rdd/creation.ts"
import { isRDD, type RDD } from "../rdd/rdd.ts"

/** What an input gives in one batch: records, an RDD, nothing at all (`null`), or an effect that gives one of them. */
export type Given<A> = ReadonlyArray<A> | RDD<A> | null

/** How an input of a test is cut. */
export interface InputOptions {
  /** Partitions of each batch: the engine's default parallelism. */
  readonly partitions?: number | undefined
}

const lengths = new WeakMap<InputSource, number>()

/** How many batches an input was given; undefined for one that is not the test kit's. */
export const lengthOf = (source: InputSource): number | undefined => lengths.get(source)

const make = <A, E, R>(
  batches: ReadonlyArray<Given<A> | Effect.Effect<Given<A>, E, R>>,
  options: InputOptions = {},
): DStream<A, E, R> => {
  const rddOf = (given: ReadonlyArray<A> | RDD<A>): RDD<A> => isRDD(given) ? given : parallelize(given, options)
  const open: Effect.Effect<Positions<number, A, E, R>> = Effect.sync(() => {
    let next = 0
    return {
      plan: () =>
        Effect.sync(() => {
          const position = next++
          const given = batches[position]
          if (given === null) return Option.none()
          if (given === undefined) return Option.some({ position, records: 0 })
          return Option.some({ position, records: Array.isArray(given) ? given.length : undefined })
        }),
      read: (position) => {
        const given = batches[position] ?? []
        const found: Effect.Effect<Given<A>, E, R> = Effect.isEffect(given) ? given : Effect.succeed(given)
        return Effect.map(found, (one) => rddOf(one ?? []))
      },
    }
  })
  const stream = fromPositions<number, A, E, R, never, never>("input", "Testing", open)
  if (stream.traits.source !== undefined) lengths.set(stream.traits.source, batches.length)
  return stream
}

/**
 * An input that gives the i-th list in the i-th batch, and empty lists after the last; `null` gives no RDD. An Effect in
 * the place of a list is run when its batch is evaluated, and may fail.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const numbers = Testing.input([[1, 2], null, [3]])
 * assert.deepEqual(await Effect.runPromise(Testing.run(numbers)), [[1, 2], undefined, [3]])
 * ```
 */
export const input: {
  <A extends Tupled>(batches: ReadonlyArray<Given<A>>, options?: InputOptions): DStream<A>
  <A extends Tupled, E = never, R = never>(
    batches: ReadonlyArray<Given<A> | Effect.Effect<Given<A>, E, R>>,
    options?: InputOptions,
  ): DStream<A, E, R>
} = make as never
