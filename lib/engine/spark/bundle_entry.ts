/**
 * The part of the library in the bundle of a program: what workers call for each task.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { describeCause } from "../../core/errors.ts"
import * as Layers from "../task/layers.ts"
import { decodeCommand, encodePart, type Failure } from "./command.ts"
import { Following, type Modules } from "./follower.ts"
import { Packer } from "./parcels.ts"
import type { Rows } from "./relations.ts"
import { failing, runPartition } from "./worker_stage.ts"

/** Runs the task of one partition. */
export type RunTask = (command: Uint8Array, split: number, rows: Rows, emit: (rows: Rows) => void) => Promise<void>

/** Makes the function that runs tasks with the functions of some modules. */
export const makeRunTask = (modules: Modules): RunTask => {
  const following = new Following(modules)
  // A worker has one task at a time. The copy of the graph would not stand two.
  const turn = Semaphore.makeUnsafe(1)
  return (bytes, split, rows, emit) => {
    const command = decodeCommand(bytes)
    const { heads, output } = command
    const useless = (cause: unknown): Rows => {
      const failure: Failure = { output, task: split, answer: { kind: "refused", why: describeCause(cause) } }
      return failing(command, split, [encodePart(failure)])
    }
    const run = Effect.matchEffect(following.worksite(command), {
      onFailure: (cause) => Effect.sync(() => useless(cause)),
      // Without tasks, the driver only wants to know whether there is a copy.
      onSuccess: (worksite) =>
        heads.length === 0
          ? Effect.sync(() => new Packer().rows())
          : Layers.during(runPartition(worksite, command, split, rows)),
    })
    return Effect.runPromise(Effect.map(Semaphore.withPermit(turn, run), emit))
  }
}
