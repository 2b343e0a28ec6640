/**
 * What output policies mean to the scheduler: how often to try, and what a failure that is left means.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { effectOf } from "../../core/results.ts"
import type { OutputFailure, OutputPolicy } from "../../dstream/outputs/policy.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"

/** A policy of whatever type. */
export type AnyPolicy = OutputPolicy<unknown, unknown>

/** What is left of a policy when its retries are over. */
export type LastPolicy = Exclude<AnyPolicy, { readonly _tag: "Retry" }>

/** The policy that applies when all retries are over. */
export const lastOf = (policy: AnyPolicy): LastPolicy => policy._tag === "Retry" ? lastOf(policy.then) : policy

/** Runs an effect as often as the retries of a policy want it, one schedule after the other. */
export const insist = <A, E>(self: Effect.Effect<A, E, unknown>, policy: AnyPolicy): Effect.Effect<A, E, unknown> => {
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

/** What a failure means that is no output's own: the context ends, the failure is reported, or it is only told. */
export type Bearing = "end" | "report" | "tell"

/** What such a failure means under a policy. A dead letter's handler would have no RDD to be given, so that one ends. */
export const bearingOf = (policy: AnyPolicy): Bearing => {
  switch (lastOf(policy)._tag) {
    case "Continue":
      return "report"
    case "Skip":
      return "tell"
    default:
      return "end"
  }
}

/** Hands a failed output's RDD over. The result is the cause of the handler's own failure, if it failed. */
export const handOver = (
  policy: Extract<AnyPolicy, { readonly _tag: "DeadLetter" }>,
  rdd: AnyRDD,
  failure: OutputFailure,
): Effect.Effect<Cause.Cause<unknown> | undefined, never, unknown> =>
  Effect.map(
    Effect.exit(Effect.suspend(() => effectOf(policy.handler(rdd, failure)))),
    (exit) => Exit.isFailure(exit) ? exit.cause : undefined,
  )
