/**
 * Laws of functions that combine values, as `reduce`, `reduceByKey` and windows with an inverse require them.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { type Law, law } from "./law.ts"

/** Options of the laws about functions that combine values. */
export interface ValueOptions<A> {
  /** Generates the values to combine. */
  readonly values: fc.Arbitrary<A>
  /** Returns the part of a result that is compared, such as a rounded number. Default: the result itself. */
  readonly by?: ((value: A) => unknown) | undefined
}

const reading = <A>({ by }: ValueOptions<A>) =>
  by === undefined ? undefined : (result: unknown): unknown => by(result as A)

/**
 * States that `f` is associative: `f(f(a, b), c) = f(a, f(b, c))`. If it is not, results depend on how a batch is
 * partitioned.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const numbers = { values: fc.integer() }
 * await Effect.runPromise(Testing.check(Testing.laws.isAssociative(Math.max, numbers)))
 * const minus = Testing.laws.isAssociative((a: number, b: number) => a - b, numbers)
 * const broken = await Effect.runPromise(Effect.flip(Testing.check(minus, { seed: 1 })))
 * assert.equal(broken.law, "f is associative")
 * ```
 */
export const isAssociative = <A>(f: (a: A, b: A) => A, options: ValueOptions<A>): Law =>
  law("f is associative", fc.tuple(options.values, options.values, options.values), {
    left: ([a, b, c]) => Effect.sync(() => f(f(a, b), c)),
    right: ([a, b, c]) => Effect.sync(() => f(a, f(b, c))),
    reading: reading(options),
  })

/**
 * States that `f` is commutative: `f(a, b) = f(b, a)`. If it is not, results depend on the order of the records.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const close = { values: fc.double({ min: 0, max: 1 }), by: (n: number) => n.toFixed(6) }
 * await Effect.runPromise(Testing.check(Testing.laws.isCommutative((a, b) => a * b, close)))
 * ```
 */
export const isCommutative = <A>(f: (a: A, b: A) => A, options: ValueOptions<A>): Law =>
  law("f is commutative", fc.tuple(options.values, options.values), {
    left: ([a, b]) => Effect.sync(() => f(a, b)),
    right: ([a, b]) => Effect.sync(() => f(b, a)),
    reading: reading(options),
  })

/**
 * States that `zero` is neutral: `f(zero, a) = a = f(a, zero)`. `fold` and `aggregateByKey` require this, because every
 * partition starts from their zero.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const joined = Testing.laws.isNeutral((a: string, b: string) => a + b, "", { values: fc.string() })
 * await Effect.runPromise(Testing.check(joined))
 * ```
 */
export const isNeutral = <A>(f: (a: A, b: A) => A, zero: A, options: ValueOptions<A>): Law => {
  const by = options.by ?? ((value: A): unknown => value)
  return law("zero is neutral", options.values, {
    left: (a) => Effect.sync(() => [by(f(zero, a)), by(f(a, zero))]),
    right: (a) => Effect.sync(() => [by(a), by(a)]),
  })
}

/**
 * States that `f` and `zero` form a monoid: `f` is associative and `zero` is neutral.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const lists = Testing.laws.monoid((a: ReadonlyArray<number>, b) => [...a, ...b], [], { values: fc.array(fc.nat()) })
 * await Effect.runPromise(Testing.checkAll(lists))
 * ```
 */
export const monoid = <A>(f: (a: A, b: A) => A, zero: A, options: ValueOptions<A>): ReadonlyArray<Law> => [
  isAssociative(f, options),
  isNeutral(f, zero, options),
]

/**
 * States that `inverse` undoes `f`: `inverse(f(a, b), b) = a`. Windows with an inverse require this.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const minus = Testing.laws.undoes((a: number, b: number) => a + b, (a, b) => a - b, { values: fc.integer() })
 * await Effect.runPromise(Testing.check(minus))
 * ```
 */
export const undoes = <A>(f: (a: A, b: A) => A, inverse: (a: A, b: A) => A, options: ValueOptions<A>): Law =>
  law("inverse undoes f", fc.tuple(options.values, options.values), {
    left: ([a, b]) => Effect.sync(() => inverse(f(a, b), b)),
    right: ([a]) => Effect.succeed(a),
    reading: reading(options),
  })
