/**
 * Partitions that are computed once, when a stage first needs them: those of persisted and shared RDDs.
 *
 * An action that needs some partitions of such an RDD computes and keeps only these, as in Spark. That is done where no
 * stage lies below the RDD. Otherwise later actions would run that stage again for the partitions that are missing.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Primitive } from "../../rdd/primitive.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import type { Computed, KeptPartition } from "./computed.ts"
import type { Job } from "./lowering.ts"
import { partsOf, withParts } from "./places.ts"
import type { Lowered, Once, Partition } from "./task.ts"

/** The operations that can be lowered without running a stage. */
const WITHOUT_STAGE: ReadonlySet<Primitive["kind"]> = new Set<Primitive["kind"]>([
  "source",
  "narrow",
  "persist",
  "input",
  "union",
  "coalesce",
  "zip",
  "provide",
])

const known = new WeakMap<AnyRDD, boolean>()

/** Whether an RDD can be lowered without running a stage. Lineage can be too deep for recursion. */
export const needsNoStage = (root: AnyRDD): boolean => {
  const open = [root]
  for (let rdd = open.at(-1); rdd !== undefined; rdd = open.at(-1)) {
    const parents = rdd.parents.filter((parent) => !known.has(parent))
    if (!known.has(rdd) && WITHOUT_STAGE.has(rdd.primitive.kind) && parents.length > 0) {
      open.push(...parents)
      continue
    }
    open.pop()
    if (known.has(rdd)) continue
    known.set(rdd, WITHOUT_STAGE.has(rdd.primitive.kind) && rdd.parents.every((parent) => known.get(parent) === true))
  }
  return known.get(root) === true
}

/** How the blocks of an RDD are computed, and where they are kept. */
export interface OnceOptions {
  readonly rdd: AnyRDD
  readonly lowered: Lowered
  readonly into: Computed
  /** Computes partitions of the RDD, of these indices, and gives partitions that are blocks. */
  readonly compute: (
    partitions: ReadonlyArray<Partition>,
    indices: ReadonlyArray<number>,
  ) => Job<ReadonlyArray<Partition>>
  /** Lets one job at a time compute partitions. */
  readonly inTurn: <A>(job: Job<A>) => Job<A>
}

/** Makes partitions of an RDD that are computed when a stage needs them. */
export const once = ({ compute: computeAll, inTurn, into, lowered, rdd }: OnceOptions): Lowered => {
  const { partitions } = lowered
  const kept = into.some(rdd, partitions.length)

  /** Keeps the whole RDD when its last partition has been computed. Its updates are those of all of its blocks. */
  const keepWhole = TaskUpdates.keeping(
    Effect.sync((): Lowered => ({
      ...lowered,
      partitions: kept.flatMap((one) => one === undefined ? [] : [TaskUpdates.using(one).partition]),
    })),
    (whole) => [whole],
  )

  const compute = (wanted: ReadonlyArray<number>): Job<void> =>
    Effect.suspend(() => {
      const missing = wanted.filter((index) => kept[index] === undefined)
      const computed = TaskUpdates.keeping(
        Effect.map(
          computeAll(missing.flatMap((index) => partitions[index] ?? []), missing),
          (all) => all.map((partition): KeptPartition => ({ partition })),
        ),
        (all) => all,
      )
      return missing.length === 0 ? Effect.void : Effect.flatMap(computed, (all) => {
        missing.forEach((index, i) => kept[index] = all[i])
        // The RDD may have been released while its partitions were computed. Then nothing is kept.
        return kept.includes(undefined) || into.some(rdd, partitions.length) !== kept
          ? Effect.void
          : Effect.map(keepWhole, (whole) => into.keep(rdd, whole))
      })
    })

  const from: Once = {
    compute: (wanted) =>
      Effect.suspend(() => {
        const inOrder = wanted.toSorted((a, b) => a - b)
        const ready = inOrder.every((index) => kept[index] !== undefined) ? Effect.void : inTurn(compute(inOrder))
        return Effect.map(ready, () => {
          const found = new Map<number, Partition>()
          for (const index of inOrder) {
            const one = kept[index]
            if (one !== undefined) found.set(index, TaskUpdates.using(one).partition)
          }
          return found
        })
      }),
  }
  return { ...lowered, partitions: partitions.map((_, index) => ({ input: { kind: "once", index, from }, steps: [] })) }
}

const collect = ({ input }: Partition, into: Map<Once, Set<number>>): void => {
  if (input.kind !== "once") return partsOf(input).forEach((part) => collect(part, into))
  const wanted = into.get(input.from) ?? new Set()
  into.set(input.from, wanted.add(input.index))
}

const replaced = (partition: Partition, found: ReadonlyMap<Once, ReadonlyMap<number, Partition>>): Partition => {
  const { input, steps } = partition
  if (input.kind === "once") {
    const computed = found.get(input.from)?.get(input.index)
    if (computed === undefined) throw new TypeError(`partition ${input.index} was not computed`)
    return { input: computed.input, steps }
  }
  const parts = partsOf(input)
  const ready = parts.map((part) => replaced(part, found))
  return ready.some((part, i) => part !== parts[i]) ? { input: withParts(input, ready), steps } : partition
}

/** Computes what partitions need of persisted and shared RDDs, and puts the blocks in its place. */
export const withBlocks = <A>(
  partitions: ReadonlyArray<Partition>,
  run: (ready: ReadonlyArray<Partition>) => Job<A>,
): Job<A> => {
  const wanted = new Map<Once, Set<number>>()
  for (const partition of partitions) collect(partition, wanted)
  if (wanted.size === 0) return run(partitions)
  const computed = Effect.forEach(
    wanted,
    ([from, indices]) => Effect.map(from.compute(Array.from(indices)), (computed) => [from, computed] as const),
  )
  return Effect.flatMap(computed, (all) => {
    const found = new Map(all)
    return run(partitions.map((partition) => replaced(partition, found)))
  })
}
