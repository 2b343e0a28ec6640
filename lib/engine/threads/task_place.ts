/**
 * Where the tasks of a worker run: what they need of the isolate, and what becomes of their failures.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { NotPortable } from "../../core/codec.ts"
import { describeCause, EngineFault } from "../../core/errors.ts"
import { run } from "../../core/pace.ts"
import type { Block } from "../../rdd/block.ts"
import { CurrentJob, Engine, type GraphCopy } from "../../rdd/engine.ts"
import { Compression } from "../../rdd/files/compression.ts"
import { Files } from "../../rdd/files/files.ts"
import { knownPrimitive } from "../../rdd/operators/known_steps.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { Primitive } from "../../rdd/primitive.ts"
import { StateFormatFailed } from "../../rdd/state.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import { runtimeCompression } from "../compression.ts"
import { makeFiles } from "../files.ts"
import * as LocalEngine from "../local/engine.ts"
import * as InPlace from "../local/in_place.ts"
import { decodeTask, encodeWritten, staysForBatch } from "../plan/codec.ts"
import { TaskFailed } from "../plan/executor.ts"
import { inputsOf } from "../plan/places.ts"
import type { Reference } from "../plan/remote.ts"
import { encodeReason } from "../plan/reasons.ts"
import type { Operation, Task, Write, Written } from "../plan/task.ts"
import { currentHeap } from "../heap.ts"
import * as StateStore from "../state_store.ts"
import type { TaskStates } from "../task/operations.ts"
import type { CopyData } from "./copy_data.ts"
import type { Answer, JobData, TaskMessage } from "./messages.ts"
import { missing, NotHere, StateReplicas } from "./state_replicas.ts"

/** The copy does not have an operation: it has not evaluated the batch that the operation is of. The driver has it. */
class NotCopied extends EngineFault<{ readonly operation: Operation }> {
  override get message(): string {
    return `the graph copy has no operation at ${JSON.stringify(this.operation)}`
  }
}

/** Finds the operation of a reference in the copy of the graph. */
const primitiveIn = (copy: GraphCopy) => (operation: Operation): Primitive => {
  if (operation.kind === "known") return knownPrimitive(operation)
  const rdd = operation.kind === "address" ? copy.operationAt(operation.address) : undefined
  if (rdd === undefined) throw new NotCopied({ operation })
  return rdd.primitive
}

/** The answer to a task that has to run on the driver. */
type Refusal = Extract<Answer, { readonly kind: "refused" }>

const refused = (why: string | undefined): Refusal => ({ kind: "refused", why })

/** What a task has written, how many milliseconds it took, and how many records it has read. */
export interface Done<W extends Write = Write> {
  readonly kind: "done"
  readonly written: Written<W>
  readonly millis: number
  readonly read: number
  /** What it has added to accumulators, encoded. */
  readonly updates: Uint8Array | undefined
}

/** Where the tasks of a worker run. */
export interface Place {
  /** Provides what streams need while they are evaluated. */
  readonly evaluating: <A, E>(self: Effect.Effect<A, E, unknown>) => Effect.Effect<A, E>
  /** Runs a task, with the states of the place or with others. */
  readonly compute: <W extends Write>(
    task: Task<W>,
    job: JobData,
    states?: TaskStates,
  ) => Effect.Effect<Done<W> | Refusal, TaskFailed>
  /** Runs an encoded task. */
  readonly run: (message: TaskMessage) => Effect.Effect<Answer, TaskFailed>
  /** Releases the blocks of the batch before. */
  readonly release: () => void
  /** The answer to a task that has failed or was interrupted. */
  readonly answerTo: (cause: Cause.Cause<TaskFailed>) => Answer
}

/** How tasks of a place run. */
export type PlaceOptions = Pick<CopyData, "generateCode" | "freezeRecords"> & {
  readonly defaultParallelism: number
  /** Changes the files that tasks read. */
  readonly withFiles?: (files: Files) => Files
}

