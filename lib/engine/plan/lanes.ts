/**
 * Lanes: executors that run the tasks of a stage side by side.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import type { Executor, StagePlan } from "./executor.ts"
import type { Job } from "./lowering.ts"
import type { Task } from "./task.ts"

/**
 * Runs tasks in lanes. Each lane takes the next task as soon as it has ended one, or the next of those that `laneAt` gives it.
 * Gives the results in the order of the tasks.
 *
 * If tasks fail, the stage fails as the first of them in this order does, whichever fails first in time. Later tasks that have
 * not begun by then do not begin, and those that have begun end first.
 *
 * What tasks add to accumulators counts in the order of the tasks as well.
 */
export const runInLanes = <T extends Task, A>(
  lanes: ReadonlyArray<Executor>,
  tasks: ReadonlyArray<T>,
  run: (lane: Executor, task: T, index: number) => Job<A>,
  laneAt?: StagePlan["laneAt"],
): Job<ReadonlyArray<A>> =>
  Effect.suspend(() => {
    const results = new Map<number, A>()
    const updates = tasks.map(() => new TaskUpdates.TaskUpdates())
    const left = Array.from(tasks.entries())
    let failure: { readonly index: number; readonly cause: Cause.Cause<Effect.Error<Job<A>>> } | undefined
    const runNext = (lane: Executor): Job<boolean> => {
      const at = laneAt === undefined ? 0 : left.findIndex(([index]) => laneAt(index) === lane)
      const [next] = at < 0 ? [] : left.splice(at, 1)
      if (next === undefined || (failure !== undefined && failure.index < next[0])) return Effect.succeed(false)
      const [index, task] = next
      const own = updates[index] ?? new TaskUpdates.TaskUpdates()
      return Effect.matchCause(TaskUpdates.within(own, Effect.suspend(() => run(lane, task, index))), {
        onSuccess: (result) => {
          results.set(index, result)
          return true
        },
        onFailure: (cause) => {
          if (failure === undefined || index < failure.index) failure = { index, cause }
          return false
        },
      })
    }
    const runAll = (lane: Executor): Job<void> =>
      Effect.flatMap(runNext(lane), (goesOn) => goesOn ? runAll(lane) : Effect.void)
    const all = Effect.forEach(lanes, runAll, { concurrency: "unbounded", discard: true })
    return Effect.flatMap(all, () => {
      if (failure !== undefined) return Effect.failCause(failure.cause)
      for (const each of updates) TaskUpdates.current()?.include(each)
      return Effect.succeed(tasks.flatMap((_, index) => results.has(index) ? [results.get(index) as A] : []))
    })
  })
