/**
 * Exchanges: records brought to other partitions, by key or dealt out. Each ends a stage.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Block from "../../rdd/block.ts"
import { joinColumns, PairBlock } from "../../rdd/pair_block.ts"
import * as Partitioner from "../../rdd/partitioner.ts"
import type { Combine, RangeSpec } from "../../rdd/primitive.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import * as Grouping from "./grouping.ts"
import { type Host, type Kind, type Lowered, noPiece, type Piece, reading, resolved, there } from "./host.ts"
import * as Shuffle from "./shuffle.ts"
import { attempt, type Job, toTable } from "./task.ts"

const defaultPartitioner = (
  { defaultParallelism }: Pick<Host, "defaultParallelism">,
  all: ReadonlyArray<Lowered>,
): Partitioner.Partitioner => {
  const most = all.reduce((n, one) => Math.max(n, one.pieces.length), 0)
  const n = defaultParallelism ?? most
  const widest = all.flatMap((one) => one.partitioner ?? [])
    .reduce<Partitioner.Partitioner | undefined>((a, b) => a && a.numPartitions >= b.numPartitions ? a : b, undefined)
  const suits = widest !== undefined && (widest.numPartitions >= n || widest.numPartitions * 10 > most)
  return suits ? widest : Partitioner.hash(n)
}

/** The partitioner that an operation uses, given its parents. */
export const chosen = (
  host: Pick<Host, "defaultParallelism">,
  by: Partitioner.Partitioner | "default" | "own",
  all: ReadonlyArray<Lowered>,
): Partitioner.Partitioner => {
  if (by === "default") return defaultPartitioner(host, all)
  if (by !== "own") return by
  const n = all[0]?.pieces.length ?? 0
  const kept = all[0]?.partitioner
  return kept !== undefined && kept.numPartitions === n ? kept : Partitioner.hash(n)
}

/** A stage boundary: every map task writes buckets now, reduce partition `i` gathers the `i`-th of each. */
const exchange = (
  host: Host,
  rdd: AnyRDD,
  n: number,
  parent: Lowered,
  write: (piece: Piece, index: number) => Job<Shuffle.Cut>,
  gather: (parts: ReadonlyArray<Shuffle.Bucket>) => Block.Block<unknown>,
  partitioner: Partitioner.Partitioner | undefined,
): Job<Lowered> => {
  const { dry, executor, job, ofJob } = host
  if (dry) return Effect.succeed({ pieces: Array.from({ length: n }, () => noPiece), partitioner })
  return Effect.map(Effect.forEach(parent.pieces, write), (written) => {
    const gathered = new Map<number, Block.Block<unknown>>()
    const gatherOnce = (i: number) => {
      // Kept as gathered, not as buckets: combine functions may change what they are given.
      const known = gathered.get(i)
      if (known !== undefined) return known
      const block = gather(written.flatMap((buckets) => buckets[i] ?? []))
      gathered.set(i, block)
      return block
    }
    const lowered = {
      pieces: reading(n, (i) => attempt(rdd, i, job, () => executor.ship(gatherOnce(i)))),
      partitioner,
    }
    ofJob.keep(rdd, lowered)
    return lowered
  })
}

/** Brings pairs to where the partitioner wants them, and combines them by key if there is a way to. */
const shuffleBy = (
  host: Host,
  rdd: AnyRDD,
  by: Partitioner.Partitioner,
  combine: Combine | undefined,
  parent: Lowered,
): Job<Lowered> => {
  const { executor, job, run } = host
  const isPlaced = parent.partitioner !== undefined && Partitioner.equals(parent.partitioner, by)
  if (combine === undefined) {
    if (isPlaced) return Effect.succeed(parent)
    const write = (piece: Piece, i: number): Job<Shuffle.Cut> =>
      Effect.flatMap(run(rdd, piece, i), (block) => attempt(rdd, i, job, () => Shuffle.cutPairs(block, by)))
    return exchange(host, rdd, by.numPartitions, parent, write, joinColumns, by)
  }
  const table = (piece: Piece, i: number) =>
    Effect.flatMap(piece.read, (block) => toTable(executor, job, rdd, combine, piece.steps, block, i))
  if (isPlaced) {
    const read = (piece: Piece, i: number) => Effect.map(table(piece, i), (combined) => new PairBlock(combined))
    return Effect.succeed({
      pieces: parent.pieces.map((piece, i) => ({ read: read(piece, i), steps: [] })),
      partitioner: by,
    })
  }
  const write = (piece: Piece, i: number): Job<Shuffle.Cut> =>
    combine.mapSide
      ? Effect.flatMap(table(piece, i), (combined) => attempt(rdd, i, job, () => Shuffle.cutTable(combined, by)))
      : Effect.flatMap(run(rdd, piece, i), (block) => attempt(rdd, i, job, () => Shuffle.cutPairs(block, by)))
  return exchange(host, rdd, by.numPartitions, parent, write, (parts) => Shuffle.gatherCombined(parts, combine), by)
}

