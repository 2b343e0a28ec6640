/**
 * Stages: the loop over the tasks of all partitions, and how the failure of a task becomes the failure of the job.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { JobFailed } from "../../core/errors.ts"
import type { JobContext } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { type Executor, TaskFailed } from "./executor.ts"
import { givesWay } from "./giving_way.ts"
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

/** Runs one task. */
const runOne = <W extends Write>({ executor, job }: StageOptions, task: Task<W>): Job<Written<W>> =>
  Effect.mapError(executor.run(task), (failure) => ofTask(task, job, failure))

/**
 * Runs tasks one after another in the calling fiber, without an Effect for each, until one has to wait. The tasks after it
 * run as Effects.
 */
const runInOrder = <W extends Write>(
  options: StageOptions,
  now: NonNullable<Executor["now"]>,
  tasks: ReadonlyArray<Task<W>>,
): Job<ReadonlyArray<Written<W>>> =>
  Effect.suspend(() => {
    const written: Array<Written<W>> = []
    let at = 0
    try {
      for (; at < tasks.length; at++) {
        const task = tasks[at] as Task<W>
        const given = now(task)
        if (Effect.isEffect(given)) {
          const first = Effect.mapError(given, (failure) => ofTask(task, options.job, failure))
          const rest = Effect.forEach(tasks.slice(at + 1), (later) => runOne(options, later))
          return Effect.zipWith(first, rest, (one, others) => [...written, one, ...others])
        }
        written.push(given)
      }
    } catch (cause) {
      if (!(cause instanceof TaskFailed)) throw cause
      return Effect.fail(ofTask(tasks[at] as Task<W>, options.job, cause))
    }
    return Effect.succeed(written)
  })

/** Runs all tasks of a stage, and gives what they have written in order. `each` is given it as soon as it is written. */
export const runStage = <W extends Write>(
  options: StageOptions,
  tasks: ReadonlyArray<Task<W>>,
  each?: (written: Written<W>, index: number) => Effect.Effect<void>,
): Job<ReadonlyArray<Written<W>>> =>
  Effect.suspend(() => {
    const { concurrency, executor: { now } } = options
    const yields = givesWay()
    if (now !== undefined && concurrency === 1 && each === undefined && !yields) return runInOrder(options, now, tasks)
    const run = (task: Task<W>, index: number) => {
      const one = runOne(options, task)
      return each !== undefined
        ? Effect.tap(one, (written) => each(written, index))
        : yields
        ? Effect.tap(one, Effect.yieldNow)
        : one
    }
    return Effect.forEach(tasks, run, { concurrency })
  })
