/**
 * Lowers exchanges, which bring records to other partitions: shuffles, cogroups, `repartition`. Each ends a stage.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Piecewise } from "../../core/pace.ts"
import { type Block, joinArrays } from "../../rdd/block.ts"
import { columnsOf } from "../../rdd/pair_block.ts"
import * as Partitioner from "../../rdd/partitioner.ts"
import type { RangeSpec } from "../../rdd/primitive.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { type Job, type Kind, type Lowering, nothing, nothings } from "./lowering.ts"
import {
  type Bucket,
  counted,
  type Cut,
  type Input,
  type Lowered,
  type Partition,
  type Placed,
  there,
  type ToBuckets,
} from "./task.ts"

type Choosing = Pick<Lowering, "defaultParallelism" | "references">

const defaultPartitioner = (
  { defaultParallelism, references }: Choosing,
  all: ReadonlyArray<Lowered>,
): Placed => {
  const most = all.reduce((n, one) => Math.max(n, one.partitions.length), 0)
  const n = defaultParallelism ?? most
  const widest = all.flatMap((one) => one.placed ?? []).reduce<Placed | undefined>(
    (a, b) => a && a.partitioner.numPartitions >= b.partitioner.numPartitions ? a : b,
    undefined,
  )
  if (widest === undefined) return references.hash(n)
  const { numPartitions } = widest.partitioner
  return numPartitions >= n || numPartitions * 10 > most ? widest : references.hash(n)
}

/** Chooses the partitioner of an operation. `own` keeps the number of partitions of the first parent. */
export const chosen = (
  host: Choosing,
  rdd: AnyRDD,
  by: Partitioner.Partitioner | "default" | "own",
  all: ReadonlyArray<Lowered>,
): Placed => {
  if (by === "default") return defaultPartitioner(host, all)
  if (by !== "own") return host.references.own(rdd, by)
  const n = all[0]?.partitions.length ?? 0
  const kept = all[0]?.placed
  return kept?.partitioner.numPartitions === n ? kept : host.references.hash(n)
}

/** Whether the pairs lie where a partitioner puts them already. */
const isPlaced = ({ placed }: Lowered, { partitioner }: Placed): boolean =>
  placed !== undefined && Partitioner.equals(placed.partitioner, partitioner)

const bucketsOf = (cuts: ReadonlyArray<Cut>, index: number): ReadonlyArray<Bucket> => {
  const buckets: Array<Bucket> = []
  for (const cut of cuts) {
    const bucket = cut[index]
    if (bucket !== undefined) buckets.push(bucket)
  }
  return buckets
}

/** How an exchange writes and reads. */
interface Exchange {
  readonly partitions: number
  readonly placed: Placed | undefined
  readonly write: (index: number) => ToBuckets
  readonly read: (buckets: ReadonlyArray<Bucket>, index: number) => Input
}

/** Runs the stage before an exchange: each task writes buckets, and partition `i` after it reads the `i`-th bucket of each. */
const exchange = (host: Lowering, parent: Lowered, { partitions, placed, read, write }: Exchange): Job<Lowered> =>
  host.dry
    ? Effect.succeed({ partitions: nothings(partitions), placed })
    : Effect.map(host.cuts(parent.partitions, write), (cuts) => ({
      partitions: Array.from({ length: partitions }, (_, i) => {
        const buckets = bucketsOf(cuts, i)
        return buckets.length === 0 ? nothing : { input: read(buckets, i), steps: [] }
      }),
      placed,
    }))

/** Brings pairs to the partitions where the partitioner puts them. */
const place = (host: Lowering, rdd: AnyRDD, placed: Placed, parent: Lowered): Job<Lowered> => {
  if (isPlaced(parent, placed)) return Effect.succeed(parent)
  const operation = host.references.of(rdd)
  return exchange(host, parent, {
    partitions: placed.partitioner.numPartitions,
    placed,
    write: (index) => ({ kind: "pairs", operation, index, by: placed.by }),
    read: (buckets) => ({ kind: "pairs", buckets }),
  })
}

/** Brings pairs to the partitions where the partitioner puts them, and combines them by key. */
const combine = (host: Lowering, rdd: AnyRDD, mapSide: boolean, placed: Placed, parent: Lowered): Job<Lowered> => {
  const operation = host.references.of(rdd)
  if (isPlaced(parent, placed)) {
    const partitions = parent.partitions.map((of, index) => ({
      input: { kind: "combine", operation, index, of } as const,
      steps: [],
    }))
    return Effect.succeed({ partitions, placed })
  }
  const kind = mapSide ? "table" : "pairs"
  return exchange(host, parent, {
    partitions: placed.partitioner.numPartitions,
    placed,
    write: (index) => ({ kind, operation, index, by: placed.by }),
    read: (buckets, index) => ({ kind: "combined", operation, index, buckets }),
  })
}

const shuffleBy = (
  host: Lowering,
  rdd: AnyRDD,
  { combine: functions }: Kind<"shuffle">,
  placed: Placed,
  parent: Lowered,
): Job<Lowered> => {
  const lowered = functions === undefined
    ? place(host, rdd, placed, parent)
    : combine(host, rdd, functions.mapSide, placed, parent)
  return host.dry || isPlaced(parent, placed)
    ? lowered
    : Effect.tap(lowered, (it) => Effect.sync(() => host.keep(rdd, it)))
}

