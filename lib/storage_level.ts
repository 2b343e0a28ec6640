/**
 * Storage levels: where persisted and received blocks are kept, by Spark's names. Names only for now: all blocks are
 * kept once, in memory. Spark: `StorageLevel`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { StorageLevel } from "@dstream/dstream"
 *
 * const level: StorageLevel.StorageLevel = "MEMORY_ONLY"
 * assert.equal(StorageLevel.all.includes(level), true)
 * ```
 *
 * @module
 */
export { all, isStorageLevel, parse, type StorageLevel } from "./rdd/storage_level.ts"
