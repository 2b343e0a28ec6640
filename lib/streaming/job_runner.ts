/**
 * The job runner: runs the jobs of one batch in order, each under its policy.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { explainFailure } from "../core/errors.ts"
import type { AnyGraph } from "../dstream/graph.ts"
import type { Block } from "../rdd/block.ts"
import { CurrentJob, type Engine, type JobContext } from "../rdd/engine.ts"
import type { AnyRDD } from "../rdd/rdd.ts"
import type { BatchFailed } from "./errors.ts"
import type { BatchInfo, OutputOperationInfo, StreamingEvent } from "./events.ts"
import { type Job, toBatchFailed } from "./jobs.ts"
import { isState, sharedAmong } from "./sharing.ts"
import { type AnyPolicy, handOver, insist, lastOf } from "./policies.ts"
import * as Report from "./reports.ts"

/** The jobs of one batch, ready to run. */
export interface JobSet {
  readonly time: number
  readonly jobs: ReadonlyArray<Job>
  /** Outputs that are left out because their streams could not be evaluated. */
  readonly left: ReadonlyArray<OutputOperationInfo>
  readonly info: BatchInfo
  readonly lookUp: JobContext["lookUp"]
}

/** How an output ended: its outcome, and the failure if there was one. `fatal`: the batch and the context fail. */
interface Ended {
  readonly outcome: NonNullable<OutputOperationInfo["outcome"]>
  readonly failure: BatchFailed<unknown> | undefined
  readonly fatal: boolean
}

/** What the runner needs of the running context. */
export interface RunnerOptions {
  readonly graph: AnyGraph
  readonly engine: Engine
  readonly policy: AnyPolicy
  readonly publish: (event: StreamingEvent) => void
  /** Reports a failure that does not end the context. */
  readonly report: (failure: BatchFailed<unknown>) => void
}

const done: Ended = { outcome: "done", failure: undefined, fatal: false }

type Shared = JobContext["shared"]

/**
 * Runs one job once, and then computes `states`, whatever the output has asked for: the batch is in them when it is
 * committed. So it is if the output fails, and its policy lets the batch go on.
 */
const runOnce = (
  { engine, graph }: RunnerOptions,
  job: Job,
  set: JobSet,
  attempt: number,
  shared: Shared,
  states: Iterable<AnyRDD>,
) => {
  const { output, outputId, rdd } = job
  const batchTime = set.time
  const computed = Effect.forEach(states, (state) => engine.run(state), { discard: true })
  return Effect.suspend(() => output.run(rdd as never, { time: batchTime, outputId, attempt })).pipe(
    Effect.tapCause(() => Effect.ignoreCause(computed)),
    Effect.andThen(computed),
    Effect.provideService(CurrentJob, { batchTime, outputId, attempt, shared, lookUp: set.lookUp }),
    Effect.catchCause((cause) => {
      const where = { operator: output.operation, callSite: output.site, batchTime, outputId, phase: "job" } as const
      return Effect.fail(toBatchFailed(cause, where, graph))
    }),
  )
}

/** Applies what is left of a policy to a failure. */
const settle = (
  policy: AnyPolicy,
  job: Job,
  failure: BatchFailed<unknown>,
  attempt: number,
): Effect.Effect<Ended, never, unknown> => {
  const last = lastOf(policy)
  switch (last._tag) {
    case "Fail":
      return Effect.succeed({ outcome: "failed", failure, fatal: true })
    case "Continue":
      return Effect.succeed({ outcome: "failed", failure, fatal: false })
    case "Skip":
      return Effect.succeed({ outcome: "skipped", failure, fatal: false })
    case "DeadLetter": {
      const { batchTime, reason, operator } = failure
      const { outputId } = job
      return Effect.map(
        handOver(last, job.rdd, { time: batchTime, outputId, attempt, reason, operator }),
        (cause): Ended =>
          cause === undefined
            ? { outcome: "deadLettered", failure, fatal: false }
            : { outcome: "failed", failure: toBatchFailed(cause, { ...failure, operator: "deadLetter" }), fatal: true },
      )
    }
  }
}

/** Runs the jobs of a batch. The result is the failure that ends the context, if there is one. Nothing is committed yet. */
export const run: (
  options: RunnerOptions,
  set: JobSet,
) => Effect.Effect<
  { readonly fatal: BatchFailed<unknown> | undefined; readonly info: BatchInfo },
  never,
  unknown
> = Effect.fnUntraced(function* (options: RunnerOptions, set: JobSet) {
  const { publish } = options
  const last = sharedAmong(set.jobs, set.time)
  const shared = new Map<AnyRDD, ReadonlyArray<Block<unknown>> | undefined>(
    Array.from(last.keys(), (rdd) => [rdd, undefined]),
  )
  let info = Report.started(set.info, yield* Clock.currentTimeMillis)
  publish({ _tag: "BatchStarted", batch: info })
  for (const operation of set.left) publish({ _tag: "OutputOperationCompleted", operation })
  let fatal: BatchFailed<unknown> | undefined
  for (const job of set.jobs) {
    if (fatal !== undefined) break
    const startTime = yield* Clock.currentTimeMillis
    const operation = { ...Report.operationInfo(set.time, job.outputId, job.output), startTime }
    publish({ _tag: "OutputOperationStarted", operation })
    const policy = job.output.policy ?? options.policy
    const finishing = Array.from(last.keys()).filter((rdd) => last.get(rdd) === job.outputId)
    const states = finishing.filter((rdd) => isState(rdd, set.time))
    let attempts = 0
    const once = Effect.suspend(() => runOnce(options, job, set, attempts++, shared, states)).pipe(
      Effect.tapError((failure) =>
        policy._tag !== "Retry"
          ? Effect.void
          : Effect.logWarning(`Attempt ${attempts} of job ${operation.name} failed: ${explainFailure(failure)}`)
      ),
    )
    const ended = yield* Effect.matchEffect(insist(once, policy), {
      onSuccess: () => Effect.succeed(done),
      onFailure: (failure) => settle(policy, job, failure, attempts - 1),
    })
    const endTime = yield* Clock.currentTimeMillis
    const finished = {
      ...operation,
      endTime,
      duration: endTime - startTime,
      outcome: ended.outcome,
      failureReason: ended.failure && explainFailure(ended.failure),
    }
    info = Report.withOperation(info, finished)
    publish({ _tag: "OutputOperationCompleted", operation: finished })
    for (const rdd of finishing) shared.delete(rdd)
    if (ended.fatal) fatal = ended.failure
    else if (ended.outcome === "failed" && ended.failure !== undefined) options.report(ended.failure)
  }
  return { fatal, info }
})
