/**
 * The job runner: runs the jobs of one batch in order, each under its policy, and commits or drops the batch as a whole.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { OutputPolicy } from "../dstream/policy.ts"
import type { Block } from "../rdd/block.ts"
import { CurrentJob, type Engine, type JobContext } from "../rdd/engine.ts"
import type { AnyRDD } from "../rdd/rdd.ts"
import type { BatchFailed } from "./errors.ts"
import type { BatchInfo, OutputOperationInfo, StreamingEvent } from "./events.ts"
import { type Job, sharedAmong, toBatchFailed } from "./jobs.ts"
import { RunsInside } from "./listener_bus.ts"
import * as Report from "./reports.ts"

/** The jobs of one batch, ready to run. */
export interface JobSet {
  readonly time: number
  readonly jobs: ReadonlyArray<Job>
  readonly info: BatchInfo
  readonly lookUp: JobContext["lookUp"]
}

/** How an output ended: its outcome, and the failure if there was one. `fatal`: the batch and the context fail. */
export interface Ended {
  readonly outcome: NonNullable<OutputOperationInfo["outcome"]>
  readonly failure: BatchFailed<unknown> | undefined
  readonly fatal: boolean
}

/** What the runner needs of the running context. */
export interface RunnerOptions {
  readonly engine: Engine
  readonly policy: OutputPolicy<never, unknown, unknown>
  readonly publish: (event: StreamingEvent) => void
  /** Reports a failure that does not end the context. */
  readonly report: (failure: BatchFailed<unknown>) => Effect.Effect<void>
}

const done: Ended = { outcome: "done", failure: undefined, fatal: false }

/** Runs one job once. */
const runOnce = (job: Job, set: JobSet, attempt: number, shared: JobContext["shared"]) =>
  Effect.suspend(() => job.output.run(job.rdd as never, { time: set.time, outputId: job.outputId, attempt })).pipe(
    Effect.provideService(CurrentJob, {
      batchTime: set.time,
      outputId: job.outputId,
      attempt,
      shared,
      lookUp: set.lookUp,
    }),
    Effect.provideService(RunsInside, true),
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause) ? Effect.failCause(cause as Cause.Cause<never>) : Effect.fail(
        toBatchFailed(cause, {
          operator: job.output.operation,
          callSite: job.output.site,
          batchTime: set.time,
          outputId: job.outputId,
          phase: "job",
        }),
      )
    ),
  )

/** Applies a policy to a failure. `again` runs the job once more. */
const settle = (
  policy: OutputPolicy<never, unknown, unknown>,
  job: Job,
  failure: BatchFailed<unknown>,
  again: Effect.Effect<unknown, BatchFailed<unknown>, unknown>,
): Effect.Effect<Ended, never, unknown> => {
  switch (policy._tag) {
    case "Fail":
      return Effect.succeed({ outcome: "failed", failure, fatal: true })
    case "Continue":
      return Effect.succeed({ outcome: "failed", failure, fatal: false })
    case "Skip":
      return Effect.succeed({ outcome: "skipped", failure, fatal: false })
    case "Retry": {
      let first = true
      const retried = Effect.suspend(() => {
        if (!first) return again
        first = false
        return Effect.fail(failure)
      })
      return Effect.retry(retried, policy.schedule).pipe(
        Effect.as(done),
        Effect.catch((last) => settle(policy.then, job, last, again)),
      )
    }
    case "DeadLetter": {
      const { batchTime: time, outputId = job.outputId, reason, operator } = failure
      const handed = policy.handler(job.rdd as never, { time, outputId, attempt: 0, reason, operator })
      return Effect.map(
        Effect.exit(handed),
        (exit): Ended =>
          Exit.isSuccess(exit) ? { outcome: "deadLettered", failure, fatal: false } : {
            outcome: "failed",
            failure: toBatchFailed(exit.cause, { ...failure, operator: "deadLetter" }),
            fatal: true,
          },
      )
    }
  }
}

/** Runs a batch. The result is the failure that ends the context, if there is one. */
export const run = Effect.fnUntraced(function* (options: RunnerOptions, set: JobSet) {
  const { engine, publish } = options
  const last = sharedAmong(set.jobs)
  const shared = new Map<AnyRDD, ReadonlyArray<Block<unknown>> | undefined>(
    Array.from(last.keys(), (rdd) => [rdd, undefined]),
  )
  let info = Report.started(set.info, yield* Clock.currentTimeMillis)
  publish({ _tag: "BatchStarted", batch: info })
  let fatal: BatchFailed<unknown> | undefined
  for (const job of set.jobs) {
    if (fatal !== undefined) break
    const startTime = yield* Clock.currentTimeMillis
    const operation = { ...Report.operationInfo(set.time, job.outputId, job.output), startTime }
    publish({ _tag: "OutputOperationStarted", operation })
    let attempt = 0
    const once = Effect.suspend(() => runOnce(job, set, attempt++, shared))
    const ended = yield* Effect.matchEffect(once, {
      onSuccess: () => Effect.succeed(done),
      onFailure: (failure) => settle(job.output.policy ?? options.policy, job, failure, once),
    })
    const endTime = yield* Clock.currentTimeMillis
    const finished = {
      ...operation,
      endTime,
      duration: endTime - startTime,
      outcome: ended.outcome,
      failureReason: ended.failure?.message,
    }
    info = Report.withOperation(info, finished)
    publish({ _tag: "OutputOperationCompleted", operation: finished })
    for (const [rdd, outputId] of last) if (outputId === job.outputId) shared.delete(rdd)
    if (ended.fatal) fatal = ended.failure
    else if (ended.outcome === "failed" && ended.failure !== undefined) yield* options.report(ended.failure)
  }
  yield* engine.endBatch(set.time, fatal === undefined ? "commit" : "abort")
  return { fatal, info }
})
