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
 * Where blocks are kept. In Spark's names, `_SER` stands for serialized and `_2` for two replicas.
 *
 * The names have no effect yet: blocks are kept once, in memory, whatever the level. Spark: `StorageLevel`.
 */
export type StorageLevel = typeof names[number]

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
