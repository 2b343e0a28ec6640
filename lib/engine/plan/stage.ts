/**
 * Stages: the loop over the tasks of all partitions, and how the failure of a task becomes the failure of the job.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { JobFailed } from "../../core/errors.ts"
import { currentPacing, giveWayIfDue, isDue, run } from "../../core/pace.ts"
import type { JobContext } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { type Executor, type StagePlan, TaskFailed } from "./executor.ts"
import { runInLanes } from "./lanes.ts"
import type { Job } from "./lowering.ts"
import { placesOf } from "./places.ts"
import { rddOf } from "./references.ts"
import type { Task, Write, Written } from "./task.ts"

/** The failure of a job in an operation. A reason that is the failure of a job itself, of an action inside, stays as it is. */
export const failed = (
  rdd: AnyRDD,
  partition: number | undefined,
  { batchTime }: JobContext,
  reason: unknown,
): JobFailed<unknown> =>
  reason instanceof JobFailed
    ? reason
    : new JobFailed({ reason, operator: rdd.operation, callSite: rdd.site, partition, batchTime })

/** The failure of a job in a task: the driver adds the operation and its call site. */
const ofTask = (task: Task, job: JobContext, { at, reason }: TaskFailed): JobFailed<unknown> => {
  const place = placesOf(task)[at]
  const rdd = place && rddOf(place.operation)
  if (place === undefined || rdd === undefined) {
    throw new TypeError(`a task failed at place ${at}, which it does not have`)
  }
  return failed(rdd, place.index, job, reason)
}

/** How the tasks of a stage run. */
export interface StageOptions {
  readonly executor: Executor
  readonly job: JobContext
  /** How many tasks may wait for effects side by side. */
  readonly concurrency: number
}

/** Runs one task. The event loop gets its turn afterwards, if it is due. */
const runOne = <W extends Write>({ executor, job }: StageOptions, task: Task<W>): Job<Written<W>> =>
  Effect.tap(Effect.mapError(executor.run(task), (failure) => ofTask(task, job, failure)), giveWayIfDue)

/** Runs a task at once as far as it does not have to wait. */
const startOne = <W extends Write>(
  { job }: StageOptions,
  now: NonNullable<Executor["now"]>,
  task: Task<W>,
): Written<W> | Job<Written<W>> => {
  try {
    const given = now(task)
    return Effect.isEffect(given) ? Effect.mapError(given, (failure) => ofTask(task, job, failure)) : given
  } catch (cause) {
    if (cause instanceof TaskFailed) return Effect.fail(ofTask(task, job, cause))
    throw cause
  }
}

/** Runs tasks in the calling fiber, one after another, without an Effect for those that do not have to wait. */
function* runInOrder<W extends Write>(
  options: StageOptions,
  now: NonNullable<Executor["now"]>,
  tasks: ReadonlyArray<Task<W>>,
): Generator<Job<Written<W>> | undefined, ReadonlyArray<Written<W>>, unknown> {
  const written: Array<Written<W>> = []
  for (const task of tasks) {
    const given = startOne(options, now, task)
    // The driver of the generator hands back what the Effect has given.
    written.push(Effect.isEffect(given) ? (yield given) as Written<W> : given)
    if (isDue()) yield
  }
  return written
}

/** Runs tasks one after another, or side by side where they wait. */
const runHere = <W extends Write>(
  options: StageOptions,
  tasks: ReadonlyArray<Task<W>>,
  each?: (written: Written<W>, index: number) => Effect.Effect<void>,
): Job<ReadonlyArray<Written<W>>> => {
  const { concurrency, executor: { now } } = options
  if (now !== undefined && concurrency === 1 && each === undefined) return run(() => runInOrder(options, now, tasks))
  return Effect.forEach(tasks, (task, index) => runAndTell(options, task, index, each), { concurrency })
}

const runAndTell = <W extends Write>(
  options: StageOptions,
  task: Task<W>,
  index: number,
  each?: (written: Written<W>, index: number) => Effect.Effect<void>,
): Job<Written<W>> => {
  const one = runOne(options, task)
  return each === undefined ? one : Effect.tap(one, (written) => each(written, index))
}

/** Measures how long the tasks of a stage take, for the plan of the next such stage. */
const measured = <A extends ReadonlyArray<Written>>(stage: Job<A>, { ended }: StagePlan): Job<A> =>
  Effect.suspend(() => {
    const { now } = currentPacing()
    const startedAt = now()
    return Effect.tap(stage, (written) => Effect.sync(() => ended(written, now() - startedAt)))
  })

/** Runs the tasks of a stage where they all run at once. */
const runAtOnce = <W extends Write>(
  { job }: StageOptions,
  stage: NonNullable<Executor["stage"]>,
  tasks: ReadonlyArray<Task<W>>,
  each?: (written: Written<W>, index: number) => Effect.Effect<void>,
): Job<ReadonlyArray<Written<W>>> => {
  const all = Effect.mapError(stage(tasks), ({ failure, task }) => ofTask(task, job, failure))
  return each === undefined ? all : Effect.tap(all, (written) => Effect.forEach(written, each, { discard: true }))
}

/** Runs all tasks of a stage, and gives what they have written in order. `each` is given it as soon as it is written. */
export const runStage = <W extends Write>(
  options: StageOptions,
  tasks: ReadonlyArray<Task<W>>,
  each?: (written: Written<W>, index: number) => Effect.Effect<void>,
): Job<ReadonlyArray<Written<W>>> => {
  if (options.executor.stage !== undefined) return runAtOnce(options, options.executor.stage, tasks, each)
  const plan = tasks.length > 1 ? options.executor.plan?.(tasks) : undefined
  if (plan === undefined) return runHere(options, tasks, each)
  if (plan.lanes === undefined) return measured(runHere(options, tasks, each), plan)
  const stage = runInLanes(
    plan.lanes,
    tasks,
    (executor, task, index) => runAndTell({ ...options, executor }, task, index, each),
    plan.laneAt,
  )
  return Effect.tap(stage, (written) => Effect.sync(() => plan.ended(written)))
}
