/**
 * The executor that runs tasks in this isolate as if they ran in another one.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { Mismatch, reasonOf } from "../../core/errors.ts"
import type { GraphCopy } from "../../rdd/engine.ts"
import { knownPrimitive } from "../../rdd/operators/known_steps.ts"
import type { Primitive } from "../../rdd/primitive.ts"
import { decodeTask, decodeWritten, encodeTask, encodeWritten } from "../plan/codec.ts"
import { type Executor, TaskFailed } from "../plan/executor.ts"
import { placesOf } from "../plan/places.ts"
import type { Operation, Task } from "../plan/task.ts"
import type { Surroundings } from "../task/operations.ts"
import * as InPlace from "./in_place.ts"

/** Finds the operation of a reference in a copy of the graph. */
const primitiveIn = (copy: GraphCopy | undefined, operation: Operation): Primitive => {
  if (operation.kind === "known") return knownPrimitive(operation)
  const rdd = operation.kind === "address" ? copy?.operationAt(operation.address) : undefined
  if (rdd !== undefined) return rdd.primitive
  const where = operation.kind === "address" ? JSON.stringify(operation.address) : operation.kind
  throw new Mismatch({ problem: `the graph copy has no operation at ${where}` })
}

/** Encodes records of a task. Records that are not portable fail the last operation of the task. */
const encoded = (task: Task, encode: () => Uint8Array): Effect.Effect<Uint8Array, TaskFailed> =>
  Effect.try({
    try: encode,
    catch: (cause) => new TaskFailed(placesOf(task).length - task.layers.length - 1, reasonOf(cause)),
  })

/**
 * Makes an executor that encodes and decodes every task, runs it with the functions of a copy of the graph, and encodes and
 * decodes what it has written. Reasons of failures are passed on as they are. What works here works in other isolates.
 */
export const make = (
  around: Pick<Surroundings, "generateCode" | "states">,
  copy: () => GraphCopy | undefined,
): Executor => {
  const other = InPlace.make({
    ...around,
    primitiveAt: (operation) => primitiveIn(copy(), operation),
    gathered: undefined,
  })
  return {
    run: (task) =>
      encoded(task, () => encodeTask(task)).pipe(
        Effect.flatMap((bytes) => other.run(decodeTask(bytes))),
        Effect.flatMap((written) => encoded(task, () => encodeWritten(written))),
        Effect.map((bytes) => decodeWritten(bytes, task.write)),
      ),
  }
}
