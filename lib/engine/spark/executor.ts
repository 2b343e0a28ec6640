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
import * as Block from "../../rdd/block.ts"
import { CurrentJob, type GraphCopy, type JobContext } from "../../rdd/engine.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import { type Executor, StageFailed } from "../plan/executor.ts"
import { placesOf } from "../plan/places.ts"
import { type Remote, RemoteBlock, RemoteBucket } from "../plan/remote.ts"
import type { Cut, Operation, Partition, Task, ToBlock, ToBuckets, Write, Written } from "../plan/task.ts"
import { type Answers, answersIn, asked, collectAnswers, Refusals } from "./answers.ts"
import { tagOf } from "./command.ts"
import { planOf, readsOf, StageOutput } from "./outputs.ts"
import { Packer, Parcels } from "./parcels.ts"
import { failedBy, type PlanOptions, planStage, stateReadsOf, targetsOf } from "./planned_stage.ts"
import { belongsThere, brought, isPortable, leadsOf, withLeads } from "./portable.ts"
import type { Cluster, Relation } from "./relations.ts"
import { addWritten, remoteIn } from "./worker_stage.ts"

/** What an executor needs of the run. */
export interface RunOptions extends PlanOptions {
  readonly cluster: Pick<Cluster, "collect" | "forget" | "keep">
  /** On how many executors kept relations are. */
  readonly copies: number
  /** How many milliseconds a task may take in a worker. */
  readonly taskTimeout?: number | undefined
  /** The errors of the program that come back as instances of their classes. */
  readonly errors: () => GraphCopy["errors"]
  /** Is told why a task has to run on the driver. */
  readonly onDriver: (task: Task, why: string) => void
}

type Run<A> = Effect.Effect<A, StageFailed, unknown>

const toBlock: ToBlock = { kind: "block" }

/** How many times a plan is tried with further stages on the driver. */
const MOST_REFUSALS = 100

/** A task of a stage, with its place in it. */
interface Placed<W extends Write> {
  readonly task: Task<W>
  readonly place: number
}

/** Whether a task follows the one before it in the stage. */
const follows = (all: ReadonlyArray<Placed<Write>>, i: number): boolean =>
  i > 0 && all[i]?.place === (all[i - 1]?.place ?? 0) + 1

/** What an operation of the graph has in common with those of other batches; empty for other operations. */
const keyOf = (operation: Operation): string =>
  operation.kind === "address" ? `${operation.address.stream} ${operation.address.place}` : ""

/** The block that a task would keep as it is, where it is kept already. */
const alreadyKept = ({ layers, partition: { input, steps }, write }: Task): RemoteBlock | undefined => {
  const isSame = write.kind === "block" && write.stays !== undefined && steps.length === 0 && layers.length === 0
  if (!isSame || input.kind !== "block" || !(input.block instanceof RemoteBlock)) return undefined
  const { output } = input.block
  return output instanceof StageOutput && output.kept !== undefined ? input.block : undefined
}

/** Runs the stages of one run. */
export class StageRunner {
  readonly #options: RunOptions
  readonly #kept = new Set<StageOutput>()
  /** The operations of tasks that workers have refused, in all batches. */
  readonly #refused = new Set<string>()

  constructor(options: RunOptions) {
    this.#options = options
  }

