/**
 * The evaluation of a batch: runs the streams of its outputs, and the kept streams, to make their RDDs. Nothing is computed yet,
 * except in actions that a stream's own function runs.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { explainFailure } from "../../core/errors.ts"
import { Batch, NoRDD } from "../../dstream/batch.ts"
import type { AnyDStream } from "../../dstream/dstream.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import type { AnyOutput } from "../../dstream/outputs/output.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { BatchFailed } from "../errors.ts"
import type { DriverValues } from "./driver_values.ts"
import type { OutputOperationInfo } from "../listeners/events.ts"
import { toBatchFailed } from "./failures.ts"
import type { History } from "../../dstream/graph/history.ts"
import { keptRDDs, type KeptStream } from "../../dstream/graph/kept_streams.ts"
import { type AnyPolicy, lastOf, withRetries } from "../../dstream/outputs/retries.ts"
import { type Failed, failureEffect } from "./policies.ts"
import { operationInfo } from "./reports.ts"
import type { Job, Work } from "./work.ts"

/** What the evaluation needs; it stays the same for all batches of a run. */
export interface EvaluationOptions {
  readonly graph: AnyGraph
  /** The policy of outputs without their own. */
  readonly policy: AnyPolicy
  readonly history: History
  /** The values of the driver. What a failed attempt has changed is taken back. */
  readonly values: DriverValues
  readonly keptStreams: ReadonlyArray<KeptStream>
  /** Whether the batch at a time, or a later batch, needs the RDD that a stream has at that time. */
  readonly isNeeded: (stream: AnyDStream, time: number) => boolean
}

/** Evaluates a stream once. Returns undefined if it has no RDD in this batch. */
const evaluateOnce = (
  { history, values }: Pick<EvaluationOptions, "history" | "values">,
  time: number,
  stream: AnyDStream,
): Effect.Effect<AnyRDD | undefined, BatchFailed<unknown>, unknown> =>
  Effect.suspend(() => {
    const { changes } = values
    history.takeFailed(time)
    return Effect.catchCause(Effect.provideService(stream, Batch, history.at(time)), (cause) => {
      values.reset(changes)
      if (Option.getOrUndefined(Cause.findErrorOption(cause)) instanceof NoRDD) return Effect.undefined
      const { operation, site } = history.takeFailed(time) ?? stream
      const where = { operator: operation, callSite: site, batchTime: time, outputId: undefined } as const
      return Effect.fail(toBatchFailed(cause, { ...where, phase: "generate" }))
    })
  })

/**
 * Evaluates the batch at `time`; call `history.begin` first. Fails if a failure policy makes the whole batch fail.
 *
 * Under `continueOn`, a stream that cannot be evaluated costs only the outputs above it. Other outputs have their jobs. Kept
 * streams are evaluated once more, so that a failure that does not repeat takes no records from later batches.
 */
export const evaluate: (
  options: EvaluationOptions,
  time: number,
) => Effect.Effect<Work, Failed, unknown> = Effect.fnUntraced(function* (options: EvaluationOptions, time: number) {
  const { graph, history, isNeeded, keptStreams } = options
  const ended = new Map<number, OutputOperationInfo>()
  const failures: Array<BatchFailed<unknown>> = []
  const policyOf = ({ output }: Pick<KeptStream, "output">): AnyPolicy => output.policy ?? options.policy
  /** Evaluates a stream under the policy of an output. If the policy lets other outputs continue, runs `goOn`. */
  const evaluateFor = (
    asked: Omit<KeptStream, "name">,
    goOn: (failure: BatchFailed<unknown>) => Effect.Effect<AnyRDD | undefined, never, unknown>,
  ): Effect.Effect<AnyRDD | undefined, Failed, unknown> => {
    const { output, outputId, stream } = asked
    const policy = policyOf(asked)
    return Effect.catch(withRetries(evaluateOnce(options, time, stream), policy), (failure) => {
      const { _tag } = lastOf(policy)
      if (_tag !== "Skip" && _tag !== "Continue") return Effect.fail({ failure, effect: failureEffect(policy) })
      if (_tag === "Continue") failures.push(failure)
      ended.set(outputId, endedInfo(failure, outputId, output, _tag === "Skip" ? "skipped" : "failed"))
      return goOn(failure)
    })
  }
  const warn = ({ stream }: KeptStream) => (failure: BatchFailed<unknown>): Effect.Effect<undefined> =>
    Effect.as(
      Effect.logWarning(
        `Later batches continue without this batch's records of ${stream.operation}: ${explainFailure(failure)}`,
      ),
      undefined,
    )
  const jobs: Array<Job> = []
  for (const [outputId, output] of graph.outputs.entries()) {
    const rdd = yield* evaluateFor({ output, outputId, stream: output.stream }, () => Effect.undefined)
    if (rdd !== undefined) jobs.push({ outputId, output, rdd })
  }
  // The failure of a kept stream is not that of an output.
  const endedOutputs = Array.from(ended.values())
  for (const kept of keptStreams) {
    const { outputId, stream } = kept
    if (history.at(time).recall(stream) !== undefined || !isNeeded(stream, time)) continue
    const again = Effect.catch(evaluateOnce(options, time, stream), warn(kept))
    const isContinuing = lastOf(policyOf(kept))._tag === "Continue"
    // This output's policy was applied to the failure above.
    if (ended.has(outputId) && history.hasFailed(stream, time)) {
      if (isContinuing) yield* again
    } else yield* evaluateFor(kept, (failure) => isContinuing ? again : warn(kept)(failure))
  }
  return { jobs, ended: endedOutputs, failures, kept: keptRDDs(keptStreams, history, time) }
})

const endedInfo = (
  failure: BatchFailed<unknown>,
  outputId: number,
  output: AnyOutput,
  outcome: "skipped" | "failed",
): OutputOperationInfo => ({
  ...operationInfo(failure.batchTime, outputId, output),
  outcome,
  failureReason: explainFailure(failure),
})
