/**
 * Plans stages: encodes their tasks, and finds the rows that they read.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { reasonOf } from "../../core/errors.ts"
import { CurrentJob } from "../../rdd/engine.ts"
import { encodeTask } from "../plan/codec.ts"
import { type Executor, StageFailed, TaskFailed } from "../plan/executor.ts"
import { inputsOf, placesOf } from "../plan/places.ts"
import type { Task, ToBuckets } from "../plan/task.ts"
import { type Command, encodeCommand, tagOf } from "./command.ts"
import { Reads, readsOf, StageOutput } from "./outputs.ts"
import { Packer } from "./parcels.ts"
import { sending } from "./portable.ts"
import type { Relation } from "./relations.ts"
import type { RemoteStates } from "./states.ts"

/** What planning needs of a run. */
export interface PlanOptions {
  /** The name of the uploaded file with the code of the workers. */
  readonly bundle: string
  /** What workers are told of the run and of its batches. */
  readonly told: () => Pick<Command, "batches" | "run">
  readonly states: RemoteStates
  /** Runs tasks on the driver. */
  readonly here: Executor
}

/** The place of the operation of a task that has made its records. */
const lastOf = (task: Task): number => placesOf(task).length - task.layers.length - 1

/** The failure of a stage that the cluster cannot run, in the name of its last operation. */
export const failedBy = (task: Task, reason: unknown): StageFailed =>
  new StageFailed(task, new TaskFailed(lastOf(task), reason))

/** How many partitions the next stage has. */
export const targetsOf = (write: ToBuckets): number => {
  if (write.kind === "deal") return write.partitions
  return write.by.kind === "local" ? write.by.partitioner.numPartitions : write.by.partitions
}

/** The partitions of versions of states that a task reads. */
export const stateReadsOf = (
  { partition }: Task,
): ReadonlyArray<{ readonly id: string; readonly index: number; readonly at: number }> => [
  ...inputsOf(partition, "state").flatMap(({ from, id, index }) => from === undefined ? [] : [{ id, index, at: from }]),
  ...inputsOf(partition, "view"),
]

const unionOf = (all: ReadonlyArray<Relation>): Relation => {
  const [first, ...others] = all
  if (first === undefined) return { kind: "rows", rows: new Packer().rows() }
  return others.length === 0 ? first : { kind: "union", of: all }
}

/** Collects what the tasks of a stage are sent and what they read. */
class Plan {
  readonly heads: Array<Uint8Array> = []
  readonly reads = new Reads()
  readonly #number: number
  readonly #states: RemoteStates
  readonly #packer = new Packer({ compresses: true })
  readonly #versions = new Map<string, Command["states"][number]>()

  constructor(number: number, states: RemoteStates) {
    this.#number = number
    this.#states = states
  }

  /** The versions of states that the tasks read. */
  get versions(): Command["states"] {
    return Array.from(this.#versions.values())
  }

  /** Adds the task of a partition. Throws `NotPortable` for records that cannot travel. */
  add(task: Task, partition: number): void {
    const { head, records } = encodeTask(task)
    this.heads.push(head)
    const own = readsOf(task.partition)
    // A task finds out from its own row which one it is: Spark numbers the tasks of a union as those of one stage. And Spark
    // runs no task for a relation that it knows to be empty.
    if (records.length > 0 || task.write.kind !== "block" || own.length === 0) {
      this.#packer.add({ tag: tagOf(this.#number, "records"), partition, source: 0, parts: records })
    }
    for (const { output, reference } of own) {
      this.reads.add(output, "records", reference.partition, partition)
    }
    for (const { at, id, index } of stateReadsOf(task)) {
      const captures = this.#states.capturesOf(id, at)
      for (const output of captures) this.reads.add(output, "capture", index, partition)
      this.#versions.set(`${at} ${id}`, { id, at, captures: captures.map(({ number }) => number) })
    }
  }

  /** What the tasks read, if no shuffle has to bring it to them. `own`: the rows that the driver sends. */
  #aligned(own: ReadonlyArray<Relation>): Relation | undefined {
    const tasks = this.heads.length
    if (this.#packer.length === 0) return this.reads.aligned(tasks)
    // Spark starts a task for each row. Without reads, each task has one row or more.
    return this.reads.outputs.length === 0 && this.#packer.length === tasks ? own[0] : undefined
  }

  /** Makes the relation of the stage. */
  stage(command: Command, bundle: string): () => Relation {
    const own: ReadonlyArray<Relation> = this.#packer.length > 0 ? [{ kind: "rows", rows: this.#packer.rows() }] : []
    const bytes = encodeCommand(command)
    const partitions = this.heads.length
    const input = (): Relation =>
      this.#aligned(own) ?? { kind: "shuffled", of: unionOf([...own, ...this.reads.relations()]), partitions }
    return () => ({ kind: "stage", of: input(), command: bytes, bundle })
  }
}

/** Plans a stage. The driver reads what only it can read, and sends the records with the tasks. */
export const planStage = Effect.fnUntraced(function* (
  { bundle, here, states, told }: PlanOptions,
  tasks: ReadonlyArray<Task>,
): Effect.fn.Return<StageOutput, StageFailed, unknown> {
  const { attempt, batchTime, name, outputId } = yield* CurrentJob
  const number = states.nextNumber()
  const plan = new Plan(number, states)
  const sent: Array<Task> = []
  let targets: number | undefined
  for (const [i, task] of tasks.entries()) {
    const ready = yield* Effect.mapError(sending(here, task), (failure) => new StageFailed(task, failure))
    yield* Effect.try({ try: () => plan.add(ready, i), catch: (cause) => failedBy(ready, reasonOf(cause)) })
    if (ready.write.kind !== "block") targets = targetsOf(ready.write)
    sent.push(ready)
  }
  const command: Command = {
    ...told(),
    output: number,
    heads: plan.heads,
    targets,
    job: { attempt, batchTime, name, outputId },
    states: plan.versions,
    refresh: states.refresh,
  }
  const stage = plan.stage(command, bundle)
  for (const output of plan.reads.outputs) output.readAt(batchTime)
  const partitions = targets ?? tasks.length
  return new StageOutput({ number, partitions, tasks: sent, reads: plan.reads.outputs, batchTime, stage })
})
