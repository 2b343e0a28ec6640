/**
 * Failures of batches: turns a cause into a `BatchFailed`, which names the operator.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { JobFailed, reasonOf } from "../../core/errors.ts"
import type { AnyDStream } from "../../dstream/dstream.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import { nodes } from "../../dstream/graph/nodes.ts"
import { BatchFailed } from "../errors.ts"

/** Where a batch failed. A cause that is more precise replaces the operator and its call site. */
export type Where = Pick<BatchFailed<unknown>, "operator" | "callSite" | "batchTime" | "outputId" | "phase">

/**
 * Turns a cause into the failure of a batch. An interruption also counts as a failure: it comes from user code that interrupts
 * itself. When the context interrupts a batch, this function is not called.
 */
export const toBatchFailed = (cause: Cause.Cause<unknown>, where: Where, graph?: AnyGraph): BatchFailed<unknown> => {
  const error = Option.getOrElse(Cause.findErrorOption(cause), () => {
    const defect = Cause.squash(cause)
    return defect instanceof JobFailed ? defect : reasonOf(defect)
  })
  if (error instanceof BatchFailed) return error
  if (!(error instanceof JobFailed)) return new BatchFailed({ ...where, reason: error, partition: undefined })
  const { reason, callSite, partition } = error
  // An RDD has the call site of its stream but may have another operation: users know the operator that they wrote.
  const stream = graph === undefined ? undefined : nodes(graph).find(({ site }) => site === callSite)
  const place = callSite.long === "<unknown>" ? {} : { operator: stream?.operation ?? error.operator, callSite }
  return new BatchFailed({ ...where, ...place, reason, partition })
}

/** Runs an effect that belongs to a stream. If it fails, the failure is a `BatchFailed` that names the stream. */
export const ofStream = <A>(
  { operation, site }: Pick<AnyDStream, "operation" | "site">,
  batchTime: number,
  phase: "generate" | "commit",
  body: () => Effect.Effect<A, unknown, unknown>,
): Effect.Effect<A, BatchFailed<unknown>, unknown> =>
  Effect.catchCause(
    Effect.suspend(body),
    (cause) =>
      Effect.fail(toBatchFailed(cause, { operator: operation, callSite: site, batchTime, outputId: undefined, phase })),
  )
