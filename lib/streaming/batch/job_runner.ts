/**
 * The job runner: runs the jobs of one batch in order, each under its policy, and then what later batches need of it.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { explainFailure } from "../../core/errors.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import { type BatchWork, CurrentJob, type Engine, type OpenBatch } from "../../rdd/engine.ts"
import type { BatchFailed } from "../errors.ts"
import type { BatchInfo, OutputOperationInfo, StreamingEvent } from "../listeners/events.ts"
import { type Job, toBatchFailed } from "./evaluation.ts"
import type { Kept } from "./kept_streams.ts"
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
  /** The addresses of operations that the graph copy has. */
  readonly addressOf: BatchWork["addressOf"]
  readonly publish: (event: StreamingEvent) => void
  /** Reports a failure that does not end the context. */
  readonly report: (failure: BatchFailed<unknown>) => void
}

const done: Ended = { outcome: "done", failure: undefined, fatal: false }

/** Something to be tried as often as a policy wants. */
interface Task {
  readonly job: Job
  readonly name: string
  readonly run: (attempt: number) => Effect.Effect<unknown, unknown, unknown>
  /** What failures that are nobody else's are said to be of. */
  readonly where: Pick<BatchFailed<unknown>, "operator" | "callSite" | "outputId">
}

/** What the tasks of a batch have in common. */
interface Running {
  readonly options: RunnerOptions
  readonly set: JobSet
  readonly batch: OpenBatch
}

/** Tries a task as often as its policy wants. */
const runTask = (running: Running, task: Task): Effect.Effect<Ended, never, unknown> =>
  Effect.suspend(() => {
    const { batch, options, set } = running
    const { job, name, where } = task
    const { outputId } = job
    const batchTime = set.time
    const policy = job.output.policy ?? options.policy
    let attempts = 0
    const once = Effect.suspend(() => {
      const attempt = attempts++
      batch.attempt()
      return Effect.provideService(
        Effect.suspend(() => task.run(attempt)),
        CurrentJob,
        { batchTime, outputId, attempt, batch },
      )
    }).pipe(
      Effect.catchCause((cause) =>
        Effect.fail(toBatchFailed(cause, { ...where, batchTime, phase: "job" }, options.graph))
      ),
      Effect.tapError((failure) =>
        policy._tag !== "Retry"
          ? Effect.void
          : Effect.logWarning(`Attempt ${attempts} of ${name} failed: ${explainFailure(failure)}`)
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
const runJob = (running: Running, job: Job, info: BatchInfo) =>
  Effect.gen(function* () {
    const { options, set } = running
    const { output, outputId, rdd } = job
    const startTime = yield* Clock.currentTimeMillis
    const operation = { ...Report.operationInfo(set.time, outputId, output), startTime }
    options.publish({ _tag: "OutputOperationStarted", operation })
    const ended = yield* runTask(running, {
      job,
      name: `job ${operation.name}`,
      run: (attempt) => output.run(rdd as never, { time: set.time, outputId, attempt }),
      where: { operator: output.operation, callSite: output.site, outputId },
    })
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

/** Computes what later batches need, whole, whatever outputs have asked for. A dead letter has the records it is made of. */
const runUpkeep = (
  running: Running,
  { letter, output, outputId, rdd, stream }: Kept,
): Effect.Effect<Ended, never, unknown> =>
  Effect.gen(function* () {
    const { options } = running
    const ended = yield* runTask(running, {
      job: { output, outputId, rdd: letter ?? rdd },
      name: `${stream.operation} for later batches`,
      run: () => options.engine.compute(rdd),
      where: { operator: stream.operation, callSite: stream.site, outputId: undefined },
    })
    if (ended.failure === undefined || ended.fatal) return ended
    if (ended.outcome === "failed") options.report(ended.failure)
    else yield* Effect.logWarning(`Left out of later batches: ${explainFailure(ended.failure)}`)
    return ended
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
  const batch = yield* Effect.orDie(engine.openBatch({
    time: set.time,
    jobs: set.jobs.map(({ output: { writes }, rdd }) => ({ rdd, writes })),
    kept: set.kept.map(({ rdd }) => rdd),
    addressOf: options.addressOf,
    notes: undefined,
  }))
  const running: Running = { options, set, batch }
  const dueAfter = (index: number | undefined): ReadonlyArray<Kept> => {
    const due = new Set(batch.dueAfter(index))
    return set.kept.filter(({ rdd }) => due.has(rdd))
  }
  let info = Report.started(set.info, yield* Clock.currentTimeMillis)
  if (!isSilent(set)) publish({ _tag: "BatchStarted", batch: info })
  for (const operation of set.left) publish({ _tag: "OutputOperationCompleted", operation })
  /** Computes what is kept, parents first, but for what is lost already. Nothing that is lost is tried again later. */
  const keep = Effect.fnUntraced(function* (kept: ReadonlyArray<Kept>, isLost: (kept: Kept) => boolean) {
    for (const each of kept) {
      const ended = isLost(each) ? undefined : yield* runUpkeep(running, each)
      if (ended?.fatal === true) return ended.failure
      if (ended?.outcome !== "done") yield* engine.abandon(each.rdd)
    }
  })
  for (const [index, job] of set.jobs.entries()) {
    const ran = yield* runJob(running, job, info)
    info = ran.info
    if (ran.ended.fatal) return { fatal: ran.ended.failure, info }
    // What an output has failed with has been dealt with by its policy, unless another one applies.
    const failed = new Set(ran.ended.failure === undefined ? [] : running.batch.lost)
    const policyOf = ({ output }: Pick<Kept, "output">) => output.policy ?? options.policy
    const isLost = (kept: Kept) => failed.has(kept.rdd) && policyOf(kept) === policyOf(job)
    const fatal = yield* keep(dueAfter(index), isLost)
    if (fatal !== undefined) return { fatal, info }
    batch.finish(index)
  }
  return { fatal: yield* keep(dueAfter(undefined), () => false), info }
})
