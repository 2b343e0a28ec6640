/**
 * Outputs: what stages write on the cluster, and how later stages read it.
 *
 * @module
 */
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
  /** The outputs that the stage reads. */
  readonly reads: ReadonlyArray<StageOutput>
  /** The batch that the stage is of; undefined if it is of none. */
  readonly batchTime: number | undefined
  /** Where its rows are. */
  relation: Relation
  /** The id of the relation, once it is kept on the cluster. */
  kept: string | undefined
  /** Whether a plan with it has run. */
  hasRun = false

  constructor(fields: Pick<StageOutput, "batchTime" | "number" | "reads" | "relation" | "tasks">) {
    this.number = fields.number
    this.tasks = fields.tasks
    this.reads = fields.reads
    this.batchTime = fields.batchTime
    this.relation = fields.relation
  }

  /** Its rows with such contents, once it is kept: all of them before. */
  rows(...contents: ReadonlyArray<Content>): Relation {
    return this.kept === undefined
      ? this.relation
      : { kind: "tagged", of: this.relation, tags: contents.map((content) => tagOf(this.number, content)) }
  }
}

/** The outputs of a plan that are not kept: those of its stages. */
export const planOf = (root: StageOutput): ReadonlySet<StageOutput> => {
  const all = new Set([root])
  for (const output of all) {
    if (output.kept === undefined) { for (const each of output.reads) if (each.kept === undefined) all.add(each) }
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

  /** The rows that the tasks read, each for its task. */
  relations(): ReadonlyArray<Relation> {
    return Array.from(this.#routes).flatMap(([output, contents]) =>
      Array.from(contents, ([content, routes]) => routed(output.rows(content), routes))
    )
  }
}

const routed = (of: Relation, routes: Routes): Relation =>
  routes.every((tasks, partition) => tasks.size === 1 && tasks.has(partition))
    ? of
    : { kind: "routed", of, to: routes.map((tasks) => Array.from(tasks).sort((a, b) => a - b)) }
