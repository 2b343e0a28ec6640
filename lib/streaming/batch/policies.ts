/**
 * The effect of failure policies on a whole batch.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import { type AnyPolicy, lastOf } from "../../dstream/outputs/retries.ts"
import type { CheckpointFailed } from "../checkpoint/errors.ts"
import type { BatchFailed } from "../errors.ts"
import { toBatchFailed } from "./failures.ts"

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
  readonly failure: BatchFailed<unknown> | CheckpointFailed
  readonly effect: FailureEffect
}

/** The failure of a batch that does not belong to one of its streams. */
export const fromCause = (cause: Cause.Cause<unknown>, graph: AnyGraph, batchTime: number): BatchFailed<unknown> => {
  const { operation, site } = graph.outputs[0]
  return toBatchFailed(cause, { operator: operation, callSite: site, batchTime, outputId: undefined, phase: "job" })
}

/** Turns a cause into a failure. Defects, for example of a retry schedule, stop the context, and do not end the batch loop. */
export const failedBy = (cause: Cause.Cause<Failed>, graph: AnyGraph, time: number): Failed =>
  Option.getOrElse(
    Cause.findErrorOption(cause),
    (): Failed => ({ failure: fromCause(cause, graph, time), effect: "stop" }),
  )

/** Runs what inputs do for a batch. Returns its failure; undefined if there is none. */
export const failedOf = (
  self: Effect.Effect<void, BatchFailed<unknown>, unknown>,
  { graph, policy }: { readonly graph: AnyGraph; readonly policy: AnyPolicy },
  time: number,
): Effect.Effect<Failed | undefined, never, unknown> =>
  Effect.matchCause(
    Effect.mapError(self, (failure): Failed => ({ failure, effect: failureEffect(policy) })),
    { onFailure: (cause) => failedBy(cause, graph, time), onSuccess: () => undefined },
  )