/** Makes the place where tasks run in a copy of a graph. */
export const placeOf = (
  copy: GraphCopy,
  { defaultParallelism, freezeRecords, generateCode, withFiles = (files) => files }: PlaceOptions,
): Effect.Effect<Place> =>
  Effect.gen(function* () {
    const own = yield* StateStore.make
    // It ends with the worker.
    const engine = yield* LocalEngine.make({ parallelism: defaultParallelism }).pipe(
      Effect.provideService(StateStore.StateStore, own),
      Effect.provideService(Scope.Scope, Scope.makeUnsafe()),
    )
    const context = Context.make(Engine, engine).pipe(
      Context.add(Files, withFiles(yield* makeFiles)),
      Context.add(Compression, runtimeCompression),
    )
    const heap = currentHeap()
    const primitiveAt = primitiveIn(copy)
    const replicas = new StateReplicas(copy.codingOf)
    const kept = new Map<number, Block<unknown>>()
    const block = ({ output }: Reference) => kept.get(output) ?? missing(`the block of task ${output}`)
    const executorOn = (states: TaskStates) =>
      InPlace.make({ generateCode, freezeRecords, states, heap, primitiveAt, gathered: undefined })
    const executor = executorOn(own)
    // Only the library and the layers of `provide` operations give services here: what is missing is on the driver.
    const provided = <A, E>(self: Effect.Effect<A, E, unknown>) =>
      Effect.provideContext(self as Effect.Effect<A, E, Engine>, context)
    const compute = <W extends Write>(task: Task<W>, job: JobData, states?: TaskStates) =>
      Effect.suspend(() => {
        let read = 0
        const startedAt = performance.now()
        const updates = new TaskUpdates.TaskUpdates()
        const countRead = (records: number) => {
          read += records
        }
        const on = states === undefined ? executor : executorOn(states)
        return provided(TaskUpdates.within(updates, on.run(task))).pipe(
          Effect.provideService(CurrentJob, { ...job, batch: undefined, countRead }),
          Effect.map((written): Done<W> | Refusal => {
            const millis = performance.now() - startedAt
            return updates.obstacle === undefined
              ? { kind: "done", written, millis, read, updates: updates.encode() }
              : refused(updates.obstacle)
          }),
          Effect.catch((failure) =>
            updates.obstacle === undefined ? Effect.fail(failure) : Effect.succeed(refused(updates.obstacle))
          ),
        )
      })
    return {
      evaluating: provided,
      compute,
      run: Effect.fnUntraced(function* ({ id, job, state, task: encoded }) {
        const startedAt = performance.now()
        const task = decodeTask(encoded, { block, buckets: () => missing("a bucket") })
        const decoding = performance.now() - startedAt
        const [input] = inputsOf(task.partition, "state")
        const replica = input && (yield* run(() => replicas.begin(input, state)))
        const done = yield* compute(task, job, replica?.states)
        if (done.kind !== "done") return done
        const endedAt = performance.now()
        const changes = replica && (yield* run(replica.end))
        const written = encodeWritten(done.written)
        const isKept = staysForBatch(task.write) && done.written instanceof PairBlock
        if (isKept) kept.set(id, done.written)
        return { ...done, changes, written, isKept, transfer: decoding + performance.now() - endedAt }
      }),
      release: () => kept.clear(),
      answerTo: (cause) => {
        const error = Cause.squash(cause)
        if (error instanceof TaskFailed) {
          if (error.reason instanceof NotCopied) return refused(undefined)
          return isMissing(error.reason)
            ? refused(describeCause(error.reason))
            : { kind: "failed", at: error.at, reason: encodeReason(error.reason, copy.errors) }
        }
        if (Cause.hasInterruptsOnly(cause)) return { kind: "cancelled" }
        if (error instanceof NotHere) return refused(undefined)
        if (error instanceof NotPortable || error instanceof StateFormatFailed || isMissing(error)) {
          return refused(describeCause(error))
        }
        return { kind: "died", reason: encodeReason(error, copy.errors) }
      },
    }
  })

/** Whether a task has failed because a service is missing, which the driver may have. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error && (error.message.startsWith("Service not found") || isMissing(error.cause))
