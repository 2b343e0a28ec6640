/**
 * The jobs of one batch: generated from the graph, and what became of those that fail.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { JobFailed, reasonOf } from "../../core/errors.ts"
import { Batch, NoRDD } from "../../dstream/batch.ts"
import type { AnyDStream } from "../../dstream/dstream.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import { nodes } from "../../dstream/graph/nodes.ts"
import type { AnyOutput } from "../../dstream/outputs/output.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { BatchFailed } from "../errors.ts"
import type { Timeline } from "./timeline.ts"

/** One output of one batch, with the RDD it works on. */
export interface Job {
  readonly outputId: number
  readonly output: AnyOutput
  readonly rdd: AnyRDD
}

/** What an output came to when its stream was evaluated: a job, nothing to do, or a failure. */
export type Generated =
  | { readonly _tag: "Job"; readonly job: Job }
  | { readonly _tag: "NoJob" }
  | { readonly _tag: "Failed"; readonly failure: BatchFailed<unknown>; readonly output: AnyOutput }

/**
 * A failure's cause as a batch failure. An interruption is one as well: of user code that interrupts itself, because when
 * the context interrupts a batch nobody asks any more.
 */
export const toBatchFailed = (
  cause: Cause.Cause<unknown>,
  where: Pick<BatchFailed<unknown>, "operator" | "callSite" | "batchTime" | "outputId" | "phase">,
  graph?: AnyGraph,
): BatchFailed<unknown> => {
  const error = Option.getOrElse(Cause.findErrorOption(cause), () => {
    const defect = Cause.squash(cause)
    return defect instanceof JobFailed ? defect : reasonOf(defect)
  })
  if (!(error instanceof JobFailed)) return new BatchFailed({ ...where, reason: error, partition: undefined })
  const { reason, callSite, partition } = error
  // RDDs stand where their stream stands, but may have another name: users know the operator that they have written.
  const stream = graph === undefined ? undefined : nodes(graph).find(({ site }) => site === callSite)
  const place = callSite.long === "<unknown>" ? {} : { operator: stream?.operation ?? error.operator, callSite }
  return new BatchFailed({ ...where, ...place, reason, partition })
}

/** Evaluates the stream of one output, or one below it, at a batch time. Builds lineage only. */
export const generate = (
  timeline: Timeline,
  time: number,
  output: AnyOutput,
  outputId: number,
  stream: AnyDStream = output.stream,
): Effect.Effect<Generated, never, unknown> =>
  Effect.suspend(() => {
    timeline.blamed()
    return Effect.exit(Effect.provideService(stream, Batch, timeline.at(time)))
  }).pipe(
    Effect.flatMap((exit): Effect.Effect<Generated> => {
      if (Exit.isSuccess(exit)) {
        return Effect.succeed({ _tag: "Job", job: { outputId, output, rdd: exit.value } })
      }
      if (Option.getOrUndefined(Cause.findErrorOption(exit.cause)) instanceof NoRDD) {
        return Effect.succeed({ _tag: "NoJob" })
      }
      const blamed = timeline.blamed() ?? stream
      const failure = toBatchFailed(exit.cause, {
        operator: blamed.operation,
        callSite: blamed.site,
        batchTime: time,
        outputId: undefined,
        phase: "generate",
      })
      return Effect.succeed({ _tag: "Failed", failure, output })
    }),
  )
