/**
 * How computed partitions are kept: as blocks, or, those of persisted RDDs, in the block store.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Block } from "../../rdd/block.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { Storage } from "../../rdd/storage.ts"
import type { Computed } from "./computed.ts"
import type { Job } from "./lowering.ts"
import type { Scope } from "./scope.ts"
import { RemoteBlock } from "./remote.ts"
import { type Partition, there } from "./task.ts"

/** Frees the memory that partitions in the block store count for. */
export const release = (partitions: ReadonlyArray<Partition>, storage: Storage): void => {
  for (const { input } of partitions) if (input.kind === "held") storage.release(input.held)
}

/** Whether the store has dropped one of these partitions, because it had no room. */
export const isDropped = (partitions: ReadonlyArray<Partition>): boolean =>
  partitions.some(({ input }) => input.kind === "held" && input.held.isReleased)

/** Computes partitions of an RDD, and gives partitions that are blocks. */
type Compute = (partitions: ReadonlyArray<Partition>, indices: ReadonlyArray<number>) => Job<ReadonlyArray<Partition>>

/**
 * Makes the function that releases an RDD. A block that is kept has it, so it must not be a closure of {@link keeping}: it
 * would keep the plan of the batch, and with it the RDDs of a window, whose blocks keep those of the windows before.
 */
const dropping = (into: Computed, rdd: AnyRDD, storage: Storage) => () => release(into.release(rdd), storage)

/** How partitions are computed and given to the block store. */
interface Putting {
  readonly blocks: (partitions: ReadonlyArray<Partition>) => Job<ReadonlyArray<Block<unknown>>>
  readonly put: (block: Block<unknown>, index: number) => Effect.Effect<Partition>
  /** How many are computed before the store has them. */
  readonly atOnce: number
}

const putAll = Effect.fnUntraced(function* (
  { atOnce, blocks, put }: Putting,
  partitions: ReadonlyArray<Partition>,
  indices: ReadonlyArray<number>,
) {
  const kept: Array<Partition> = []
  for (let from = 0; from < partitions.length; from += atOnce) {
    const some = yield* blocks(partitions.slice(from, from + atOnce))
    for (const [i, block] of some.entries()) kept.push(yield* put(block, indices[from + i] ?? from + i))
  }
  return kept
})

/**
 * Makes the function that computes partitions of an RDD and gives them to the block store if it is persisted. A persisted RDD
 * that loses a block is released whole: the next action computes it again.
 */
export const keeping = (
  { executor, parallelism, references, storage }: Pick<Scope, "executor" | "parallelism" | "references" | "storage">,
  rdd: AnyRDD,
  into: Computed,
  blocks: (partitions: ReadonlyArray<Partition>) => Job<ReadonlyArray<Block<unknown>>>,
): Compute => {
  const { primitive } = rdd
  if (primitive.kind !== "persist") return (partitions) => Effect.map(blocks(partitions), (all) => all.map(there))
  const { level } = primitive
  const operation = references.of(rdd)
  const drop = dropping(into, rdd, storage)
  const put = (block: Block<unknown>, index: number): Effect.Effect<Partition> => {
    if (block instanceof RemoteBlock) {
      block.output.whenReleased(drop)
      return Effect.succeed(there(block))
    }
    return Effect.map(
      storage.put(block, { level, drop }),
      (held): Partition => ({ input: { kind: "held", operation, index, held }, steps: [] }),
    )
  }
  // Only as many blocks as run at a time are in memory before the store has them.
  const atOnce = executor.stage === undefined ? parallelism : Infinity
  return (partitions, indices) => putAll({ blocks, put, atOnce }, partitions, indices)
}
