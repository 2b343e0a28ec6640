/**
 * What the jobs of a batch have in common: the RDDs below theirs, and which of them are computed once for all jobs.
 *
 * @module
 */
import type { AnyRDD } from "../rdd/rdd.ts"
import type { Job } from "./jobs.ts"

/** The RDDs below one, itself last, parents first; not beyond where inputs enter. */
export const walk = (root: AnyRDD): ReadonlyArray<AnyRDD> => {
  const seen = new Set<AnyRDD>()
  const open: Array<readonly [rdd: AnyRDD, expanded: boolean]> = [[root, false]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [rdd, expanded] = next
    if (seen.has(rdd)) continue
    if (expanded || rdd.primitive.kind === "input") {
      seen.add(rdd)
    } else {
      open.push([rdd, true])
      for (const parent of rdd.parents.toReversed()) open.push([parent, false])
    }
  }
  return Array.from(seen)
}

/** Whether an RDD is a state operation that writes the version of this very batch. */
export const isState = ({ primitive }: AnyRDD, time: number): boolean =>
  primitive.kind === "state" && primitive.step.at === time

/** Operations that pass their parents' partitions on: what is kept for several consumers are the parents. */
const passesOn = ({ primitive }: AnyRDD): boolean => primitive.kind === "union" || primitive.kind === "input"

/**
 * The RDDs that are computed once for all jobs of a batch, each with the last job that needs it: those with several
 * consumers, and state, which is computed whole or not at all.
 */
export const sharedAmong = (jobs: ReadonlyArray<Job>, time: number): ReadonlyMap<AnyRDD, number> => {
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
  for (const { output, outputId, rdd: root } of jobs) {
    if (output.writes) root.parents.forEach(consume)
    else consume(root)
    const open = [root]
    const visited = new Set<AnyRDD>()
    for (let rdd = open.pop(); rdd !== undefined; rdd = open.pop()) {
      if (visited.has(rdd)) continue
      visited.add(rdd)
      last.set(rdd, outputId)
      for (const parent of rdd.parents) {
        if (!expanded.has(rdd) && !passesOn(rdd) && !(output.writes && rdd === root)) consume(parent)
        open.push(parent)
      }
      expanded.add(rdd)
    }
  }
  return new Map(Array.from(last).filter(([rdd]) => (consumers.get(rdd) ?? 0) > 1 || isState(rdd, time)))
}
