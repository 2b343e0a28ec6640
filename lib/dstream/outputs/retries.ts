/**
 * Applying failure policies: runs retries and the handlers of dead letters, and finds the policy that follows the retries.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { effectOf } from "../../core/results.ts"
import { keepingTime } from "../../core/steady_clock.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { OutputFailure, OutputPolicy } from "./policy.ts"

/** A failure policy with any types of errors and services. */
export type AnyPolicy = OutputPolicy<unknown, unknown>

/** A policy without retries: what can follow them. */
type LastPolicy = Exclude<AnyPolicy, { readonly _tag: "Retry" }>

/** Returns the policy that applies after all retries. */
export const lastOf = (policy: AnyPolicy): LastPolicy => policy._tag === "Retry" ? lastOf(policy.then) : policy

/** Runs an effect with the retries of a policy. If the policy has several retry schedules, they follow one another. */
export const withRetries = <A, E>(
  self: Effect.Effect<A, E, unknown>,
  policy: AnyPolicy,
): Effect.Effect<A, E, unknown> => {
  const again = (first: Effect.Effect<A, E, unknown>, rest: AnyPolicy): Effect.Effect<A, E, unknown> => {
    if (rest._tag !== "Retry") return first
    let next = first
    const tried = Effect.suspend(() => {
      const now = next
      next = self
      return now
    })
    return Effect.catch(keepingTime(tried, Effect.retry(rest.schedule)), (last) => again(Effect.fail(last), rest.then))
  }
  return again(self, policy)
}

/** Runs the handler of a dead letter. Returns the cause if the handler itself fails; undefined if it succeeds. */
export const runDeadLetter = (
  policy: Extract<AnyPolicy, { readonly _tag: "DeadLetter" }>,
  rdd: AnyRDD,
  failure: OutputFailure,
): Effect.Effect<Cause.Cause<unknown> | undefined, never, unknown> =>
  Effect.map(
    Effect.exit(Effect.suspend(() => effectOf(policy.handler(rdd, failure)))),
    (exit) => Exit.isFailure(exit) ? exit.cause : undefined,
  )
