/**
 * What the jobs of a batch have in common: which RDDs are computed once for all of them.
 *
 * @module
 */
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { Job } from "./work.ts"
import type { KeptRDD as Kept } from "../../dstream/graph/kept_streams.ts"

/** Operations that pass their parents' partitions on: what is kept for several consumers are the parents. */
const passesOn = ({ primitive }: AnyRDD): boolean => primitive.kind === "union" || primitive.kind === "input"

/** Something that is computed in a batch: the RDD of a job, or what is kept and below no job. */
interface Root {
  readonly rdd: AnyRDD
  /** Whether computing it is what writes. */
  readonly writes: boolean
}

/** What is computed once for all jobs of a batch. */
export interface Shared {
  /** The index of the last job that needs each of these RDDs. What is below no job comes after the last one. */
  readonly last: ReadonlyMap<AnyRDD, number>
  /** What is kept, by the index of the last job that needs it: it is computed right after that. Undefined: no job does. */
  readonly due: ReadonlyMap<number | undefined, ReadonlyArray<Kept>>
}

/**
 * The RDDs that are computed once in a batch, each with the last job that needs it: those with several consumers, and what
 * is kept for later batches, which is computed whole.
 */
export const sharedAmong = (jobs: ReadonlyArray<Job>, kept: ReadonlyArray<Kept>): Shared => {
  const consumers = new Map<AnyRDD, number>()
  const last = new Map<AnyRDD, number>()
  const expanded = new Set<AnyRDD>()
  const consume = (root: AnyRDD) => {
    const open = [root]
    for (let rdd = open.pop(); rdd !== undefined; rdd = open.pop()) {
      const count = (consumers.get(rdd) ?? 0) + 1
      consumers.set(rdd, count)
      // Once more than shared makes no difference, and a tower of unions would be walked over and over.
      if (passesOn(rdd) && count <= 2) open.push(...rdd.parents)
    }
  }
  const visit = ({ rdd: root, writes }: Root, index: number) => {
    if (writes) root.parents.forEach(consume)
    else consume(root)
    const open = [root]
    const visited = new Set<AnyRDD>()
    for (let rdd = open.pop(); rdd !== undefined; rdd = open.pop()) {
      if (visited.has(rdd)) continue
      visited.add(rdd)
      last.set(rdd, index)
      for (const parent of rdd.parents) {
        if (!expanded.has(rdd) && !passesOn(rdd) && !(writes && rdd === root)) consume(parent)
        open.push(parent)
      }
      expanded.add(rdd)
    }
  }
  jobs.forEach(({ output: { writes }, rdd }, index) => visit({ rdd, writes }, index))
  const due = Map.groupBy(kept, ({ rdd }) => last.get(rdd))
  for (const { rdd } of due.get(undefined) ?? []) visit({ rdd, writes: false }, jobs.length)
  const isKept = new Set(kept.map(({ rdd }) => rdd))
  return {
    last: new Map(Array.from(last).filter(([rdd]) => (consumers.get(rdd) ?? 0) > 1 || isKept.has(rdd))),
    due,
  }
}
