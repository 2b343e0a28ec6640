/**
 * The executor that runs tasks in the isolate of the program.
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

/** Makes failures of places failures of the task, also those that plain code throws after something was waited for. */
const ofTask = <A>(
  task: Task,
  self: Effect.Effect<A, PlaceFailed, unknown>,
): Effect.Effect<A, TaskFailed, unknown> =>
  self.pipe(
    Effect.catchDefect((cause) => cause instanceof PlaceFailed ? Effect.fail(cause) : Effect.die(cause)),
    Effect.mapError((failure) => taskFailure(task, failure)),
  )

/** Makes an executor that runs tasks in the calling fiber. */
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

/** Finds the operation of a reference that the driver has made. */
export const primitiveAt = (operation: Operation): Primitive => {
  const rdd = rddOf(operation)
  if (rdd === undefined) throw new TypeError(`the driver has not made this reference (${operation.kind})`)
  return rdd.primitive
}
