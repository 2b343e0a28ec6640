/**
 * Keys: which values can be keys, when two keys are equal, and their hashes. Keys are equal by value. Hashes are those
 * of Java, so that strings and whole numbers are placed in the same partitions as in Spark.
 *
 * Keys can be strings, numbers (`NaN` equals itself, `-0` equals `0`), booleans, bigints, dates, `null`, `undefined`,
 * and arrays (tuples) and Effect `Option`s of these. Objects can be keys if they define their own equality: objects
 * with Effect's `Hash` and `Equal`, and instances of `Data.Class`.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import { describeValue } from "./describe_value.ts"
import { EngineFault } from "./errors.ts"

/** How deeply arrays and options may be nested in a key. Limits the work on keys that contain themselves. */
const maxDepth = 200

/**
 * A value cannot be a key, because it has no hash and no equality by value. `problem` names the unsupported value and
 * its place inside the key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { hashKey, UnsupportedKey } from "./keys.ts"
 *
 * assert.throws(() => hashKey(["a", {}]), (error) => error instanceof UnsupportedKey && error.problem === "object at [1]")
 * ```
 */
export class UnsupportedKey extends EngineFault<{
  /** What was found and where, such as `object at [1]`. */
  readonly problem: string
}> {
  readonly _tag = "UnsupportedKey" as const
  override get message(): string {
    return `Unsupported key: ${this.problem}. A key is a string, number, boolean, bigint, Date, null, undefined, ` +
      "a tuple or Option of these, or an object with Effect's Hash and Equal, such as one of a class that extends Data.Class"
  }
}

/**
 * Hashes a string as Java's `String.hashCode` does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { hashString } from "./keys.ts"
 *
 * assert.equal(hashString("hello"), 99162322)
 * ```
 */
export function hashString(key: string): number {
  let hash = 0
  for (let i = 0; i < key.length; i++) hash = (Math.imul(31, hash) + key.charCodeAt(i)) | 0
  return hash
}

const double = new Float64Array(1)
const words = new Int32Array(double.buffer)

/**
 * Hashes a number. The hash of a 32-bit whole number is the number itself. Other whole numbers of 64 bits are hashed as
 * Java's `Long.hashCode` does, and all other numbers as `Double.hashCode` does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { hashNumber } from "./keys.ts"
 *
 * assert.equal(hashNumber(-7), -7)
 * assert.equal(hashNumber(4294967296), 1)
 * assert.equal(hashNumber(0.5), 1071644672)
 * ```
 */
export function hashNumber(key: number): number {
  if ((key | 0) === key) return key | 0
  if (Number.isInteger(key) && key >= -(2 ** 63) && key < 2 ** 63) {
    const high = Math.floor(key / 2 ** 32)
    return high ^ (key - high * 2 ** 32)
  }
  if (key !== key) return 0x7ff80000 // The hash of Java's only NaN. JavaScript engines have NaNs of many bit patterns.
  double[0] = key
  return (words[0] ?? 0) ^ (words[1] ?? 0)
}

const hashBigInt = (key: bigint): number => {
  const low = BigInt.asIntN(64, key)
  return Number(BigInt.asIntN(32, low)) ^ Number(low >> 32n)
}

const definesEquality = (key: object): boolean => (Hash.isHash(key) && Equal.isEqual(key)) || key instanceof Data.Class

/** Returns the hash of a key, or NaN for a value that is not a key. */
function hashDeep(key: unknown, depth: number): number {
  switch (typeof key) {
    case "string":
      return hashString(key)
    case "number":
      return hashNumber(key)
    case "boolean":
      return key ? 1231 : 1237
    case "bigint":
      return hashBigInt(key)
    case "undefined":
      return 0
    case "object":
      return key === null ? 0 : depth >= maxDepth ? NaN : hashObject(key, depth)
    default:
      return NaN
  }
}

function hashObject(key: object, depth: number): number {
  if (Array.isArray(key)) {
    let hash = 1
    for (let i = 0; i < key.length; i++) {
      const element = hashDeep(key[i], depth + 1)
      if (element !== element) return NaN
      hash = (Math.imul(31, hash) + element) | 0
    }
    return hash
  }
  if (key instanceof Date) return hashNumber(key.getTime())
  if (Option.isOption(key)) {
    if (Option.isNone(key)) return 2433880 // "None".hashCode, as in Scala
    const element = hashDeep(key.value, depth + 1)
    return element !== element ? NaN : (Math.imul(31, 2569629) + element) | 0 // "Some".hashCode
  }
  return definesEquality(key) ? Hash.hash(key) | 0 : NaN
}

