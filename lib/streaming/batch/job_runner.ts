/**
 * The job runner: runs the jobs of one batch in order, each under its failure policy, and computes the kept RDDs.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { explainFailure } from "../../core/errors.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import { CurrentJob, type Engine, type OpenBatch } from "../../rdd/engine.ts"
import type { AnyOutput } from "../../dstream/outputs/output.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { BatchFailed } from "../errors.ts"
import type { DriverValues } from "./driver_values.ts"
import type { OutputOperationInfo } from "../listeners/events.ts"
import { toBatchFailed, type Where } from "./failures.ts"
import type { KeptRDD } from "../../dstream/graph/kept_streams.ts"
import { type AnyPolicy, lastOf, runDeadLetter, withRetries } from "../../dstream/outputs/retries.ts"
import { type BatchReport, operationInfo } from "./reports.ts"
import type { Job, Work } from "./work.ts"

/** The parts of the running context that the job runner needs. */
export interface RunnerOptions {
  readonly graph: AnyGraph
  readonly engine: Engine
  /** The policy of outputs without their own. */
  readonly policy: AnyPolicy
  /** Gives the time of the run. */
  readonly now: () => number
  /** Is told of each output that has ended without failing the batch. */
  readonly done?: ((batchTime: number, output: AnyOutput) => void) | undefined
  /** Is told when an output begins and ends. Undefined outside tests. */
  readonly reach?: ((step: string) => Effect.Effect<void>) | undefined
  /** The values of the driver. What a failed attempt has changed is taken back. */
  readonly values: DriverValues
  /** Whether an earlier process may have run the batch. */
  readonly isRecovered: boolean
  /** Whether what outputs write must survive a loss of power. */
  readonly isDurable: boolean
  /** Reports a failure that does not stop the context. */
  readonly report: (failure: BatchFailed<unknown>) => Effect.Effect<void>
}

/**
 * How a job ended after its retries. `failure` is the last failure, to which the policy was applied; undefined if the job
 * succeeded.
 */
interface Outcome {
  readonly outcome: NonNullable<OutputOperationInfo["outcome"]>
  readonly failure: BatchFailed<unknown> | undefined
}

/** An effect to run under the failure policy of an output. */
interface Attempted {
  /** The output whose policy applies, and the RDD that a dead letter gets. */
  readonly job: Job
  /** The name in log messages. */
  readonly name: string
  /** Where it failed, if the failure does not say it more precisely. */
  readonly where: Omit<Where, "phase">
  readonly run: (attempt: number) => Effect.Effect<unknown, unknown, unknown>
  /** Is told how many records the tasks have read. */
  readonly countRead?: (records: number) => void
}

const policyOf = ({ output }: Pick<Job, "output">, { policy }: RunnerOptions): AnyPolicy => output.policy ?? policy

/**
 * Runs an effect, with retries if its policy has them, and then applies the rest of the policy. Fails if the batch has to
 * fail.
 */
const runUnderPolicy = (
  options: RunnerOptions,
  open: OpenBatch,
  { countRead, job, name, run, where }: Attempted,
): Effect.Effect<Outcome, BatchFailed<unknown>, unknown> =>
  Effect.suspend(() => {
    const { outputId } = job
    const policy = policyOf(job, options)
    let attempts = 0
    const once = Effect.suspend(() => {
      const attempt = attempts++
      const { changes } = options.values
      open.attempt()
      const context = {
        name: job.output.name,
        recovered: options.isRecovered,
        durable: options.isDurable,
        batchTime: where.batchTime,
        outputId,
        attempt,
        batch: open,
        countRead,
      }
      return Effect.catchCause(
        Effect.provideService(Effect.suspend(() => run(attempt)), CurrentJob, context),
        (cause) => {
          options.values.reset(changes)
          const failure = toBatchFailed(cause, { ...where, phase: "job" }, options.graph)
          const failed = Effect.fail(failure)
          if (policy._tag !== "Retry") return failed
          const warning = `Attempt ${attempts} of ${name} failed: ${explainFailure(failure)}`
          return Effect.andThen(Effect.logWarning(warning), failed)
        },
      )
    })
    return Effect.matchEffect(withRetries(once, policy), {
      onSuccess: () => Effect.succeed<Outcome>({ outcome: "done", failure: undefined }),
      onFailure: (failure) => applyPolicy(policy, job, failure, attempts - 1, options.isRecovered),
    })
  })