  /** Runs the tasks of a stage, on the cluster as far as they can. */
  readonly stage = <W extends Write>(tasks: ReadonlyArray<Task<W>>): Run<ReadonlyArray<Written<W>>> =>
    Effect.gen({ self: this }, function* () {
      const there: Array<Placed<W>> = []
      const here: Array<Placed<W>> = []
      const written = new Map<number, Written<W>>()
      for (const [place, task] of tasks.entries()) {
        const block = alreadyKept(task)
        if (block !== undefined) {
          // Such a task writes a block, which the compiler does not see in a type parameter.
          written.set(place, block as Block.Block<unknown> as Written<W>)
          continue
        }
        const group = belongsThere(task) && isPortable(task) && !this.#isRefused(task) ? there : here
        group.push({ task, place })
      }
      const note = (group: ReadonlyArray<Placed<W>>, done: ReadonlyArray<Written<W>>) =>
        done.forEach((one, i) => written.set(group[i]?.place ?? 0, one))
      if (there.length > 0) note(there, yield* this.#there(there))
      if (here.length > 0) note(here, yield* this.#here(here.map(({ task }) => task)))
      return Array.from(written).sort(([a], [b]) => a - b).map(([, one]) => one)
    })

  #isRefused(task: Task): boolean {
    return this.#refused.size > 0 && placesOf(task).some(({ operation }) => this.#refused.has(keyOf(operation)))
  }

  /** Runs tasks on the cluster. */
  #there<W extends Write>(placed: ReadonlyArray<Placed<W>>): Run<ReadonlyArray<Written<W>>> {
    return Effect.gen({ self: this }, function* () {
      const [first] = placed
      if (first === undefined) return []
      const { write } = first.task
      const output = yield* planStage(this.#options, placed.map(({ task }) => task))
      // `write` decides what is written, which the compiler does not see in a type parameter.
      return (write.kind === "block"
        ? yield* this.#blocks(output, write)
        : this.#buckets(output, write, placed)) as ReadonlyArray<Written<W>>
    })
  }

  /**
   * The buckets of a stage, which is not computed yet. One stands for those of neighbouring tasks: buckets of tasks that run on
   * the driver may come between them.
   */
  #buckets(output: StageOutput, write: ToBuckets, placed: ReadonlyArray<Placed<Write>>): ReadonlyArray<Cut> {
    return placed.map((_, from) => {
      if (follows(placed, from)) return []
      let to = from + 1
      while (follows(placed, to)) to++
      const part = to - from === placed.length ? {} : { from, to }
      return Array.from(
        { length: targetsOf(write) },
        (_, partition) => new RemoteBucket(output, { partition, ...part }),
      )
    })
  }

  /** Computes the blocks of a stage. */
  #blocks(output: StageOutput, { stays }: ToBlock): Run<ReadonlyArray<Block.Block<unknown>>> {
    return Effect.gen({ self: this }, function* () {
      const { parcels, reports } = stays !== undefined ? yield* this.#keep(output) : yield* this.#collect(output)
      if (stays !== undefined && output.kept !== undefined) {
        return output.tasks.map((_, i) => new RemoteBlock(output, i, reports[i]?.length ?? 0))
      }
      const { block } = remoteIn(parcels)
      return output.tasks.map((_, i) => block({ output: output.number, partition: i }))
    })
  }

