/**
 * Laws: named statements that two ways to compute something give the same for every input.
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

/** How one way to compute it ended. */
export type Outcome = Exit.Exit<unknown, unknown>

/** Both ways to compute it, for one input. */
export interface Sides {
  /** What the one way gives. */
  readonly left: Outcome
  /** What the other way gives. */
  readonly right: Outcome
  /** Whether that counts as the same. */
  readonly agree: boolean
}

/** A law and one input. */
export interface Trial {
  /** The input. */
  readonly given: unknown
  /** Computes both sides in these surroundings. */
  readonly sides: (options: Options) => Effect.Effect<Sides>
}

/** A statement with a name that can be tried out on inputs. `Testing.check` does that. */
export interface Law {
  /** What it says, such as `map fusion`. */
  readonly name: string
  /** Where it was made, in your source: `word_count_test.ts:12:3`. */
  readonly place?: string | undefined
  /** The inputs to try it with. */
  readonly trials: fc.Arbitrary<Trial>
}

/** What a law of your own consists of. */
export interface Statement<in Case> {
  /** One way to compute it. */
  readonly left: (given: Case, options: Options) => Effect.Effect<unknown, unknown>
  /** The other way. */
  readonly right: (given: Case, options: Options) => Effect.Effect<unknown, unknown>
  /** What of a result counts, such as its records sorted: all of it unless given. */
  readonly reading?: ((result: unknown) => unknown) | undefined
}

/**
 * A law of your own: for every case both sides give the same, and neither fails.
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
export const law = <Case>(name: string, cases: fc.Arbitrary<Case>, statement: Statement<Case>): Law => {
  const { left, right, reading = (result) => result } = statement
  // What throws before it gives an Effect must end as a failed side too.
  const exitOf = (side: Statement<Case>["left"], given: Case, options: Options): Effect.Effect<Outcome> =>
    Effect.exit(Effect.suspend(() => side(given, options)))
  const site = callSite()
  return {
    name,
    get place() {
      return site.short
    },
    trials: cases.map((given): Trial => ({
      given,
      sides: Effect.fnUntraced(function* (options: Options) {
        const one = yield* exitOf(left, given, options)
        const other = yield* exitOf(right, given, options)
        const agree = Exit.isSuccess(one) && Exit.isSuccess(other) && equal(reading(one.value), reading(other.value))
        return { left: one, right: other, agree }
      }),
    })),
  }
}

/** What a side gave, for messages. */
export const showOutcome = (outcome: Outcome): string => {
  if (Exit.isSuccess(outcome)) return fc.stringify(outcome.value)
  const error = Cause.squash(outcome.cause)
  return `failed: ${error instanceof Error ? error.message : String(error)}`
}