/** A partition of a block whose records were counted when it was computed. */
const countedThere = (block: Block<unknown>): Partition => ({ input: counted(block), steps: [] })

/** Computes what is to be sorted. Pairs that are to be cut become columns first: of those that workers give, only keys are read. */
const blocksToSort = (host: Lowering, by: RangeSpec, { partitions }: Lowered): Job<ReadonlyArray<Block<unknown>>> =>
  (by.partitions ?? partitions.length) > 1 ? host.columns(partitions) : host.blocks(partitions)

/** Divides the keys of blocks into ranges. */
function* rangesOf(
  host: Lowering,
  rdd: AnyRDD,
  by: RangeSpec,
  blocks: ReadonlyArray<Block<unknown>>,
  n: number,
): Piecewise<Placed> {
  const keys: Array<ReadonlyArray<unknown>> = []
  for (const block of blocks) keys.push((yield* columnsOf(block)).keys)
  const upperBounds = yield* by.boundsOf(joinArrays(keys), n)
  return host.references.range(rdd, by.between(upperBounds), upperBounds)
}

/** Lowers a sort. Its ranges are made of the keys, so the stages below run first. */
const rangeShuffle = (
  host: Lowering,
  rdd: AnyRDD,
  primitive: Kind<"shuffle">,
  by: RangeSpec,
  parent: Lowered,
): Job<Lowered> =>
  Effect.flatMap(blocksToSort(host, by, parent), (blocks) => {
    const n = by.partitions ?? blocks.length
    const ran = { partitions: blocks.map(there), placed: parent.placed }
    const range = host.attempt(rdd, () => rangesOf(host, rdd, by, n > 1 ? blocks : [], n))
    return Effect.flatMap(range, (placed) => {
      if (placed.partitioner.numPartitions > 1) return shuffleBy(host, rdd, primitive, placed, ran)
      // All keys are in one range: the records need not be cut.
      const lowered: Lowered = {
        partitions: [{ input: { kind: "concat", parts: blocks.map(countedThere) }, steps: [] }],
        placed,
      }
      host.keep(rdd, lowered)
      return Effect.succeed(lowered)
    })
  })

/** Lowers a shuffle. */
export const shuffle = (host: Lowering, rdd: AnyRDD, primitive: Kind<"shuffle">, parent: Lowered): Job<Lowered> => {
  const { by } = primitive
  if (typeof by === "object" && "between" in by) {
    // The number of ranges depends on the keys, so even the layout needs a run. What it computes is kept.
    return host.dry ? host.lowerInFull(rdd) : rangeShuffle(host, rdd, primitive, by, parent)
  }
  return shuffleBy(host, rdd, primitive, chosen(host, rdd, by, [parent]), parent)
}

/** Whether the only partition has the pairs of all keys. A partitioner of the user may refuse keys even then. */
const isWhole = ({ partitions }: Lowered, { partitioner }: Placed): boolean =>
  partitions.length === 1 && partitioner.numPartitions === 1 && partitioner.ofHash !== undefined

/** The same partition, computed once. Its pairs need not be cut. */
const whole = (host: Lowering, placed: Placed, { partitions }: Lowered): Job<Lowered> =>
  host.dry
    ? Effect.succeed({ partitions: nothings(1), placed })
    : Effect.map(host.kept(partitions), (blocks) => ({ partitions: blocks.map(countedThere), placed }))

/**
 * Brings the pairs of several parents to the partitions where the partitioner puts them, for an operation that hashes the
 * keys.
 */
export const placeAll = (
  host: Lowering,
  rdd: AnyRDD,
  placed: Placed,
  parents: ReadonlyArray<Lowered>,
): Job<ReadonlyArray<Lowered>> =>
  Effect.forEach(
    parents,
    (parent) =>
      !isPlaced(parent, placed) && isWhole(parent, placed)
        ? whole(host, placed, parent)
        : place(host, rdd, placed, parent),
  )

/** Deals records out to `n` partitions, in turns. */
export const balance = (host: Lowering, rdd: AnyRDD, n: number, parent: Lowered): Job<Lowered> => {
  const lowered = exchange(host, parent, {
    partitions: n,
    placed: undefined,
    write: (index) => ({ kind: "deal", index, partitions: n }),
    read: (buckets) => ({ kind: "dealt", buckets }),
  })
  return host.dry ? lowered : Effect.tap(lowered, (it) => Effect.sync(() => host.keep(rdd, it)))
}

/** Lowers a cogroup. */
export const cogroup = (
  host: Lowering,
  rdd: AnyRDD,
  { by, join }: Kind<"cogroup">,
  parents: ReadonlyArray<Lowered>,
): Job<Lowered> => {
  const placed = chosen(host, rdd, by, parents)
  const operation = host.references.of(rdd)
  return Effect.map(placeAll(host, rdd, placed, parents), (sides) => {
    const lowered: Lowered = {
      partitions: Array.from({ length: placed.partitioner.numPartitions }, (_, index) => ({
        input: {
          kind: "cogroup",
          operation,
          index,
          sides: sides.map(({ partitions }) => partitions[index] ?? nothing),
          join,
        },
        steps: [],
      })),
      placed,
    }
    if (!host.dry) host.keep(rdd, lowered)
    return lowered
  })
}
