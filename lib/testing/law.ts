/**
 * Laws: named statements that two ways to compute something have the same result for every input.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as fc from "fast-check"
import { callSite } from "../core/call_site.ts"
import { equal } from "./compare.ts"
import type { Options } from "./harness.ts"

/** The result of one side of a law. */
export type Outcome = Exit.Exit<unknown, unknown>

/** The results of both sides of a law, for one input. */
export interface Sides {
  /** The result of the left side. */
  readonly left: Outcome
  /** The result of the right side. */
  readonly right: Outcome
  /** Whether both sides succeeded with results that count as the same. */
  readonly agree: boolean
}

/** A law together with one input. */
export interface Trial {
  /** The input. */
  readonly given: unknown
  /** The number of batches of the input, if it consists of batches. */
  readonly batches?: number | undefined
  /** Computes both sides with these options. */
  readonly sides: (options: Options) => Effect.Effect<Sides>
}

/** A named statement that `Testing.check` can check with random inputs. */
export interface Law {
  /** The name, such as `map fusion`. */
  readonly name: string
  /** Where in your source the law was made: `word_count_test.ts:12:3`. */
  readonly place?: string | undefined
  /** Generates the inputs to check it with, for a batch interval in milliseconds. */
  readonly trials: (batchMs: number) => fc.Arbitrary<Trial>
  /** Returns how many batches an input must have for every part of the pipelines to run, for a batch interval in ms. */
  readonly neededBatches: (batchMs: number) => number
}

/** The inputs of a law whose length depends on pipelines. */
export interface Cases<out Case> {
  /** Generates inputs that have the needed number of batches and more, as far as their generators allow. */
  readonly longEnough: (needed: number) => fc.Arbitrary<Case>
  /** Returns how many batches an input must have, for a batch interval in milliseconds. */
  readonly neededBatches: (batchMs: number) => number
  /** Returns the number of batches of an input. */
  readonly lengthOf: (given: unknown) => number
}

/** The two sides of a law of your own. */
export interface Statement<in Case> {
  /** One way to compute the result. */
  readonly left: (given: Case, options: Options) => Effect.Effect<unknown, unknown>
  /** The other way to compute the result. */
  readonly right: (given: Case, options: Options) => Effect.Effect<unknown, unknown>
  /** Returns the part of a result that is compared, such as its records in sorted order. Default: the result itself. */
  readonly reading?: ((result: unknown) => unknown) | undefined
}

/**
 * Makes a law of your own: for every case, both sides succeed with the same result.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const reversing = Testing.law("reversing twice changes nothing", fc.array(fc.integer()), {
 *   left: (numbers) => Effect.succeed(numbers.toReversed().toReversed()),
 *   right: (numbers) => Effect.succeed(numbers),
 * })
 * await Effect.runPromise(Testing.check(reversing))
 * ```
 */
export const law = <Case>(name: string, cases: fc.Arbitrary<Case>, statement: Statement<Case>): Law =>
  lawOfBatches(name, { longEnough: () => cases, neededBatches: () => 0, lengthOf: () => 0 }, statement)

/** Makes a law whose inputs are as long as its pipelines need. */
export const lawOfBatches = <Case>(name: string, cases: Cases<Case>, statement: Statement<Case>): Law => {
  const { left, right, reading = (result) => result } = statement
  // A function that throws before it returns an Effect is a failed side as well.
  const exitOf = (side: Statement<Case>["left"], given: Case, options: Options): Effect.Effect<Outcome> =>
    Effect.exit(Effect.suspend(() => side(given, options)))
  const site = callSite()
  return {
    name,
    get place() {
      return site.short
    },
    neededBatches: cases.neededBatches,
    trials: (batchMs) =>
      cases.longEnough(cases.neededBatches(batchMs)).map((given): Trial => ({
        given,
        batches: cases.lengthOf(given),
        sides: Effect.fnUntraced(function* (options: Options) {
          const one = yield* exitOf(left, given, options)
          const other = yield* exitOf(right, given, options)
          const agree = Exit.isSuccess(one) && Exit.isSuccess(other) && equal(reading(one.value), reading(other.value))
          return { left: one, right: other, agree }
        }),
      })),
  }
}

/** Formats the result of a side for messages. */
export const showOutcome = (outcome: Outcome): string => {
  if (Exit.isSuccess(outcome)) return fc.stringify(outcome.value)
  const error = Cause.squash(outcome.cause)
  return `failed: ${error instanceof Error ? error.message : String(error)}`
}
