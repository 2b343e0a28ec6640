/**
 * RDDs as values: lineage, made of primitives.
 *
 * @module
 */
import { type Pipeable, Prototype } from "effect/Pipeable"
import { hasProperty } from "effect/Predicate"
import type { Covariant } from "effect/Types"
import { type CallSite, callSite } from "../core/call_site.ts"
import type { InvalidOption } from "../core/errors.ts"
import type { Primitive } from "./primitive.ts"

const TypeId = "~dstream/RDD"

/**
 * A distributed collection as a value: it describes what to compute and holds no data. Making one runs nothing; an action
 * ({@link collect}, {@link count}, …) runs it on the engine. `E` and `R` are the errors and services of the effectful
 * functions in it. Spark: `RDD[T]`.
 */
export interface RDD<out A, out E = never, out R = never> extends Pipeable {
  readonly [TypeId]: { readonly _A: Covariant<A>; readonly _E: Covariant<E>; readonly _R: Covariant<R> }
  /** The number of the RDD. RDDs are numbered as they are made. */
  readonly id: number
  /** The name of the RDD; undefined if it was given none. */
  readonly name: string | undefined
  /** The operation that made it, such as `map`. */
  readonly operation: string
  /** Where in the user's source the RDD was made. */
  readonly site: CallSite
  /** The RDDs that this one is computed from. */
  readonly parents: ReadonlyArray<AnyRDD>
  /** What the engine does to compute the RDD. */
  readonly primitive: Primitive
  /** What is wrong with the arguments of the operation. Running the RDD fails with this error. */
  readonly invalid: InvalidOption | undefined
}

/** An RDD of any type. */
export type AnyRDD = RDD<unknown, unknown, unknown>

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
