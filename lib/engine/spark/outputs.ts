/**
 * Outputs: what stages write on the cluster, and how later stages read it.
 *
 * @module
 */
import * as TaskUpdates from "../../rdd/task_updates.ts"
import type { Output, Reference } from "../plan/remote.ts"
import { RemoteBlock, RemoteBucket } from "../plan/remote.ts"
import { partsOf } from "../plan/places.ts"
import type { Bucket, Partition, Task } from "../plan/task.ts"
import { type Content, tagOf } from "./command.ts"
import type { Relation } from "./relations.ts"

/** What a stage writes. It is a plan until it is kept. */
export class StageOutput implements Output {
  readonly number: number
  /** The tasks of the stage, to which failures belong. */
  readonly tasks: ReadonlyArray<Task>
  /** How many partitions its rows are for. */
  readonly partitions: number
  /** The outputs that the stage reads; none once it has been computed. */
  reads: ReadonlyArray<StageOutput>
  /** The batch that the stage is of; undefined if it is of none. */
  readonly batchTime: number | undefined
  /** Gives the relation that computes the rows, from those of the outputs that it reads. */
  #stage: (() => Relation) | undefined
  /** Where its rows are once they have been computed. */
  #computed: Relation | undefined
  /** Whether a plan with it has run. */
  hasRun = false
  /** Whether its tasks have succeeded, so that what they have read and added to accumulators is known. */
  isCounted = false
  /** Whether the rows of its partitions are in the partitions of the kept relation with the same numbers. */
  isAligned = false
  /** The latest batch that has read its records. */
  #readAt = -Infinity
  readonly #drops = new Set<() => void>()
  /** What its tasks, and those of the outputs that it reads, have added to accumulators. */
  readonly updates: TaskUpdates.TaskUpdates = new TaskUpdates.TaskUpdates()

  /** `stage`: the relation that computes the rows, from those of the outputs that it reads. */
  constructor(
    fields: Pick<StageOutput, "batchTime" | "number" | "partitions" | "reads" | "tasks"> & {
      readonly stage: () => Relation
    },
  ) {
    this.number = fields.number
    this.tasks = fields.tasks
    this.partitions = fields.partitions
    this.reads = fields.reads
    this.batchTime = fields.batchTime
    this.#stage = fields.stage
    for (const { updates } of fields.reads) this.updates.include(updates)
  }

  /** Whether plans with it compute its rows. */
  get isPlanned(): boolean {
    return this.#computed === undefined
  }

  /** The id of the relation, once it is kept on the cluster. */
  get kept(): string | undefined {
    return this.#computed?.kind === "kept" ? this.#computed.id : undefined
  }

  /** Where its rows are. It refers to where those are now that it reads. */
  get relation(): Relation {
    const relation = this.#computed ?? this.#stage?.()
    if (relation === undefined) throw new TypeError(`output ${this.number} has neither rows nor a stage`)
    return relation
  }
  /** Notes that the rows have been computed. What they were computed from is released: states would keep all earlier ones. */
  set relation(computed: Relation) {
    this.#computed = computed
    this.#stage = undefined
    this.reads = []
  }

  /** Notes that a batch reads its records. */
  readAt(time: number | undefined): void {
    this.#readAt = Math.max(this.#readAt, time ?? -Infinity)
  }

