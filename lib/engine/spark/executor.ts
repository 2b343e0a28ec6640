/**
 * The executor that runs stages on a Spark cluster.
 *
 * A stage that writes buckets is only planned. The stage that reads them is computed in one plan with it, so that records go
 * from worker to worker by Spark's shuffle.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { NotPortable } from "../../core/codec.ts"
import { describeCause, reasonOf } from "../../core/errors.ts"
import * as Block from "../../rdd/block.ts"
import { CurrentJob, type JobContext } from "../../rdd/engine.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import { encodeTask } from "../plan/codec.ts"
import { type Executor, StageFailed, TaskFailed } from "../plan/executor.ts"
import { placesOf } from "../plan/places.ts"
import { decodeReason } from "../plan/reasons.ts"
import { RemoteBlock, RemoteBucket } from "../plan/remote.ts"
import {
  type Cut,
  isCut,
  type Partition,
  type Task,
  type ToBlock,
  type ToBuckets,
  type Write,
  type Written,
} from "../plan/task.ts"
import { type Command, encodeCommand, type Failure, tagOf } from "./command.ts"
import { planOf, Reads, readsOf, StageOutput } from "./outputs.ts"
import { Packer, Parcels } from "./parcels.ts"
import { belongsThere, brought, isPortable, leadsOf, sending, withLeads } from "./portable.ts"
import type { Cluster, Relation } from "./relations.ts"
import { count, failuresIn, reportsIn, reportsOf, type Told } from "./reports.ts"
import type { RemoteStates } from "./states.ts"
import { addWritten, inputsOf, remoteIn } from "./worker_stage.ts"

/** What an executor needs of the run. */
export interface RunOptions {
  readonly cluster: Pick<Cluster, "collect" | "forget" | "keep">
  /** The name of the uploaded file with the code of the workers. */
  readonly bundle: string
  /** What workers are told of the run and of its batches. */
  readonly told: () => Pick<Command, "batches" | "run">
  readonly states: RemoteStates
  /** On how many executors kept relations are. */
  readonly copies: number
  /** Runs tasks on the driver. */
  readonly here: Executor
  /** Is told why a task has to run on the driver. */
  readonly onDriver: (task: Task, why: string) => void
}

type Run<A> = Effect.Effect<A, StageFailed, unknown>

const toBlock: ToBlock = { kind: "block" }

/** How many partitions the next stage has. */
const targetsOf = (write: ToBuckets): number => {
  if (write.kind === "deal") return write.partitions
  return write.by.kind === "local" ? write.by.partitioner.numPartitions : write.by.partitions
}

/** What a plan has given: parcels with records, and what tasks have told. */
interface Answers {
  readonly parcels: Parcels
  readonly reports: ReadonlyArray<Told>
}

/** Tasks that have to run on the driver. */
class Refusals {
  readonly failures: ReadonlyArray<{ readonly output: StageOutput; readonly why: string | undefined }>
  constructor(failures: Refusals["failures"]) {
    this.failures = failures
  }
}

/** How many times a plan is tried with further stages on the driver. */
const MOST_REFUSALS = 100

/** Runs the stages of one run. */
export class StageRunner {
  readonly #options: RunOptions
  readonly #kept = new Set<StageOutput>()
  /** The operations of tasks that workers have refused. */
  readonly #refused = new WeakSet<object>()

  constructor(options: RunOptions) {
    this.#options = options
  }

  /** Runs the tasks of a stage, on the cluster as far as they can. */
  stage<W extends Write>(tasks: ReadonlyArray<Task<W>>): Run<ReadonlyArray<Written<W>>> {
    return Effect.gen({ self: this }, function* () {
      const there: Array<number> = []
      const here: Array<number> = []
      for (const [i, task] of tasks.entries()) {
        const isThere = belongsThere(task) && isPortable(task) && !this.#isRefused(task)
        const group = isThere ? there : here
        group.push(i)
      }
      const [first] = tasks
      if (first === undefined) return []
      const remote = there.flatMap((i) => tasks[i] ?? [])
      const done = remote.length === 0 ? [] : yield* this.#there(remote)
      const own = here.length === 0 ? [] : yield* this.#here(here.flatMap((i) => tasks[i] ?? []))
      const written: Array<Written<W> | undefined> = tasks.map(() => undefined)
      there.forEach((i, at) => written[i] = done[at])
      here.forEach((i, at) => written[i] = own[at])
      return written.flatMap((one) => one === undefined ? [] : [one])
    })
  }

