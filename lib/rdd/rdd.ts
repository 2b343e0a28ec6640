/**
 * RDDs as values: lineage, made of primitives.
 *
 * @module
 */
import { Prototype } from "effect/Pipeable"
import { hasProperty } from "effect/Predicate"
import { callSite } from "../core/call_site.ts"
import type { InvalidOption } from "../core/errors.ts"
import { type AnyRDD, type Primitive, type RDD, TypeId } from "./primitive.ts"

export type { AnyRDD, RDD } from "./primitive.ts"

const Proto = {
  ...Prototype,
  [TypeId]: { _A: (_: never) => _, _E: (_: never) => _, _R: (_: never) => _ },
  toString(this: AnyRDD) {
    return `RDD(${this.operation} at ${this.site.short})`
  },
}

let made = 0

/** Makes an RDD of a primitive. All RDD operations are written with it; the caller gives the result type. */
export const make = <A, E = never, R = never>(
  operation: string,
  parents: ReadonlyArray<AnyRDD>,
  primitive: Primitive,
  invalid?: InvalidOption,
): RDD<A, E, R> =>
  Object.assign(Object.create(Proto), {
    id: made++,
    name: undefined,
    operation,
    site: callSite(),
    parents,
    primitive,
    invalid: invalid ?? undefined,
  })

/** The same RDD under another name, and with a number of its own. */
export const renamed = <A, E, R>(self: RDD<A, E, R>, name: string): RDD<A, E, R> =>
  Object.assign(Object.create(Proto), self, { id: made++, name })

/**
 * Whether a value is an RDD.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 *
 * assert.equal(RDD.isRDD(RDD.range(0, 3)), true)
 * assert.equal(RDD.isRDD(DStream.constant([1])), false)
 * ```
 */
export const isRDD = (u: unknown): u is AnyRDD => hasProperty(u, TypeId)
