/**
 * Results of as many partitions as are done in time.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as References from "effect/References"
import { InvalidOption } from "../../core/errors.ts"
import { type Block, joinArrays } from "../block.ts"
import { type ActionError, Engine } from "../engine.ts"
import type { Progress } from "../numbers/estimates.ts"
import { onDriver } from "../job.ts"
import type { RDD } from "../rdd.ts"

/** What is known of a result when the time is up, and how to know it exactly. Spark: `PartialResult`. */
export interface PartialResult<out A, out E = never, out R = never> {
  /** What is known from the partitions that were done in time. Spark: `initialValue`. */
  readonly initial: A
  /** Whether these were all partitions, so that `initial` is exact. Spark: `isInitialValueFinal`. */
  readonly isFinal: boolean
  /**
   * The exact result. Runs the partitions that were not done in time; until somebody runs this, nothing is going on.
   * Spark: `getFinalValue`, which waits for a job that goes on in any case.
   */
  readonly final: Effect.Effect<A, ActionError<E>, R>
}

/** Checks a time limit. */
export const checkTimeout = (where: string, timeout: Duration.Input): InvalidOption | undefined =>
  Option.exists(Duration.fromInput(timeout), (duration) => !Duration.isNegative(duration))
    ? undefined
    : new InvalidOption({ where, option: "timeout", value: timeout, expected: "a duration from 0" })

/** After how many steps of Effects a job lets others look at the clock: each partition takes about as many, in any stage. */
const STEPS = 8

type Done<P> = ReadonlyMap<number, ReadonlyArray<P>>

/**
 * Runs the partitions of an RDD, and makes a result of the records of those that are done when the time is up. Partitions
 * under way are interrupted.
 */
export const partially = <P, A, E, R>(
  rdd: RDD<P, E, R>,
  timeout: Duration.Input,
  evaluate: (records: ReadonlyArray<P>, progress: Progress) => A,
): Effect.Effect<PartialResult<A, E, R>, ActionError<E>, R | Engine> =>
  Effect.gen(function* () {
    const engine = yield* Engine
    const done = new Map<number, ReadonlyArray<P>>()
    let partitions = Infinity
    const note = (block: Block<P>, partition: number): Effect.Effect<void> => {
      done.set(partition, block.records)
      return Effect.yieldNow
    }
    const value = (found: Done<P>): Effect.Effect<A, ActionError<never>> => {
      const parts = Array.from(found).sort(([a], [b]) => a - b).map(([, records]) => records)
      return onDriver(rdd, () => evaluate(joinArrays(parts), { done: found.size, total: partitions }))
    }
    const layout = Effect.map(engine.layout(rdd), (found) => {
      partitions = found.partitions
    })
    yield* Effect.andThen(layout, engine.run(rdd, undefined, note)).pipe(
      Effect.provideService(References.MaxOpsBeforeYield, STEPS),
      // What is invalid fails, however little time there is.
      Effect.timeoutOption(rdd.invalid === undefined ? timeout : Infinity),
    )
    const isFinal = done.size === partitions
    const initial = yield* value(done)
    const rest = Effect.gen(function* () {
      yield* layout
      const missing = Array.from({ length: partitions }, (_, i) => i).filter((i) => !done.has(i))
      const blocks = yield* engine.run(rdd, missing)
      return yield* value(new Map([...done, ...blocks.map((block, i) => [missing[i]!, block.records] as const)]))
    })
    return { initial, isFinal, final: isFinal ? Effect.succeed(initial) : rest }
  })