  #isRefused(task: Task): boolean {
    return placesOf(task).some(({ operation }) => operation.kind !== "local" && this.#refused.has(operation))
  }

  /** Runs tasks on the cluster. */
  #there<W extends Write>(tasks: ReadonlyArray<Task<W>>): Run<ReadonlyArray<Written<W>>> {
    return Effect.gen({ self: this }, function* () {
      const [first] = tasks
      if (first === undefined) return []
      const output = yield* this.#plan(tasks)
      // `write` decides what is written, which the compiler does not see in a type parameter.
      return (first.write.kind === "block"
        ? yield* this.#blocks(output, first.write)
        : this.#buckets(output, first.write)) as ReadonlyArray<Written<W>>
    })
  }

  /** Plans a stage. */
  #plan(tasks: ReadonlyArray<Task>): Run<StageOutput> {
    return Effect.gen({ self: this }, function* () {
      const { bundle, here, states, told } = this.#options
      const job = yield* CurrentJob
      const sent = yield* Effect.forEach(
        tasks,
        (task) => Effect.mapError(sending(here, task), (failure) => new StageFailed(task, failure)),
      )
      const number = states.nextNumber()
      const packer = new Packer()
      const heads: Array<Uint8Array> = []
      const reads = new Reads()
      const versions = new Map<string, Command["states"][number]>()
      for (const [i, task] of sent.entries()) {
        const encoded = yield* Effect.try({
          try: () => encodeTask(task),
          catch: (cause) => new StageFailed(task, new TaskFailed(lastOf(task), reasonOf(cause))),
        })
        heads.push(encoded.head)
        if (encoded.records.length > 0) {
          packer.add({ tag: tagOf(number, "records"), partition: i, source: 0, parts: encoded.records })
        }
        for (const { output, reference } of readsOf(task.partition)) {
          reads.add(output, "records", reference.partition, i)
        }
        for (const { at, id, index } of stateReadsOf(task)) {
          const captures = states.capturesOf(id, at)
          for (const output of captures) reads.add(output, "capture", index, i)
          versions.set(`${at} ${id}`, { id, at, captures: captures.map(({ number }) => number) })
        }
      }
      const [{ write }] = tasks as readonly [Task]
      const command: Command = {
        ...told(),
        output: number,
        heads,
        targets: write.kind === "block" ? undefined : targetsOf(write),
        job: { attempt: job.attempt, batchTime: job.batchTime, name: job.name, outputId: job.outputId },
        states: Array.from(versions.values()),
        refresh: states.refresh,
      }
      const own: ReadonlyArray<Relation> = packer.length > 0 ? [{ kind: "rows", rows: packer.rows() }] : []
      const bytes = encodeCommand(command)
      const stage = (): Relation => ({
        kind: "stage",
        of: { kind: "shuffled", of: unionOf([...own, ...reads.relations()]), partitions: tasks.length },
        command: bytes,
        bundle,
      })
      return new StageOutput({ number, tasks: sent, reads: reads.outputs, batchTime: job.batchTime, stage })
    })
  }

  /** The buckets of a stage, which are not computed yet. */
  #buckets(output: StageOutput, write: ToBuckets): ReadonlyArray<Cut> {
    const all = Array.from({ length: targetsOf(write) }, (_, partition) => new RemoteBucket(output, { partition }))
    return output.tasks.map((_, i) => i === 0 ? all : [])
  }

  /** Computes the blocks of a stage. */
  #blocks(output: StageOutput, { stays }: ToBlock): Run<ReadonlyArray<Block.Block<unknown>>> {
    return Effect.gen({ self: this }, function* () {
      if (stays === true) {
        const { reports } = yield* this.#keep(output)
        return output.tasks.map((_, i) => new RemoteBlock(output, i, reports[i]?.length ?? 0))
      }
      const { parcels } = yield* this.#collect(output)
      const { block } = remoteIn(parcels)
      return output.tasks.map((_, i) => block({ output: output.number, partition: i }))
    })
  }

  /** Computes an output and gives its rows. */
  #collect(output: StageOutput): Run<Answers> {
    return this.#withRefusals(output, (job) => this.#answers(output, job, () => output.relation))
  }

  /** Computes an output and keeps it on the cluster. */
  #keep(output: StageOutput): Run<Answers> {
    const { cluster, copies } = this.#options
    return this.#withRefusals(output, (job) =>
      Effect.gen({ self: this }, function* () {
        const plan = planOf(output)
        const { id } = yield* Effect.orDie(cluster.keep(output.relation, { copies }))
        const tags = Array.from(plan, ({ number }) => [tagOf(number, "report"), tagOf(number, "failure")]).flat()
        const kept: Relation = { kind: "kept", id }
        const answers = yield* Effect.onError(
          this.#answers(output, job, () => ({ kind: "tagged", of: kept, tags })),
          () => Effect.ignore(cluster.forget([id])),
        )
        output.relation = kept
        output.kept = id
        this.#kept.add(output)
        return answers
      }))
  }

  /** Collects rows, and fails if a task has failed. */
  #answers(
    output: StageOutput,
    job: JobContext,
    relation: () => Relation,
  ): Effect.Effect<Answers, StageFailed | Refusals> {
    return Effect.gen({ self: this }, function* () {
      const plan = planOf(output)
      const parcels = new Parcels(yield* Effect.orDie(this.#options.cluster.collect(relation())))
      const failures = failuresIn(parcels)
      for (const each of plan) each.hasRun = true
      if (failures.length > 0) return yield* this.#failure(failures, plan)
      const all = reportsIn(parcels)
      const unknown = count(all, plan, job)
      if (unknown.length > 0) {
        return yield* Effect.fail(new Refusals(unknown.map((output) => ({ output, why: TaskUpdates.NOT_FOUND }))))
      }
      TaskUpdates.current()?.include(output.updates)
      const reports = reportsOf(all, output)
      // What the driver has run has written to the driver's states.
      if (output.isPlanned) this.#options.states.wrote(output, reports)
      return { parcels, reports }
    })
  }

  /** The failure of a plan: that of its first task in the first stage that has failed. */
  #failure(
    failures: ReadonlyArray<Failure>,
    plan: ReadonlySet<StageOutput>,
  ): Effect.Effect<never, StageFailed | Refusals> {
    const ordered = failures.toSorted((a, b) => a.output - b.output || a.task - b.task)
    const outputOf = (number: number) => Array.from(plan).find((each) => each.number === number)
    for (const { answer, output, task } of ordered) {
      if (answer.kind === "died") return Effect.die(decodeReason(answer.reason))
      const failed = outputOf(output)?.tasks[task]
      if (answer.kind === "failed" && failed !== undefined) {
        return Effect.fail(new StageFailed(failed, new TaskFailed(answer.at, decodeReason(answer.reason))))
      }
    }
    const refused = ordered.flatMap(({ answer, output }) => {
      const found = outputOf(output)
      return answer.kind === "refused" && found !== undefined ? [{ output: found, why: answer.why }] : []
    })
    return Effect.fail(new Refusals(refused))
  }

  /** Runs the stages on the driver that workers refuse, and tries again. */
  #withRefusals(
    output: StageOutput,
    run: (job: JobContext) => Effect.Effect<Answers, StageFailed | Refusals>,
  ): Run<Answers> {
    return Effect.gen({ self: this }, function* () {
      const job = yield* CurrentJob
      // A plan that is run again runs all of its stages again: what a second plan reads is kept.
      for (const each of output.reads) if (each.hasRun && each.kept === undefined) yield* this.#keep(each)
      for (let i = 0; i < MOST_REFUSALS; i++) {
        const result = yield* Effect.result(run(job))
        if (Result.isSuccess(result)) return result.success
        if (!(result.failure instanceof Refusals)) return yield* Effect.fail(result.failure)
        for (const refusal of result.failure.failures) yield* this.#runOnDriver(refusal)
      }
      return yield* Effect.die(new TypeError(`stage ${output.number} is refused again and again`))
    })
  }

  /** Runs a stage on the driver. What it has written is sent to the stages that read it. */
  #runOnDriver({ output, why }: Refusals["failures"][number]): Run<void> {
    return Effect.gen({ self: this }, function* () {
      if (output.relation.kind === "rows") return
      const [first] = output.tasks
      for (const task of output.tasks) {
        for (const { operation } of placesOf(task)) if (operation.kind !== "local") this.#refused.add(operation)
      }
      if (why !== undefined && first !== undefined) this.#options.onDriver(first, why)
      const updates = new TaskUpdates.TaskUpdates()
      const written = yield* TaskUpdates.within(updates, this.#here(output.tasks))
      output.updates.include(updates)
      output.isCounted = true
      const packer = new Packer()
      written.forEach((one, i) => addWritten(one, output.number, i, packer))
      output.relation = { kind: "rows", rows: packer.rows() }
    })
  }

  /** Runs tasks on the driver. The cluster computes the parts that it can. */
  #here<W extends Write>(tasks: ReadonlyArray<Task<W>>): Run<ReadonlyArray<Written<W>>> {
    return Effect.gen({ self: this }, function* () {
      for (const { at, id } of tasks.flatMap(stateReadsOf)) yield* Effect.orDie(this.#options.states.bring(id, at))
      const leads = tasks.map((task) => this.#isRefused(task) ? [] : leadsOf(task.partition))
      const all = leads.flatMap((each, i) =>
        each.map((partition): Task<ToBlock> => ({ partition, write: toBlock, layers: tasks[i]?.layers ?? [] }))
      )
      const blocks = all.length === 0 ? [] : yield* this.#there(all)
      let next = 0
      const ready = tasks.map((task, i) =>
        leads[i]?.length === 0
          ? task
          : { ...task, partition: withLeads(task.partition, () => blocks[next++] ?? Block.empty) }
      )
      const remote = yield* this.#fetch(ready.map(({ partition }) => partition))
      return yield* Effect.forEach(ready, (task) => {
        const whole = remote === undefined ? task : { ...task, partition: brought(task.partition, remote) }
        return Effect.mapError(this.#options.here.run(whole), (failure) => new StageFailed(task, failure))
      })
    })
  }

  /** Brings records to the driver. Undefined if none are needed. */
  #fetch(partitions: ReadonlyArray<Partition>) {
    return Effect.gen({ self: this }, function* () {
      const outputs = new Set(partitions.flatMap((partition) => readsOf(partition).map(({ output }) => output)))
      const all: Array<ReturnType<typeof remoteIn>> = []
      const byNumber = new Map<number, ReturnType<typeof remoteIn>>()
      for (const output of outputs) {
        const parcels = output.kept === undefined
          ? (yield* this.#collect(output)).parcels
          : new Parcels(yield* Effect.orDie(this.#options.cluster.collect(output.rows("records"))))
        TaskUpdates.current()?.include(output.updates)
        byNumber.set(output.number, remoteIn(parcels))
      }
      const of = (number: number) => byNumber.get(number) ?? remoteIn(new Parcels(new Packer().rows()))
      return outputs.size === 0 ? undefined : {
        block: (reference: Parameters<typeof all[number]["block"]>[0]) => of(reference.output).block(reference),
        buckets: (reference: Parameters<typeof all[number]["buckets"]>[0]) => of(reference.output).buckets(reference),
      }
    })
  }

  /** Forgets what was kept by batches up to a time, and is not needed for states. */
  release(time: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { cluster, states } = this.#options
      const old = Array.from(this.#kept).filter((output) =>
        output.batchTime !== undefined && output.batchTime <= time && !states.needs(output)
      )
      for (const output of old) this.#kept.delete(output)
      const ids = old.flatMap(({ kept }) => kept ?? [])
      return ids.length === 0 ? Effect.void : Effect.ignore(cluster.forget(ids))
    })
  }

  /** The executor of the run. */
  get executor(): Executor {
    return {
      stage: (tasks) => this.stage(tasks),
      run: (task) =>
        Effect.mapError(this.stage([task]), ({ failure }) => failure).pipe(
          Effect.map(([written]) => written as never),
        ),
    }
  }
}

/** The place of the operation of a task that has made records which cannot travel. */
const lastOf = (task: Task): number => placesOf(task).length - task.layers.length - 1

const unionOf = (all: ReadonlyArray<Relation>): Relation => {
  const [first, ...others] = all
  if (first === undefined) return { kind: "rows", rows: new Packer().rows() }
  return others.length === 0 ? first : { kind: "union", of: all }
}

/** The partitions of versions of states that a task reads. */
const stateReadsOf = ({ partition }: Task) => [
  ...inputsOf(partition, "state").flatMap(({ from, id, index }) => from === undefined ? [] : [{ id, index, at: from }]),
  ...inputsOf(partition, "view"),
]
