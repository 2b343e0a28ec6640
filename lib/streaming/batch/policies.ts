/**
 * Failure policies as the scheduler applies them: how often to try, and what the last failure means.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { effectOf } from "../../core/results.ts"
import type { OutputFailure, OutputPolicy } from "../../dstream/outputs/policy.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { BatchFailed } from "../errors.ts"

/** A policy of whatever type. */
export type AnyPolicy = OutputPolicy<unknown, unknown>

/** What is left of a policy after its retries. */
type LastPolicy = Exclude<AnyPolicy, { readonly _tag: "Retry" }>

/** The policy that applies after all retries. */
export const lastOf = (policy: AnyPolicy): LastPolicy => policy._tag === "Retry" ? lastOf(policy.then) : policy

/** Runs an effect as often as the retries of a policy allow, one schedule after the other. */
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
    return Effect.catch(Effect.retry(tried, rest.schedule), (last) => again(Effect.fail(last), rest.then))
  }
  return again(self, policy)
}

/**
 * What a failure means that belongs to no single output: it stops the context, is reported by `awaitTermination` while
 * the context goes on, or is only logged.
 */
export type FailureEffect = "stop" | "report" | "log"

/** What such a failure means under a policy. It stops the context under a dead letter too, which would have no RDD. */
export const failureEffect = (policy: AnyPolicy): FailureEffect => {
  switch (lastOf(policy)._tag) {
    case "Continue":
      return "report"
    case "Skip":
      return "log"
    default:
      return "stop"
  }
}

/** A failure of a whole batch, and what it means. */
export interface Failed {
  readonly failure: BatchFailed<unknown>
  readonly effect: FailureEffect
}

/** Runs the handler of a dead letter. Gives the cause of the handler's own failure, if it failed. */
export const runDeadLetter = (
  policy: Extract<AnyPolicy, { readonly _tag: "DeadLetter" }>,
  rdd: AnyRDD,
  failure: OutputFailure,
): Effect.Effect<Cause.Cause<unknown> | undefined, never, unknown> =>
  Effect.map(
    Effect.exit(Effect.suspend(() => effectOf(policy.handler(rdd, failure)))),
    (exit) => Exit.isFailure(exit) ? exit.cause : undefined,
  )
