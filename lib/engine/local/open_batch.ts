/**
 * Open batches: which RDDs are computed once for all jobs of a batch, and how long their blocks are kept.
 *
 * @module
 */
import type { BatchWork, JobContext, OpenBatch, Root } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { Computed } from "../plan/computed.ts"
import { passesOn } from "../plan/lowering.ts"
import type { BatchScope } from "../plan/scope.ts"

/** Counts the consumers of RDDs in a batch, and finds the last job that needs each. */
class Consumption {
  readonly consumers = new Map<AnyRDD, number>()
  readonly last = new Map<AnyRDD, number>()
  readonly #expanded = new Set<AnyRDD>()
  readonly #isComputed: (rdd: AnyRDD) => boolean

  constructor(isComputed: (rdd: AnyRDD) => boolean) {
    this.#isComputed = isComputed
  }

  #consume(root: AnyRDD): void {
    const open = [root]
    for (let rdd = open.pop(); rdd !== undefined; rdd = open.pop()) {
      const count = (this.consumers.get(rdd) ?? 0) + 1
      this.consumers.set(rdd, count)
      // Counting beyond two changes nothing, and a tower of unions would be walked over and over.
      if (passesOn(rdd) && count <= 2) open.push(...rdd.parents)
    }
  }

  /** Counts the RDDs that job `index` needs. */
  visit({ rdd: root, writes }: Root, index: number): void {
    if (writes) root.parents.forEach((parent) => this.#consume(parent))
    else this.#consume(root)
    const open = [root]
    const visited = new Set<AnyRDD>()
    for (let rdd = open.pop(); rdd !== undefined; rdd = open.pop()) {
      if (visited.has(rdd)) continue
      visited.add(rdd)
      this.last.set(rdd, index)
      // What lies below kept blocks is not computed again.
      if (this.#isComputed(rdd)) continue
      for (const parent of rdd.parents) {
        if (!this.#expanded.has(rdd) && !passesOn(rdd) && !(writes && rdd === root)) this.#consume(parent)
        open.push(parent)
      }
      this.#expanded.add(rdd)
    }
  }
}

/** A batch that a local engine has opened. */
export class LocalBatch implements OpenBatch, BatchScope {
  /** The address of an operation, where it has one. */
  readonly addressOf: BatchWork["addressOf"]
  /** What is kept for all jobs of the batch. */
  readonly computed: Computed
  /** What is kept for the actions of each job. */
  readonly ofJobs: WeakMap<JobContext, Computed> = new WeakMap()
  /** Kept RDDs that failed since the last attempt of a job began. Planners add to it. */
  readonly lost: Set<AnyRDD> = new Set()
  /** All RDDs of the batch's work, each with the last job that needs it. */
  readonly #last: ReadonlyMap<AnyRDD, number>
  /** The RDDs that are computed once for all jobs. */
  readonly #shared: Set<AnyRDD>
  readonly #kept: ReadonlySet<AnyRDD>
  readonly #due: ReadonlyMap<number | undefined, ReadonlyArray<AnyRDD>>

  /** `released` holds what is kept until it is released, across batches. */
  constructor({ addressOf, jobs, kept }: BatchWork, released: Computed) {
    const consumption = new Consumption((rdd) => released.has(rdd))
    const { consumers, last } = consumption
    jobs.forEach((job, index) => consumption.visit(job, index))
    this.#due = Map.groupBy(kept, (rdd) => last.get(rdd))
    for (const rdd of this.dueAfter(undefined)) consumption.visit({ rdd, writes: false }, jobs.length)
    this.addressOf = addressOf
    this.computed = new Computed(released)
    this.#last = last
    this.#kept = new Set(kept)
    this.#shared = new Set(kept)
    for (const [rdd, count] of consumers) if (count > 1) this.#shared.add(rdd)
  }

  /** Whether an RDD was part of the batch's work when it was opened, so that its consumers have been counted. */
  isKnown(rdd: AnyRDD): boolean {
    return this.#last.has(rdd)
  }

  /** Whether later batches need an RDD. */
  isKept(rdd: AnyRDD): boolean {
    return this.#kept.has(rdd)
  }

  /** Whether an RDD is computed once for all jobs of the batch. */
  isShared(rdd: AnyRDD): boolean {
    return this.#shared.has(rdd)
  }

  dueAfter(index: number | undefined): ReadonlyArray<AnyRDD> {
    return this.#due.get(index) ?? []
  }

  finish(index: number): void {
    for (const rdd of this.#shared) {
      if (this.#last.get(rdd) !== index) continue
      this.#shared.delete(rdd)
      this.computed.release(rdd)
    }
  }

  attempt(): void {
    this.lost.clear()
  }
}
