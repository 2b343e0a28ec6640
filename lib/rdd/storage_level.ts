/**
 * Storage levels: Spark's names for where persisted and received blocks are kept.
 *
 * @module
 */
import * as Result from "effect/Result"
import { InvalidOption } from "../core/errors.ts"

const names = [
  "NONE",
  "DISK_ONLY",
  "DISK_ONLY_2",
  "DISK_ONLY_3",
  "MEMORY_ONLY",
  "MEMORY_ONLY_2",
  "MEMORY_ONLY_SER",
  "MEMORY_ONLY_SER_2",
  "MEMORY_AND_DISK",
  "MEMORY_AND_DISK_2",
  "MEMORY_AND_DISK_SER",
  "MEMORY_AND_DISK_SER_2",
  "OFF_HEAP",
] as const

/**
 * Where blocks are kept: those of persisted RDDs and those of receivers. Spark: `StorageLevel`.
 *
 * The blocks in memory together have a limit, the option `storageMemory` of `SparkContext.layer`. If it is exceeded, the
 * blocks that were used least recently leave memory:
 *
 * - `MEMORY_ONLY` drops them. An RDD that has lost a block is computed again by the next action. A receiver waits
 *   instead, because its records cannot be computed again.
 * - `MEMORY_AND_DISK` writes them to files, which are read when the blocks are needed.
 * - `DISK_ONLY` writes every block to a file at once.
 * - `_SER` keeps the records of RDDs as bytes while they are in memory, which takes less memory and more time. Text stays
 *   the bytes that it is. `OFF_HEAP` means the same as `MEMORY_AND_DISK_SER`.
 * - `_2` and `_3`, Spark's replicas, are the same as the level without them: there is one process.
 *
 * Records that the codec cannot encode, such as functions and instances of most classes, stay in memory whatever the level.
 * Arrays lose the properties that they have besides their elements, such as `groups` of the result of `String.match`: take
 * what you need of them before.
 */
export type StorageLevel = typeof names[number]

/** What a storage level means. */
export interface Placement {
  /** Whether blocks may be in memory. */
  readonly memory: boolean
  /** Whether blocks may be in files. */
  readonly disk: boolean
  /** Whether records in memory are bytes. */
  readonly serialized: boolean
}

/** Tells what a storage level means. Replicas are not made. */
export const placementOf = (level: StorageLevel): Placement => ({
  memory: !level.startsWith("DISK"),
  disk: level.includes("DISK") || level === "OFF_HEAP",
  serialized: level.includes("_SER") || level === "OFF_HEAP",
})

/**
 * All storage levels, in Spark's order.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { StorageLevel } from "@dstream/dstream"
 *
 * assert.deepEqual(StorageLevel.all.slice(0, 2), ["NONE", "DISK_ONLY"])
 * assert.equal(StorageLevel.all.length, 13)
 * ```
 */
export const all: ReadonlyArray<StorageLevel> = names

/**
 * Checks whether a value is the name of a storage level.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { StorageLevel } from "@dstream/dstream"
 *
 * assert.equal(StorageLevel.isStorageLevel("MEMORY_ONLY"), true)
 * assert.equal(StorageLevel.isStorageLevel("memory"), false)
 * ```
 */
export const isStorageLevel = (u: unknown): u is StorageLevel => names.some((name) => name === u)

/**
 * Parses the name of a storage level. Any other text fails with `InvalidOption`. Spark: `StorageLevel.fromString`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { StorageLevel } from "@dstream/dstream"
 * import { Result } from "effect"
 *
 * assert.deepEqual(StorageLevel.parse("DISK_ONLY"), Result.succeed("DISK_ONLY"))
 * assert.equal(Result.isFailure(StorageLevel.parse("disk")), true)
 * ```
 */
export const parse = (text: string): Result.Result<StorageLevel, InvalidOption> =>
  isStorageLevel(text) ? Result.succeed(text) : Result.fail(
    new InvalidOption({
      where: "StorageLevel",
      option: "name",
      value: text,
      expected: `one of ${names.join(", ")} (Spark: "Invalid StorageLevel: ${text}")`,
    }),
  )
