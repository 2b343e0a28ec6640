/**
 * Inputs for tests: a list of records for each batch.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { callSite, withCallSite } from "../core/call_site.ts"
import type { Tupled } from "../core/tupled.ts"
import type { DStream } from "../dstream/dstream.ts"
import type { InputSource } from "../dstream/inputs/input_source.ts"
import type { Positions } from "../dstream/inputs/positions.ts"
import { fromPositions } from "../dstream/inputs/input.ts"
import { parallelize } from "../rdd/creation.ts"
import { isRDD, type RDD } from "../rdd/rdd.ts"

/** The content of an input in one batch: records, an RDD, or `null` for a batch without an RDD. */
export type Given<A> = ReadonlyArray<A> | RDD<A> | null

/** Options of {@link input}. */
export interface InputOptions {
  /** The number of partitions of each batch. Default: the engine's default parallelism. */
  readonly partitions?: number | undefined
}

const lengths = new WeakMap<InputSource, number>()

/** Returns the number of batches that an input of this module has; undefined for other inputs. */
export const lengthOf = (source: InputSource): number | undefined => lengths.get(source)

const make = <A, E, R>(
  batches: ReadonlyArray<Given<A> | Effect.Effect<Given<A>, E, R>>,
  options: InputOptions = {},
): DStream<A, E, R> => {
  const site = callSite()
  // Callers may change their arrays after the call.
  const inBatches = batches.map((given) => Array.isArray(given) ? given.slice() : given)
  const rddOf = (given: ReadonlyArray<A> | RDD<A>): RDD<A> =>
    isRDD(given) ? given : withCallSite(site, () => parallelize(given, options))
  const open: Effect.Effect<Positions<number, A, E, R>> = Effect.sync(() => {
    let next = 0
    return {
      plan: () =>
        Effect.sync(() => {
          const position = next++
          const given = inBatches[position]
          if (given === null) return Option.none()
          if (given === undefined) return Option.some({ position, records: 0 })
          return Option.some({ position, records: Array.isArray(given) ? given.length : undefined })
        }),
      read: (position) => {
        const given = inBatches[position] ?? []
        const content: Effect.Effect<Given<A>, E, R> = Effect.isEffect(given) ? given : Effect.succeed(given)
        return Effect.map(content, (recordsOrRDD) => rddOf(recordsOrRDD ?? []))
      },
      resume: (positions) =>
        Effect.sync(() => {
          next = Math.max(...positions) + 1
        }),
      summary: Effect.sync(() => next === 0 ? undefined : next - 1),
    }
  })
  const stream = fromPositions<number, A, E, R, never, never>("input", "Testing", open)
  if (stream.traits.source !== undefined) lengths.set(stream.traits.source, batches.length)
  return stream
}

/**
 * Makes an input stream that has the i-th list of records in the i-th batch, and no records after the last list.
 *
 * An RDD can take the place of a list. `null` means that the input has no RDD in that batch. An Effect that returns one
 * of these runs when its batch is evaluated, and may fail.
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
