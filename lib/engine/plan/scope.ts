/**
 * What one action is planned with: the engine's services, its job and batch, and what has been computed before.
 *
 * @module
 */
import type * as Semaphore from "effect/Semaphore"
import type { BatchWork, JobContext } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
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
  /** The kept RDDs that failed since the last attempt of a job began. */
  readonly lost: Set<AnyRDD>
  /** Whether an RDD was part of the batch's work when it was opened, so that its consumers have been counted. */
  readonly isKnown: (rdd: AnyRDD) => boolean
  /** Whether an RDD is computed once for all jobs of the batch. */
  readonly isShared: (rdd: AnyRDD) => boolean
}

/** What an engine has for all of its actions. */
export interface Services {
  /** How many tasks may wait for effects side by side; partitions of sources, where nothing else says how many. */
  readonly parallelism: number
  /** Partitions where nothing else says how many, also of operations by key. */
  readonly defaultParallelism: number | undefined
  readonly executor: Executor
  readonly states: StateStore
  /** What is kept until it is released: state, and what is persisted. */
  readonly released: Computed
  /** Jobs take turns at computing what is persisted. */
  readonly turns: WeakMap<AnyRDD, Semaphore.Semaphore>
}

/** What one action is planned with. */
export interface Scope extends Services {
  /** Only how the RDD lies is wanted: nothing is run that can be done without. */
  readonly dry: boolean
  readonly job: JobContext
  readonly batch: BatchScope | undefined
  readonly references: References
  /** How many consumers RDDs have in this action. */
  readonly consumers: ReadonlyMap<AnyRDD, number>
  /** What is kept for the actions of one job. */
  readonly ofJob: Computed
  /** What is kept for this action. */
  readonly action: Computed
}

/**
 * Counts the consumers of RDDs, so that one with several consumers in an action is computed once. An RDD that only passes
 * partitions on (a union, an input) has its parents used by all of its consumers. The consumers of what the open batch
 * knows were counted when it was opened, and what lies below kept blocks is not computed again.
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
