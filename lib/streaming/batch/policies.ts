/**
 * The effect of failure policies on a whole batch.
 *
 * @module
 */
import { type AnyPolicy, lastOf } from "../../dstream/outputs/retries.ts"
import type { BatchFailed } from "../errors.ts"

/**
 * The effect of a failure that does not belong to a single output. `stop`: the context stops. `report`: `awaitTermination`
 * fails, but the context continues. `log`: the failure is only logged.
 */
export type FailureEffect = "stop" | "report" | "log"

/**
 * Returns the effect of such a failure under a policy. A dead letter also stops the context, because there is no RDD to
 * give to it.
 */
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

/** A failure of a whole batch, with its effect on the context. */
export interface Failed {
  readonly failure: BatchFailed<unknown>
  readonly effect: FailureEffect
}
