/**
 * Results that are estimated from the partitions computed within a time limit.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidOption } from "../../core/errors.ts"
import { Pacing } from "../../core/pace.ts"
import { type Block, joinArrays } from "../block.ts"
import { type ActionError, Engine } from "../engine.ts"
import type { Progress } from "../numbers/estimates.ts"
import { onDriver } from "../job.ts"
import type { RDD } from "../rdd.ts"

/**
 * What an action with a time limit returns: an estimate, and an Effect that computes the rest. Spark: `PartialResult`.
 */
export interface PartialResult<out A, out E = never, out R = never> {
  /** The result or estimate from the partitions that were computed in time. Spark: `initialValue`. */
  readonly initial: A
  /** Whether all partitions were computed in time, so that `initial` is exact. Spark: `isInitialValueFinal`. */
  readonly isFinal: boolean
  /**
   * Computes the exact result: runs the partitions that were not computed in time. Unless you run this Effect, they are
   * not computed at all. Spark: `getFinalValue`, which waits for a job that continues in any case.
   */
  readonly final: Effect.Effect<A, ActionError<E>, R>
}

/** Checks that a time limit is a duration of 0 or more. */
export const checkTimeout = (where: string, timeout: Duration.Input): InvalidOption | undefined =>
  Option.exists(Duration.fromInput(timeout), (duration) => !Duration.isNegative(duration))
    ? undefined
    : new InvalidOption({ where, option: "timeout", value: timeout, expected: "a duration of 0 or more" })

type Computed<P> = ReadonlyMap<number, ReadonlyArray<P>>

/**
 * Computes the partitions of an RDD, and evaluates the records of those that are complete when the time is up.
 * Partitions that are still running are interrupted.
 */
export const runWithTimeout = <P, A, E, R>(
  rdd: RDD<P, E, R>,
  timeout: Duration.Input,
  evaluate: (records: ReadonlyArray<P>, progress: Progress) => A,
): Effect.Effect<PartialResult<A, E, R>, ActionError<E>, R | Engine> =>
  Effect.gen(function* () {
    const engine = yield* Engine
    const computed = new Map<number, ReadonlyArray<P>>()
    let partitions = Infinity
    const keep = (block: Block<P>, partition: number): Effect.Effect<void> => {
      computed.set(partition, block.records)
      return Effect.yieldNow
    }
    const evaluateAll = (known: Computed<P>): Effect.Effect<A, ActionError<never>> => {
      const parts = Array.from(known).sort(([a], [b]) => a - b).map(([, records]) => records)
      return onDriver(rdd, () => evaluate(joinArrays(parts), { done: known.size, total: partitions }))
    }
    const layout = Effect.map(engine.layout(rdd), (found) => {
      partitions = found.partitions
    })
    yield* Effect.andThen(layout, engine.run(rdd, undefined, keep)).pipe(
      // The clock is looked at after each piece.
      Effect.updateService(Pacing, (pacing) => ({ ...pacing, turn: 0 })),
      // Invalid options fail the action, however short the time limit is.
      Effect.timeoutOption(rdd.invalid === undefined ? timeout : Infinity),
    )
    const isFinal = computed.size === partitions
    const initial = yield* evaluateAll(computed)
    const rest = Effect.gen(function* () {
      yield* layout
      const missing = Array.from({ length: partitions }, (_, i) => i).filter((i) => !computed.has(i))
      const blocks = yield* engine.run(rdd, missing)
      return yield* evaluateAll(
        new Map([...computed, ...blocks.map((block, i) => [missing[i]!, block.records] as const)]),
      )
    })
    return { initial, isFinal, final: isFinal ? Effect.succeed(initial) : rest }
  })
