/**
 * What both sides of the record codec agree on: the tags of values, and the kinds of columns and of bytes.
 *
 * @module
 */

/**
 * How many containers deep a record may be. Both sides recurse once a level, so this bounds their stacks.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { maxDepth } from "./codec_format.ts"
 *
 * assert.equal(maxDepth, 500)
 * ```
 */
export const maxDepth = 500

/**
 * Tags from here on are the whole numbers 0 to 127.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { smallInt, tag } from "./codec_format.ts"
 *
 * assert(Object.values(tag).every((n) => n < smallInt))
 * ```
 */
export const smallInt = 0x80

/**
 * The byte that stands before each value and tells its kind.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { tag } from "./codec_format.ts"
 *
 * assert.equal(tag.null, 0)
 * ```
 */
export const tag = {
  null: 0,
  undefined: 1,
  true: 2,
  false: 3,
  positive: 4,
  negative: 5,
  double: 6,
  bigint: 7,
  string: 8,
  date: 9,
  binary: 10,
  array: 11,
  object: 12,
  bareObject: 13,
  map: 14,
  set: 15,
  none: 16,
  some: 17,
  success: 18,
  failure: 19,
} as const

/**
 * The byte that stands before each column and tells its kind.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { column } from "./codec_format.ts"
 *
 * assert.equal(column.values, 0)
 * ```
 */
export const column = {
  values: 0,
  strings: 1,
  integers: 2,
  distances: 3,
  doubles: 4,
  booleans: 5,
  constant: 6,
  undefineds: 7,
  nulls: 8,
  tuples: 9,
  objects: 10,
} as const

/**
 * How many columns deep a column may be. Both sides recurse once a column.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { deepestColumn } from "./codec_format.ts"
 *
 * assert.equal(deepestColumn, 8)
 * ```
 */
export const deepestColumn = 8

/**
 * A kind of buffer or typed array.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { type BinaryKind, binaryKinds } from "./codec_format.ts"
 *
 * const kind: BinaryKind | undefined = binaryKinds.find((kind) => kind.prototype === Int16Array.prototype)
 * assert.deepEqual(kind?.make(new ArrayBuffer(2)), new Int16Array(1))
 * ```
 */
export interface BinaryKind {
  /** The prototype of its values. */
  readonly prototype: object
  /** The bytes of one element. */
  readonly size: number
  /** The value over a buffer. */
  readonly make: (buffer: ArrayBuffer) => unknown
}

/**
 * The kinds of buffers and typed arrays. Blocks hold the position of a kind, so new ones go to the end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { binaryKinds } from "./codec_format.ts"
 *
 * assert.equal(binaryKinds[0]?.prototype, ArrayBuffer.prototype)
 * ```
 */
export const binaryKinds: ReadonlyArray<BinaryKind> = [
  { prototype: ArrayBuffer.prototype, size: 1, make: (buffer) => buffer },
  ...[
    Uint8Array,
    Int8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ].map((kind) => ({
    prototype: kind.prototype,
    size: kind.BYTES_PER_ELEMENT,
    make: (buffer: ArrayBuffer) => new kind(buffer),
  })),
]