  /** Computes an output and gives its rows. */
  #collect(output: StageOutput): Run<Answers> {
    return this.#withRefusals(output, (job) => collectAnswers(this.#options, output, output.relation, job))
  }

  /** Computes an output and keeps it on the cluster. */
  #keep(output: StageOutput): Run<Answers> {
    const { cluster, copies } = this.#options
    return this.#withRefusals(output, (job) =>
      Effect.gen({ self: this }, function* () {
        const plan = planOf(output)
        const observe = {
          tag: tagOf(output.number, "report"),
          sources: output.tasks.length,
          unless: tagOf(output.number, "failure"),
        }
        const { id, observed } = yield* asked(
          this.#options,
          output,
          cluster.keep(output.relation, { copies, observe }),
        )
        const tags = Array.from(plan, ({ number }) => [tagOf(number, "report"), tagOf(number, "failure")]).flat()
        const kept: Relation = { kind: "kept", id }
        const answers = yield* Effect.onError(
          observed === undefined
            ? collectAnswers(this.#options, output, { kind: "tagged", of: kept, tags }, job)
            : answersIn(this.#options, output, observed, job),
          () => Effect.ignore(cluster.forget([id])),
        )
        output.isAligned = output.relation.kind === "stage" && output.tasks.every(({ write }) => write.kind === "block")
        output.relation = kept
        this.#kept.add(output)
        return answers
      }))
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
        for (const refusal of result.failure.stages) yield* this.#runOnDriver(refusal)
        const { relation } = output
        if (relation.kind !== "rows") continue
        TaskUpdates.current()?.include(output.updates)
        return { parcels: new Parcels(relation.rows), reports: [] }
      }
      return yield* Effect.die(new TypeError(`stage ${output.number} is refused again and again`))
    })
  }

  /** Runs a stage on the driver. What it has written is sent to the stages that read it. */
  #runOnDriver({ output, why }: Refusals["stages"][number]): Run<void> {
    return Effect.gen({ self: this }, function* () {
      if (output.relation.kind === "rows") return
      const [first] = output.tasks
      for (const task of output.tasks) {
        for (const { operation } of placesOf(task)) {
          if (operation.kind === "address") this.#refused.add(keyOf(operation))
        }
      }
      if (why !== undefined && first !== undefined) this.#options.onDriver(first, why)
      const updates = new TaskUpdates.TaskUpdates()
      const written = yield* TaskUpdates.within(updates, this.#here(output.tasks))
      if (!output.isCounted) output.updates.include(updates)
      output.isCounted = true
      const packer = new Packer()
      written.forEach((one, i) => addWritten(one, output.number, i, packer))
      output.relation = { kind: "rows", rows: packer.rows() }
    })
  }

  /** Runs tasks on the driver. The cluster computes the parts that it can. */
  #here<W extends Write>(tasks: ReadonlyArray<Task<W>>): Run<ReadonlyArray<Written<W>>> {
    return Effect.gen({ self: this }, function* () {
      for (const task of tasks) {
        for (const { at, id } of stateReadsOf(task)) {
          yield* Effect.mapError(this.#options.states.bring(id, at), (cause) => failedBy(task, cause))
        }
      }
      const leads = tasks.map((task) => this.#isRefused(task) ? [] : leadsOf(task.partition))
      const all = leads.flatMap((each, i) =>
        each.map((partition): Task<ToBlock> => ({ partition, write: toBlock, layers: tasks[i]?.layers ?? [] }))
      )
      const blocks = all.length === 0 ? [] : yield* this.#there(all.map((task, place) => ({ task, place })))
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
  #fetch(partitions: ReadonlyArray<Partition>): Run<Remote | undefined> {
    return Effect.gen({ self: this }, function* () {
      const outputs = new Set(partitions.flatMap((partition) => readsOf(partition).map(({ output }) => output)))
      const found = new Map<number, Remote>()
      const { batchTime } = yield* CurrentJob
      for (const output of outputs) {
        output.readAt(batchTime)
        const parcels = output.kept === undefined
          ? (yield* this.#collect(output)).parcels
          : new Parcels(yield* asked(this.#options, output, this.#options.cluster.collect(output.rows("records"))))
        TaskUpdates.current()?.include(output.updates)
        found.set(output.number, remoteIn(parcels))
      }
      const of = (number: number) => found.get(number) ?? remoteIn(new Parcels(new Packer().rows()))
      return outputs.size === 0 ? undefined : {
        block: (reference) => of(reference.output).block(reference),
        buckets: (reference) => of(reference.output).buckets(reference),
      }
    })
  }

  /** Forgets all that was kept. */
  get close(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const ids = Array.from(this.#kept).flatMap(({ kept }) => kept ?? [])
      this.#kept.clear()
      return ids.length === 0 ? Effect.void : Effect.ignore(this.#options.cluster.forget(ids))
    })
  }

  /**
   * Releases what no batch after a time looks back at, and is not needed for states. Persisted RDDs stay as long as batches read
   * them. Gives an effect that has the cluster forget all this: the next batch need not wait for it.
   */
  release(time: number): Effect.Effect<void> {
    const { cluster, states } = this.#options
    const old = Array.from(this.#kept).filter((output) =>
      (output.neededAt ?? Infinity) <= time && !states.needs(output)
    )
    const ids = old.flatMap(({ kept }) => kept ?? [])
    for (const output of old) {
      this.#kept.delete(output)
      output.release()
    }
    return ids.length === 0 ? Effect.void : Effect.ignore(cluster.forget(ids))
  }

  /** The executor of the run. */
  get executor(): Executor {
    return {
      stage: this.stage,
      run: (task) =>
        Effect.mapError(this.stage([task]), ({ failure }) => failure).pipe(
          Effect.map(([written]) => written as never),
        ),
    }
  }
}