const rangeShuffle = (
  host: Host,
  rdd: AnyRDD,
  by: RangeSpec,
  combine: Combine | undefined,
  parent: Lowered,
): Job<Lowered> =>
  Effect.flatMap(host.runAll(rdd, parent), (blocks) => {
    const keys = () => blocks.flatMap((block) => block.records.map((pair) => (pair as readonly [unknown])[0]))
    const ran = { pieces: blocks.map(there), partitioner: parent.partitioner }
    return Effect.flatMap(
      attempt(rdd, undefined, host.job, () => by.make(keys(), by.partitions ?? parent.pieces.length)),
      (partitioner) => shuffleBy(host, rdd, partitioner, combine, ran),
    )
  })

/** Lowers a shuffle. */
export const shuffle = (host: Host, rdd: AnyRDD, primitive: Kind<"shuffle">, parent: Lowered): Job<Lowered> => {
  const { by } = primitive
  const combine = primitive.combine && resolved(host, rdd, primitive).combine
  if (typeof by === "object" && "make" in by) {
    // How many ranges there are depends on the keys: even the layout takes a real run, whose result is kept.
    return host.dry ? host.lowerForReal(rdd) : rangeShuffle(host, rdd, by, combine, parent)
  }
  return shuffleBy(host, rdd, chosen(host, by, [parent]), combine, parent)
}

/** Brings pairs to where the partitioner wants them, for an operation that has several parents. */
export const placed = (host: Host, rdd: AnyRDD, by: Partitioner.Partitioner, parent: Lowered): Job<Lowered> =>
  // A stand-in for the operation, so that what is gathered for each parent is kept on its own.
  shuffleBy(host, Object.create(rdd), by, undefined, parent)

/** Deals records out to `n` partitions, in turns. */
export const balance = (host: Host, rdd: AnyRDD, n: number, parent: Lowered): Job<Lowered> => {
  const write = (piece: Piece, i: number) =>
    Effect.map(host.run(rdd, piece, i), (block) => Shuffle.deal(block.records, n, i))
  const gather = (parts: ReadonlyArray<Shuffle.Bucket>) =>
    Block.fromArray(Block.joinArrays(parts.map((part) => part.values)))
  return exchange(host, rdd, n, parent, write, gather, undefined)
}

/** Lowers a cogroup. */
export const cogroup = (
  host: Host,
  rdd: AnyRDD,
  { by, join }: Kind<"cogroup">,
  all: ReadonlyArray<Lowered>,
): Job<Lowered> => {
  const { dry, job, ofJob, run } = host
  const partitioner = chosen(host, by, all)
  return Effect.map(Effect.forEach(all, (side) => placed(host, rdd, partitioner, side)), (sides) => {
    const read = (i: number) =>
      Effect.flatMap(
        Effect.forEach(sides, (side) => run(rdd, side.pieces[i] ?? noPiece, i)),
        (blocks) =>
          attempt(
            rdd,
            i,
            job,
            () => join === undefined ? Grouping.gatherGroups(blocks) : Grouping.gatherJoined(blocks, join),
          ),
      )
    const lowered = { pieces: reading(partitioner.numPartitions, read), partitioner }
    if (!dry) ofJob.keep(rdd, lowered)
    return lowered
  })
}
