/**
 * Storage levels: Spark's names for where persisted and received blocks are kept.
 *
 * They say whether blocks may be in memory, in files or both, and in which form. Spark: `StorageLevel`.
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
