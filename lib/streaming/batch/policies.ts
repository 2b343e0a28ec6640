/**
 * What failure policies mean for a whole batch.
 *
 * @module
 */
import { type AnyPolicy, lastOf } from "../../dstream/outputs/retries.ts"
import type { BatchFailed } from "../errors.ts"

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
