/**
 * The executor that runs tasks where the program runs.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { drive, run } from "../../core/pace.ts"
import type { Executor, TaskFailed } from "../plan/executor.ts"
import type { Primitive } from "../../rdd/primitive.ts"
import { rddOf } from "../plan/references.ts"
import type { Operation, Task } from "../plan/task.ts"
import { PlaceFailed, taskFailure } from "../task/failure.ts"
import type { Surroundings } from "../task/operations.ts"
import { runTask } from "../task/run.ts"

/** Failures of places, also those thrown while others were waited for, as failures of the task. */
const ofTask = <A>(
  task: Task,
  self: Effect.Effect<A, PlaceFailed, unknown>,
): Effect.Effect<A, TaskFailed, unknown> =>
  self.pipe(
    Effect.catchDefect((cause) => cause instanceof PlaceFailed ? Effect.fail(cause) : Effect.die(cause)),
    Effect.mapError((failure) => taskFailure(task, failure)),
  )

/** Runs tasks with the functions, states and services that are here. */
export const make = (around: Surroundings): Executor => ({
  run: (task) => ofTask(task, run(() => runTask(around, task))),
  now: (task) => {
    try {
      const given = drive(runTask(around, task))
      return Effect.isEffect(given) ? ofTask(task, given) : given
    } catch (cause) {
      throw cause instanceof PlaceFailed ? taskFailure(task, cause) : cause
    }
  },
})

/** What stands at an operation of the driver, whatever tasks call it. */
export const primitiveAt = (operation: Operation): Primitive => {
  const rdd = rddOf(operation)
  if (rdd === undefined) throw new TypeError(`the driver has not made this reference (${operation.kind})`)
  return rdd.primitive
}
