/**
 * Output policies: what happens when an output fails in a batch.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import type { RDD } from "../rdd/rdd.ts"
import type { OutputInfo } from "./output.ts"

/** Why and where an output failed. */
export interface OutputFailure<out E = unknown> extends OutputInfo {
  readonly reason: E
  readonly operator: string
}

/** What happens when an output fails. */
export type OutputPolicy<A = never, E = never, R = never> =
  /** The batch and the context fail: nothing of the batch is committed. The default. */
  | { readonly _tag: "Fail" }
  /** Spark's behaviour: the failure is reported to `awaitTermination`; other outputs and later batches go on. */
  | { readonly _tag: "Continue" }
  /** This output is left out of this batch; an event says so. */
  | { readonly _tag: "Skip" }
  /** Runs the output again as the schedule says, and then, if it still fails, applies another policy. */
  | {
    readonly _tag: "Retry"
    readonly schedule: Schedule.Schedule<unknown, unknown, never, R>
    readonly then: OutputPolicy<A, E, R>
  }
  /** Hands the batch's RDD and the failure to somebody else; when that succeeds, the output counts as done. */
  | {
    readonly _tag: "DeadLetter"
    readonly handler: (rdd: RDD<A, unknown, unknown>, failure: OutputFailure) => Effect.Effect<void, E, R>
  }

/** The default policy. */
export const fail: OutputPolicy = { _tag: "Fail" }

/** Spark's own policy. */
export const continueOn: OutputPolicy = { _tag: "Continue" }

/** Leave the output out of the batch. */
export const skip: OutputPolicy = { _tag: "Skip" }

/** Run the output again by a schedule; `then` (default {@link fail}) when that is over. */
export const retry = <R = never, E2 = never, R2 = never>(
  schedule: Schedule.Schedule<unknown, unknown, never, R>,
  then: OutputPolicy<never, E2, R2> = fail,
): OutputPolicy<never, E2, R | R2> => ({ _tag: "Retry", schedule, then })

/** Hand what failed to `handler`. */
export const deadLetter = <A = never, E = never, R = never>(
  handler: (rdd: RDD<A, unknown, unknown>, failure: OutputFailure) => Effect.Effect<void, E, R>,
): OutputPolicy<A, E, R> => ({ _tag: "DeadLetter", handler })
