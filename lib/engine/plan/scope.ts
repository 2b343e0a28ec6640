/**
 * What an action is planned with: the services of the engine, its job and batch, and what has been computed before.
 *
 * @module
 */
import type * as Semaphore from "effect/Semaphore"
import type { BatchWork, JobContext } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { Storage } from "../../rdd/storage.ts"
import type { StateStore } from "../state_store.ts"
import type { Computed } from "./computed.ts"
import type { Executor } from "./executor.ts"
import { passesOn } from "./lowering.ts"
import type { References } from "./references.ts"

/** What a planner needs to know of the open batch. */
export interface BatchScope {
  /** The address of an operation, where it has one. */
  readonly addressOf: BatchWork["addressOf"]
  /** What has been computed for all jobs of the batch. */
  readonly computed: Computed
  /** The kept RDDs that failed since the last attempt of a job began. Planners add to it. */
  readonly lost: Set<AnyRDD>
  /** Whether an RDD was part of the batch's work when it was opened, so that its consumers have been counted. */
  readonly isKnown: (rdd: AnyRDD) => boolean
  /** Whether later batches need an RDD. */
  readonly isKept: (rdd: AnyRDD) => boolean
  /** Whether an RDD is computed once for all jobs of the batch. */
  readonly isShared: (rdd: AnyRDD) => boolean
}

/** The services of an engine, which all of its actions share. */
export interface Services {
  /** How many tasks may wait for effects side by side, and the default number of partitions of a source. */
  readonly parallelism: number
  /** The default number of partitions, also of operations by key; undefined: these have as many as their parents. */
  readonly defaultParallelism: number | undefined
  readonly executor: Executor
  readonly states: StateStore
  /** Keeps the blocks of persisted RDDs. */
  readonly storage: Storage
  /** What is kept until it is released: states and persisted RDDs. */
  readonly released: Computed
  /** Lets one job at a time compute an RDD that is kept until it is released. */
  readonly turns: WeakMap<AnyRDD, Semaphore.Semaphore>
}

/** What an action is planned with. */
export interface Scope extends Services {
  /** Whether only the layout is wanted: then only the stages run that the layout depends on. */
  readonly dry: boolean
  readonly job: JobContext
  readonly batch: BatchScope | undefined
  readonly references: References
  /** How many consumers RDDs have in this action. */
  readonly consumers: ReadonlyMap<AnyRDD, number>
  /** What is kept for the actions of this job. */
  readonly ofJob: Computed
  /** What is kept for this action. */
  readonly action: Computed
}

/**
 * Counts the consumers of RDDs in an action: an RDD with several consumers is computed once. The consumers of an RDD that
 * only passes partitions on (a union, an input) count for its parents. RDDs that the open batch knows were counted when it
 * was opened, and what lies below kept blocks is not computed again.
 */
export const consumersOf = (
  root: AnyRDD,
  { action, batch }: Pick<Scope, "action" | "batch">,
): ReadonlyMap<AnyRDD, number> => {
  const consumers = new Map<AnyRDD, number>()
  if (batch?.isKnown(root) === true) return consumers
  const open = [root]
  for (let rdd = open.pop(); rdd !== undefined; rdd = open.pop()) {
    if (action.find(rdd) !== undefined) continue
    for (const parent of rdd.parents) {
      const count = (consumers.get(parent) ?? 0) + 1
      consumers.set(parent, count)
      const passes = passesOn(parent)
      const isNew = count === 1 && (passes || batch?.isKnown(parent) !== true)
      if (isNew || (count === 2 && passes)) open.push(parent)
    }
  }
  return consumers
}
