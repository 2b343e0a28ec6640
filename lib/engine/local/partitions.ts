/**
 * Operations that put partitions together, or next to each other, without a shuffle: union, coalesce, zip, cartesian, and
 * those that must know how many records come before each partition.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { Mismatch } from "../../core/errors.ts"
import { listOf } from "../../core/results.ts"
import * as Block from "../../rdd/block.ts"
import * as Partitioner from "../../rdd/partitioner.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { type Host, type Kind, type Lowered, noPiece, reading, resolved } from "./host.ts"
import { attempt, failed, type Job } from "./task.ts"

/** The partitions of all parents after one another, or side by side where they lie by equal partitioners. */
export const union = (host: Host, rdd: AnyRDD, all: ReadonlyArray<Lowered>): Lowered => {
  const some = all.filter((one) => one.pieces.length > 0)
  const by = some[0]?.partitioner
  if (by !== undefined && some.every((one) => one.partitioner && Partitioner.equals(one.partitioner, by))) {
    const read = (i: number) =>
      Effect.map(
        Effect.forEach(some, (one) => host.run(rdd, one.pieces[i] ?? noPiece, i)),
        Block.concat,
      )
    return { pieces: reading(by.numPartitions, read), partitioner: by }
  }
  return { pieces: some.flatMap((one) => one.pieces), partitioner: undefined }
}

/** Neighbouring partitions put together, so that fewer are left. */
export const coalesce = (host: Host, rdd: AnyRDD, parent: Lowered, partitions: number): Lowered => {
  const all = parent.pieces
  const n = Math.min(partitions, all.length)
  const read = (i: number) =>
    Effect.map(
      Effect.forEach(
        all.slice(Math.floor((i * all.length) / n), Math.floor(((i + 1) * all.length) / n)),
        (piece, j) => host.run(rdd, piece, Math.floor((i * all.length) / n) + j),
      ),
      Block.concat,
    )
  return {
    pieces: reading(n, read),
    partitioner: n === all.length ? parent.partitioner : undefined,
  }
}

/** Partitions with the same index given to a function at once. */
export const zip = (host: Host, rdd: AnyRDD, own: Kind<"zip">, all: ReadonlyArray<Lowered>): Job<Lowered> => {
  const { f, preserves } = resolved(host, rdd, own)
  const { ship } = host.executor
  const counts = all.map((one) => one.pieces.length)
  const n = counts[0] ?? 0
  if (counts.some((count) => count !== n)) {
    const problem = `Can't zip RDDs with unequal numbers of partitions: List(${counts.join(", ")})`
    return Effect.fail(failed(rdd, undefined, host.job, new Mismatch({ problem })))
  }
  const read = (i: number) =>
    Effect.flatMap(
      Effect.forEach(all, (one) => host.run(rdd, one.pieces[i] ?? noPiece, i)),
      (blocks) =>
        attempt(rdd, i, host.job, () =>
          ship(Block.fromArray(listOf(f(
            blocks.map((block) => ship(block).records as ReadonlyArray<never>),
            i,
          ))))),
    )
  const partitioner = preserves ? all.find((one) => one.partitioner !== undefined)?.partitioner : undefined
  return Effect.succeed({ pieces: reading(n, read), partitioner })
}

/** Each partition of the one with each partition of the other. */
export const cartesian = (host: Host, rdd: AnyRDD, [left, right]: ReadonlyArray<Lowered>): Job<Lowered> => {
  const rows = left?.pieces.length ?? 0
  const columns = right?.pieces.length ?? 0
  if (left === undefined || right === undefined || host.dry) {
    return Effect.succeed({ pieces: Array.from({ length: rows * columns }, () => noPiece), partitioner: undefined })
  }
  return Effect.map(Effect.all([host.runAll(rdd, left), host.runAll(rdd, right)]), ([as, bs]) => ({
    pieces: as.flatMap((a) =>
      bs.map((b) => ({
        read: Effect.sync(() => Block.fromArray(a.records.flatMap((x) => b.records.map((y) => [x, y])))),
        steps: [],
      }))
    ),
    partitioner: undefined,
  }))
}

/** Partitions whose step is told where each of them begins. */
export const indexed = (host: Host, rdd: AnyRDD, own: Kind<"indexed">, parent: Lowered): Job<Lowered> => {
  if (host.dry) return Effect.succeed({ ...parent, partitioner: undefined })
  const { f } = resolved(host, rdd, own)
  return Effect.map(host.runAll(rdd, parent), (blocks) => {
    const offsets: Array<number> = []
    blocks.reduce((sum, block) => (offsets.push(sum), sum + block.length), 0)
    return {
      pieces: blocks.map((block, index) => ({
        read: Effect.succeed(block),
        steps: [{ rdd, index, own: f(offsets, index) }],
      })),
      partitioner: undefined,
    }
  })
}
