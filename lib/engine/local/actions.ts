/**
 * Runs actions on the local engine: each is planned within its job and batch.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { reasonOf } from "../../core/errors.ts"
import type { Block } from "../../rdd/block.ts"
import { type BatchWork, CurrentJob, type JobContext, type Layout } from "../../rdd/engine.ts"
import * as Processes from "../../rdd/processes.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import { Computed } from "../plan/computed.ts"
import { isPersisted, type Job } from "../plan/lowering.ts"
import { Planner } from "../plan/planner.ts"
import { References } from "../plan/references.ts"
import { consumersOf, type Scope, type Services } from "../plan/scope.ts"
import { failed } from "../plan/stage.ts"
import * as Stateful from "../plan/stateful.ts"
import type { Lowered } from "../plan/task.ts"
import * as Layers from "../task/layers.ts"
import { LocalBatch } from "./open_batch.ts"

/** Is given the block of a partition as soon as it is computed. */
type Each = (block: Block<unknown>, partition: number) => Effect.Effect<void>

/** Gives the addresses of operations in a batch, or outside of batches. Undefined: tasks refer to the driver's own operations. */
export type Addressing = (batch: LocalBatch | undefined) => BatchWork["addressOf"] | undefined

/** Plans and runs actions. */
export class Actions {
  readonly #services: Services
  readonly #processes: Processes.Processes | undefined
  readonly #addressing: Addressing
  /** Jobs outside of batches. */
  readonly #jobs = new WeakMap<JobContext, Computed>()

  /** `processes` are those that `pipe` starts where no others are provided. */
  constructor(services: Services, processes: Processes.Processes | undefined, addressing: Addressing) {
    this.#services = services
    this.#processes = processes
    this.#addressing = addressing
  }

  /** What is kept for the actions of a job. Outside of batches all actions are one job: things are kept as long as their RDDs. */
  #ofJob(job: JobContext, batch: LocalBatch | undefined): Computed {
    const jobs = batch?.ofJobs ?? this.#jobs
    const known = jobs.get(job)
    if (known !== undefined) return known
    const fresh = new Computed(batch?.computed ?? this.#services.released)
    jobs.set(job, fresh)
    return fresh
  }

  #scope(rdd: AnyRDD, job: JobContext, dry: boolean): Scope {
    const batch = job.batch instanceof LocalBatch ? job.batch : undefined
    const ofJob = this.#ofJob(job, batch)
    const action = new Computed(ofJob)
    return {
      ...this.#services,
      dry,
      job,
      batch,
      references: new References(this.#addressing(batch)),
      consumers: consumersOf(rdd, { action, batch }),
      ofJob,
      action,
    }
  }

  #plan<A>(rdd: AnyRDD, dry: boolean, use: (lowered: Lowered, planner: Planner) => Job<A>): Job<A> {
    return Effect.flatMap(CurrentJob, (job) => {
      const planner = new Planner(this.#scope(rdd, job, dry))
      const run = Layers.during(Effect.flatMap(planner.lower(rdd), (lowered) => use(lowered, planner)))
      if (dry) return run
      const commit = (body: () => void) =>
        Effect.try({ try: body, catch: (cause) => failed(rdd, undefined, job, reasonOf(cause)) })
      return Processes.provideDefault(TaskUpdates.during(run, commit), this.#processes)
    })
  }

  /** The blocks of an RDD, or of some of its partitions, in order. */
  run(rdd: AnyRDD, wanted?: ReadonlyArray<number>, each?: Each): Job<ReadonlyArray<Block<unknown>>> {
    return this.#plan(rdd, false, ({ partitions }, planner) => {
      if (wanted === undefined) return planner.blocks(partitions, each)
      const there = wanted.flatMap((index) => {
        const partition = partitions[index]
        return partition === undefined ? [] : { index, partition }
      })
      return planner.blocks(
        there.map(({ partition }) => partition),
        each && ((block, place) => each(block, there[place]?.index ?? place)),
      )
    })
  }

  /** Computes all partitions of an RDD. Those that are kept already cost nothing. */
  compute(rdd: AnyRDD): Job<void> {
    return this.#plan(rdd, false, ({ partitions }, planner) => planner.compute(partitions))
  }

  /** Makes a kept RDD count as empty from now on, unless it has been computed. */
  abandon(rdd: AnyRDD): void {
    const { defaultParallelism, released } = this.#services
    if (!isPersisted(rdd) || released.has(rdd)) return
    const references = new References(this.#addressing(undefined))
    released.keep(rdd, Stateful.nothingOf({ defaultParallelism, references }, rdd))
  }

  /** The layout of an RDD. */
  layout(rdd: AnyRDD): Job<Layout> {
    return this.#plan(
      rdd,
      true,
      ({ partitions, placed }) => Effect.succeed({ partitions: partitions.length, partitioner: placed?.partitioner }),
    )
  }
}
