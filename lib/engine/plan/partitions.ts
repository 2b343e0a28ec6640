/**
 * Lowers operations that combine partitions without a shuffle: union, coalesce, zip, cartesian, and those that must know
 * how many records come before each partition.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { Mismatch } from "../../core/errors.ts"
import * as Partitioner from "../../rdd/partitioner.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { type Job, type Kind, type Lowering, nothing, nothings } from "./lowering.ts"
import { type Input, type Lowered, type Partition, there } from "./task.ts"

const reading = (n: number, input: (index: number) => Input): ReadonlyArray<Partition> =>
  Array.from({ length: n }, (_, i) => ({ input: input(i), steps: [] }))

/** Lowers a union: the partitions of all parents, or one for each index where all parents have equal partitioners. */
export const union = (all: ReadonlyArray<Lowered>): Lowered => {
  const some = all.filter((one) => one.partitions.length > 0)
  const placed = some[0]?.placed
  const isSideBySide = placed !== undefined &&
    some.every((one) => one.placed !== undefined && Partitioner.equals(one.placed.partitioner, placed.partitioner))
  if (!isSideBySide) return { partitions: some.flatMap((one) => one.partitions), placed: undefined }
  const parts = (i: number) => some.map((one) => one.partitions[i] ?? nothing)
  return { partitions: reading(placed.partitioner.numPartitions, (i) => ({ kind: "concat", parts: parts(i) })), placed }
}

/**
 * Lowers a coalesce: joins neighbouring partitions until `partitions` are left. The result has no partitioner, as in
 * Spark.
 */
export const coalesce = ({ partitions: all }: Lowered, partitions: number): Lowered => {
  const n = Math.min(partitions, all.length)
  const start = (i: number) => Math.floor((i * all.length) / n)
  return {
    partitions: reading(n, (i) => ({ kind: "concat", parts: all.slice(start(i), start(i + 1)) })),
    placed: undefined,
  }
}

/** Lowers a zip: the partitions with the same index go to one function. */
export const zip = (
  host: Lowering,
  rdd: AnyRDD,
  { preserves }: Kind<"zip">,
  all: ReadonlyArray<Lowered>,
): Job<Lowered> => {
  const counts = all.map((one) => one.partitions.length)
  const n = counts[0] ?? 0
  if (counts.some((count) => count !== n)) {
    const problem = `Can't zip RDDs with unequal numbers of partitions: List(${counts.join(", ")})`
    return host.fail(rdd, new Mismatch({ problem }))
  }
  const operation = host.references.of(rdd)
  const sides = (index: number) => all.map((one) => one.partitions[index] ?? nothing)
  return Effect.succeed({
    partitions: reading(n, (index) => ({ kind: "zip", operation, index, sides: sides(index) })),
    placed: preserves ? all.find((one) => one.placed !== undefined)?.placed : undefined,
  })
}

/** Lowers a cartesian product: each partition of one parent with each of the other. Both parents are computed once. */
export const cartesian = (host: Lowering, [left, right]: ReadonlyArray<Lowered>): Job<Lowered> => {
  const rows = left?.partitions.length ?? 0
  const columns = right?.partitions.length ?? 0
  if (left === undefined || right === undefined || host.dry) {
    return Effect.succeed({ partitions: nothings(rows * columns), placed: undefined })
  }
  return Effect.map(Effect.all([host.kept(left.partitions), host.kept(right.partitions)]), ([as, bs]) => ({
    partitions: as.map(there).flatMap((left) =>
      bs.map(there).map((right): Partition => ({ input: { kind: "cartesian", left, right }, steps: [] }))
    ),
    placed: undefined,
  }))
}

/**
 * Lowers a distinct. Equal records lie in one partition if the result has as many partitions as the parent, and the parent
 * has a partitioner or a single partition. Otherwise `shuffled` brings them together.
 */
export const distinct = (
  host: Lowering,
  rdd: AnyRDD,
  { inPlace, partitions, shuffled }: Kind<"distinct">,
): Job<Lowered> =>
  Effect.flatMap(
    host.layout(rdd.parents[0] ?? shuffled),
    ({ partitions: { length }, placed }) => {
      const isTogether = placed !== undefined || length === 1
      return host.lower((isTogether && (partitions ?? length) === length ? inPlace : undefined) ?? shuffled)
    },
  )

/** Lowers an operation that is told how many records come before each partition: the parent is computed to count them. */
export const indexed = (host: Lowering, rdd: AnyRDD, parent: Lowered): Job<Lowered> => {
  if (host.dry) return Effect.succeed({ ...parent, placed: undefined })
  const operation = host.references.of(rdd)
  return Effect.map(host.kept(parent.partitions), (blocks) => {
    const offsets: Array<number> = []
    blocks.reduce((sum, block) => (offsets.push(sum), sum + block.length), 0)
    return {
      partitions: blocks.map((block, index) => ({
        input: { kind: "block", block },
        steps: [{ operation, index, waits: false, offsets }],
      })),
      placed: undefined,
    }
  })
}