/** Applies the part of a policy that follows its retries. */
const applyPolicy = (
  policy: AnyPolicy,
  { output: { name }, outputId, rdd }: Job,
  failure: BatchFailed<unknown>,
  attempt: number,
  recovered: boolean,
): Effect.Effect<Outcome, BatchFailed<unknown>, unknown> => {
  const last = lastOf(policy)
  switch (last._tag) {
    case "Fail":
      return Effect.fail(failure)
    case "Continue":
      return Effect.succeed({ outcome: "failed", failure })
    case "Skip":
      return Effect.succeed({ outcome: "skipped", failure })
    case "DeadLetter": {
      const { batchTime, reason, operator } = failure
      return Effect.flatMap(
        runDeadLetter(last, rdd, { name, time: batchTime, outputId, attempt, recovered, reason, operator }),
        (cause) =>
          cause === undefined
            ? Effect.succeed({ outcome: "deadLettered", failure })
            : Effect.fail(toBatchFailed(cause, { ...failure, operator: "deadLetter" })),
      )
    }
  }
}

/** Runs the job of an output and publishes its events. Gives the failure to which the policy was applied. */
const runJob = Effect.fnUntraced(
  function* (options: RunnerOptions, open: OpenBatch, batchTime: number, job: Job, report: BatchReport) {
    const { output, outputId, rdd } = job
    const startTime = options.now()
    const operation = { ...operationInfo(batchTime, outputId, output), startTime }
    report.operationStarted(operation)
    if (options.reach !== undefined) yield* options.reach("output")
    let recordsRead = 0
    const result = yield* Effect.result(runUnderPolicy(options, open, {
      job,
      name: `job ${operation.name}`,
      where: { operator: output.operation, callSite: output.site, batchTime, outputId },
      run: (attempt) =>
        output.run(rdd as never, {
          name: output.name,
          time: batchTime,
          outputId,
          attempt,
          recovered: options.isRecovered,
        }),
      countRead: (records) => {
        recordsRead += records
      },
    }))
    const { failure, outcome }: Outcome = Result.isSuccess(result)
      ? result.success
      : { outcome: "failed", failure: result.failure }
    const endTime = options.now()
    report.operationCompleted({
      ...operation,
      endTime,
      duration: endTime - startTime,
      recordsRead,
      outcome,
      failureReason: failure && explainFailure(failure),
    })
    if (Result.isFailure(result)) return yield* Effect.fail(result.failure)
    if (options.reach !== undefined) yield* options.reach("output done")
    options.done?.(batchTime, output)
    if (outcome === "failed" && failure !== undefined) yield* options.report(failure)
    return failure
  },
)

/**
 * Computes all partitions of a kept RDD, even if outputs needed only some. If that fails, the RDD counts as empty from now
 * on.
 */
const computeKept = Effect.fnUntraced(function* (
  options: RunnerOptions,
  open: OpenBatch,
  batchTime: number,
  { deadLetterRDD, name, output, outputId, rdd, stream }: KeptRDD,
  report: BatchReport,
) {
  const startTime = options.now()
  const { failure, outcome } = yield* runUnderPolicy(options, open, {
    job: { output, outputId, rdd: deadLetterRDD ?? rdd },
    name: `${stream.operation} for later batches`,
    where: { operator: stream.operation, callSite: stream.site, batchTime, outputId: undefined },
    run: () => options.engine.compute(rdd),
  })
  const duration = options.now() - startTime
  report.kept({ name, duration })
  if (failure === undefined) return
  yield* options.engine.abandon(rdd)
  if (outcome === "failed") yield* options.report(failure)
  else {yield* Effect.logWarning(
      `Later batches continue without this batch's records of ${stream.operation}: ${explainFailure(failure)}`,
    )}
})

/** Runs the jobs of a batch and computes its kept RDDs. Does not commit the batch. Fails if the batch has to fail. */
export const run: (
  options: RunnerOptions,
  open: OpenBatch,
  work: Work,
  batchTime: number,
  report: BatchReport,
) => Effect.Effect<void, BatchFailed<unknown>, unknown> = Effect.fnUntraced(function* (
  options: RunnerOptions,
  open: OpenBatch,
  work: Work,
  batchTime: number,
  report: BatchReport,
) {
  const kept = new Map<AnyRDD, KeptRDD>(work.kept.map((each) => [each.rdd, each]))
  const keptAfter = (index: number | undefined) => open.dueAfter(index).flatMap((rdd) => kept.get(rdd) ?? [])
  report.started(work, options.now())
  for (const [index, job] of work.jobs.entries()) {
    const failure = yield* runJob(options, open, batchTime, job, report)
    const lost = new Set(failure === undefined ? [] : open.lost)
    for (const each of keptAfter(index)) {
      // The job has failed on this kept RDD, and the output's policy was applied. Computing the RDD again makes sense if the
      // kept stream has another policy, or under `continueOn`, where a failure that does not repeat must cost no records.
      const policy = policyOf(each, options)
      const isHandled = lost.has(each.rdd) && policy === policyOf(job, options) && lastOf(policy)._tag !== "Continue"
      yield* isHandled ? options.engine.abandon(each.rdd) : computeKept(options, open, batchTime, each, report)
    }
    open.finish(index)
  }
  for (const each of keptAfter(undefined)) yield* computeKept(options, open, batchTime, each, report)
})