  /**
   * The latest batch that has written its records or, for a persisted RDD, has read them. Batches that look back at this one still
   * need them. Undefined if no batch has written them.
   */
  get neededAt(): number | undefined {
    const isPersisted = this.tasks.some(({ write }) => write.kind === "block" && write.stays === "persisted")
    return isPersisted && this.batchTime !== undefined ? Math.max(this.batchTime, this.#readAt) : this.batchTime
  }

  whenReleased(drop: () => void): void {
    this.#drops.add(drop)
  }

  /** Notes that its rows are released. */
  release(): void {
    for (const drop of this.#drops) drop()
    this.#drops.clear()
  }

  /** Its rows with such contents, once it is kept: all of them before. */
  rows(...contents: ReadonlyArray<Content>): Relation {
    return this.kept === undefined
      ? this.relation
      : { kind: "tagged", of: this.relation, tags: contents.map((content) => tagOf(this.number, content)) }
  }
}

/** The outputs that a plan computes: those of its stages. */
export const planOf = (root: StageOutput): ReadonlySet<StageOutput> => {
  const all = new Set([root])
  for (const output of all) {
    if (output.isPlanned) { for (const each of output.reads) if (each.isPlanned) all.add(each) }
  }
  return all
}

/** Records of an output that a partition reads. */
export interface Read {
  readonly output: StageOutput
  readonly reference: Reference
}

const ofRemote = (record: RemoteBlock | RemoteBucket): ReadonlyArray<Read> =>
  record.output instanceof StageOutput ? [{ output: record.output, reference: record.reference }] : []

const readsOfBuckets = (buckets: ReadonlyArray<Bucket>): ReadonlyArray<Read> =>
  buckets.flatMap((bucket) => bucket instanceof RemoteBucket ? ofRemote(bucket) : [])

/** The records on the cluster that a partition reads. */
export const readsOf = ({ input }: Partition): ReadonlyArray<Read> => {
  if (input.kind === "block") return input.block instanceof RemoteBlock ? ofRemote(input.block) : []
  if ("buckets" in input) return readsOfBuckets(input.buckets)
  return partsOf(input).flatMap(readsOf)
}

/** For each partition of an output, the tasks that read it. */
export type Routes = ReadonlyArray<ReadonlySet<number>>

/** Collects which tasks read which partitions of which outputs. */
export class Reads {
  readonly #routes = new Map<StageOutput, Map<Content, Array<Set<number>>>>()

  add(output: StageOutput, content: Content, partition: number, task: number): void {
    const contents = this.#routes.get(output) ?? new Map<Content, Array<Set<number>>>()
    this.#routes.set(output, contents)
    const routes = contents.get(content) ?? []
    contents.set(content, routes)
    while (routes.length <= partition) routes.push(new Set())
    routes[partition]?.add(task)
  }

  get outputs(): ReadonlyArray<StageOutput> {
    return Array.from(this.#routes.keys())
  }

  /** The rows that the tasks read, where Spark has them in the partitions of the tasks already; undefined where it has not. */
  aligned(tasks: number): Relation | undefined {
    const [[output, contents] = [], ...others] = this.#routes
    const [[content, routes] = [], ...more] = contents ?? []
    if (output === undefined || content === undefined || others.length > 0 || more.length > 0) return undefined
    const isSame = output.isAligned && output.partitions === tasks && isInPlace(output, routes ?? [])
    return isSame ? output.rows(content) : undefined
  }

  /** The rows that the tasks read, each for its task. One of the tasks gets the reports, which are addressed to partition 0. */
  relations(): ReadonlyArray<Relation> {
    return Array.from(this.#routes).flatMap(([output, contents]) =>
      Array.from(
        contents,
        ([content, routes]) => routed(output, content, output.isPlanned ? withReports(routes) : routes),
      )
    )
  }
}

/** Routes by which reports come to a task as well. They are addressed to partition 0, which a job may not read otherwise. */
const withReports = (routes: Routes): Routes => {
  const [first, ...others] = routes
  const reader = others.flatMap((tasks) => Array.from(tasks))[0]
  return first?.size === 0 && reader !== undefined ? [new Set([reader]), ...others] : routes
}

/** Whether each partition of an output is read by the task with its number, and by no other. */
const isInPlace = (output: StageOutput, routes: Routes): boolean =>
  routes.length === output.partitions && routes.every((tasks, partition) => tasks.size === 1 && tasks.has(partition))

/** Rows of an output with a content, each for the tasks that read it. */
const routed = (output: StageOutput, content: Content, routes: Routes): Relation => {
  const of = output.rows(content)
  const to = Array.from(
    { length: output.partitions },
    (_, partition) => Array.from(routes[partition] ?? []).sort((a, b) => a - b),
  )
  return isInPlace(output, routes) ? of : { kind: "routed", of, to }
}
