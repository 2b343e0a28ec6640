/**
 * The time limit of tasks in workers.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { TaskTimedOut } from "../../core/errors.ts"
import { inRealTime } from "../../core/steady_clock.ts"
import { TaskFailed } from "./executor.ts"

/**
 * Interrupts a task that takes longer than a number of milliseconds. It then fails with `TaskTimedOut` in the name of its first
 * operation. A single call of a function cannot be interrupted. Without a number, there is no limit.
 */
export const withTimeLimit = <A, E, R>(
  task: Effect.Effect<A, E, R>,
  taskTimeout: number | undefined,
): Effect.Effect<A, E | TaskFailed, R> => {
  if (taskTimeout === undefined) return task
  const late = Effect.suspend(() => Effect.fail(new TaskFailed(0, new TaskTimedOut({ taskTimeout }))))
  return Effect.raceFirst(task, Effect.andThen(inRealTime(Effect.sleep(taskTimeout)), late))
}