/**
 * Returns the 32-bit hash of a key. Equal keys have equal hashes. Strings and whole numbers are hashed as in Java,
 * whose hashes Spark's hash partitioner uses. Arrays are hashed as Java lists. Throws {@link UnsupportedKey}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { hashKey } from "./keys.ts"
 *
 * assert.equal(hashKey("spark"), 109638365)
 * assert.equal(hashKey([1, 2]), 994)
 * assert.equal(hashKey(null), 0)
 * ```
 */
export function hashKey(key: unknown): number {
  if (typeof key === "string") return hashString(key)
  if (typeof key === "number") return hashNumber(key)
  const hash = hashDeep(key, 0)
  if (hash !== hash) throw new UnsupportedKey({ problem: unsupportedKey(key) ?? describeValue(key) })
  return hash
}

/**
 * Tells whether two keys are equal by value, inside arrays and options too. Values of different types are never equal:
 * `1` equals neither `1n` nor `"1"`, and `null` does not equal `undefined`. An unsupported value equals only itself.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { equalKeys } from "./keys.ts"
 *
 * assert(equalKeys(["a", NaN], ["a", NaN]))
 * assert(!equalKeys(1, 1n))
 * ```
 */
export function equalKeys(a: unknown, b: unknown): boolean {
  return equalDeep(a, b, 0)
}

function equalDeep(a: unknown, b: unknown, depth: number): boolean {
  if (a === b) return true
  if (typeof a === "number") return a !== a && b !== b && typeof b === "number"
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || depth >= maxDepth) return false
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!equalDeep(a[i], b[i], depth + 1)) return false
    return true
  }
  if (a instanceof Date) {
    if (!(b instanceof Date)) return false
    return equalDeep(a.getTime(), b.getTime(), depth + 1)
  }
  if (Option.isOption(a)) {
    if (!Option.isOption(b) || a._tag !== b._tag) return false
    return Option.isNone(a) || (Option.isSome(b) && equalDeep(a.value, b.value, depth + 1))
  }
  return definesEquality(a) && definesEquality(b) && Equal.equals(a, b)
}

/**
 * Describes why a value cannot be a key, such as `object`, `function at [1]` or `instance of Map at [0].value`. Returns
 * `undefined` for a value that can be a key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { unsupportedKey } from "./keys.ts"
 *
 * assert.equal(unsupportedKey([1, [new Map()]]), "instance of Map at [1][0]")
 * assert.equal(unsupportedKey(["a", 1]), undefined)
 * ```
 */
export function unsupportedKey(key: unknown): string | undefined {
  return problemAt(key, "", 0)
}

function problemAt(key: unknown, path: string, depth: number): string | undefined {
  const where = path === "" ? "" : ` at ${path}`
  if (typeof key === "function" || typeof key === "symbol") return describeValue(key) + where
  if (typeof key !== "object" || key === null || key instanceof Date) return undefined
  if (depth >= maxDepth) return `nested deeper than ${maxDepth} levels`
  if (Array.isArray(key)) {
    for (let i = 0; i < key.length; i++) {
      const problem = problemAt(key[i], `${path}[${i}]`, depth + 1)
      if (problem !== undefined) return problem
    }
    return undefined
  }
  if (Option.isOption(key)) return Option.isNone(key) ? undefined : problemAt(key.value, `${path}.value`, depth + 1)
  return definesEquality(key) ? undefined : describeValue(key) + where
}

/**
 * Tells whether a value can be a key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { isKey } from "./keys.ts"
 *
 * assert(isKey(["a", 1, new Date(0)]))
 * assert(!isKey({ a: 1 }))
 * ```
 */
export function isKey(u: unknown): boolean {
  const hash = hashDeep(u, 0)
  return hash === hash
}

/**
 * Returns the partition, from 0 to `n - 1`, of a hash: the non-negative remainder. Spark:
 * `HashPartitioner.getPartition`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { partitionOf } from "./keys.ts"
 *
 * assert.equal(partitionOf(-7, 3), 2)
 * ```
 */
export function partitionOf(hash: number, n: number): number {
  const remainder = hash % n
  return remainder < 0 ? remainder + n : remainder + 0 // never -0
}
