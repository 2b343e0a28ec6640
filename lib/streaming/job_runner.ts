/**
 * The job runner: runs the jobs of one batch in order, each under its policy, and then what later batches need of it.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { explainFailure } from "../core/errors.ts"
import type { AnyGraph } from "../dstream/graph.ts"
import { CurrentJob, type Engine, type JobContext } from "../rdd/engine.ts"
import type { AnyRDD } from "../rdd/rdd.ts"
import type { BatchFailed } from "./errors.ts"
import type { BatchInfo, OutputOperationInfo, StreamingEvent } from "./events.ts"
import type { AnyDStream } from "../dstream/dstream.ts"
import { type Job, toBatchFailed } from "./jobs.ts"
import type { Kept } from "./keepers.ts"
import { sharedAmong } from "./sharing.ts"
import { type AnyPolicy, handOver, insist, lastOf } from "./policies.ts"
import * as Report from "./reports.ts"

/** The jobs of one batch, ready to run. */
export interface JobSet {
  readonly time: number
  readonly jobs: ReadonlyArray<Job>
  /** Outputs that are left out because their streams could not be evaluated. */
  readonly left: ReadonlyArray<OutputOperationInfo>
  /** What later batches need of this one. */
  readonly kept: ReadonlyArray<Kept>
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

/** Something to be tried as often as a policy wants: what runs, on which blocks that others have computed. */
interface Task {
  readonly job: Job
  readonly shared: Shared
  /** What is computed whole with it, whatever the output asks for: the batch is in that when it is committed. */
  readonly kept: ReadonlyArray<AnyRDD>
  /** The keeper, where no output runs. */
  readonly keeper: AnyDStream | undefined
}

/** Runs a task once. What is kept is computed also if the output fails: its policy may let the batch go on. */
const runOnce = ({ engine, graph }: RunnerOptions, task: Task, set: JobSet, attempt: number) => {
  const { job: { output, outputId, rdd }, keeper, shared } = task
  const batchTime = set.time
  // One that fails does not keep the others from being computed.
  const computed = Effect.flatMap(
    Effect.forEach(task.kept, (each) => Effect.exit(engine.run(each))),
    (exits) => exits.find(Exit.isFailure) ?? Effect.void,
  )
  const main = keeper === undefined
    ? Effect.tapCause(
      Effect.suspend(() => output.run(rdd as never, { time: batchTime, outputId, attempt })),
      () => Effect.ignoreCause(computed),
    )
    : Effect.void
  return Effect.andThen(main, computed).pipe(
    Effect.provideService(CurrentJob, { batchTime, outputId, attempt, shared, lookUp: set.lookUp }),
    Effect.catchCause((cause) => {
      const { operation, site } = keeper ?? output
      const where = { operator: operation, callSite: site, batchTime, phase: "job" } as const
      return Effect.fail(
        toBatchFailed(cause, { ...where, outputId: keeper === undefined ? outputId : undefined }, graph),
      )
    }),
  )
}

/** Tries a task as often as its policy wants. */
const runTask = (options: RunnerOptions, task: Task, set: JobSet): Effect.Effect<Ended, never, unknown> =>
  Effect.suspend(() => {
    const { job, keeper } = task
    const policy = job.output.policy ?? options.policy
    const { name } = Report.operationInfo(set.time, job.outputId, job.output)
    const what = keeper === undefined ? `job ${name}` : `${keeper.operation} for later batches`
    let attempts = 0
    const once = Effect.suspend(() => runOnce(options, task, set, attempts++)).pipe(
      Effect.tapError((failure) =>
        policy._tag !== "Retry"
          ? Effect.void
          : Effect.logWarning(`Attempt ${attempts} of ${what} failed: ${explainFailure(failure)}`)
      ),
    )
    return Effect.matchEffect(insist(once, policy), {
      onSuccess: () => Effect.succeed(done),
      onFailure: (failure) => settle(policy, job, failure, attempts - 1),
    })
  })

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

/** Runs the job of an output, and tells listeners. */
const runJob = (options: RunnerOptions, task: Task, set: JobSet, info: BatchInfo) =>
  Effect.gen(function* () {
    const { job } = task
    const startTime = yield* Clock.currentTimeMillis
    const operation = { ...Report.operationInfo(set.time, job.outputId, job.output), startTime }
    options.publish({ _tag: "OutputOperationStarted", operation })
    const ended = yield* runTask(options, task, set)
    const endTime = yield* Clock.currentTimeMillis
    const finished = {
      ...operation,
      endTime,
      duration: endTime - startTime,
      outcome: ended.outcome,
      failureReason: ended.failure && explainFailure(ended.failure),
    }
    options.publish({ _tag: "OutputOperationCompleted", operation: finished })
    if (!ended.fatal && ended.outcome === "failed" && ended.failure !== undefined) options.report(ended.failure)
    return { ended, info: Report.withOperation(info, finished) }
  })

/** Computes what later batches need and no output has asked for. */
const runUpkeep = (options: RunnerOptions, { output, outputId, rdd, stream }: Kept, shared: Shared, set: JobSet) =>
  Effect.gen(function* () {
    const task = { job: { output, outputId, rdd }, shared, kept: [rdd], keeper: stream }
    const { failure, fatal, outcome } = yield* runTask(options, task, set)
    if (failure === undefined || fatal) return failure
    if (outcome === "failed") options.report(failure)
    else yield* Effect.logWarning(`Left out of later batches: ${explainFailure(failure)}`)
  })

/** Whether nobody hears of a batch, because no output has anything to do in it. */
export const isSilent = ({ jobs, left }: Pick<JobSet, "jobs" | "left">): boolean =>
  jobs.length === 0 && left.length === 0

/**
 * Runs the jobs of a batch, and computes what is kept of it. The result is the failure that ends the context, if there is
 * one. Nothing is committed yet.
 */
export const run: (
  options: RunnerOptions,
  set: JobSet,
) => Effect.Effect<
  { readonly fatal: BatchFailed<unknown> | undefined; readonly info: BatchInfo },
  never,
  unknown
> = Effect.fnUntraced(function* (options: RunnerOptions, set: JobSet) {
  const { engine, publish } = options
  const { due, last, upkeep } = sharedAmong(set.jobs, set.kept)
  const shared: Shared = new Map(Array.from(last.keys(), (rdd) => [rdd, undefined]))
  let info = Report.started(set.info, yield* Clock.currentTimeMillis)
  if (!isSilent(set)) publish({ _tag: "BatchStarted", batch: info })
  for (const operation of set.left) publish({ _tag: "OutputOperationCompleted", operation })
  for (const [index, job] of set.jobs.entries()) {
    const ofJob = (all: ReadonlyMap<AnyRDD, number>) =>
      Array.from(all).flatMap(([rdd, which]) => which === index ? [rdd] : [])
    const task = { job, shared, kept: ofJob(due), keeper: undefined }
    const ran = yield* runJob(options, task, set, info)
    info = ran.info
    if (ran.ended.fatal) return { fatal: ran.ended.failure, info }
    for (const rdd of ofJob(last)) shared.delete(rdd)
  }
  for (const kept of upkeep) {
    const fatal = yield* runUpkeep(options, kept, shared, set)
    if (fatal !== undefined) return { fatal, info }
  }
  // What could not be computed is not tried again: later batches go on without it, all of them.
  for (const { rdd } of set.kept) yield* engine.abandon(rdd)
  return { fatal: undefined, info }
})
