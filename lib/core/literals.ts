/**
 * Checks literals at compile time. A literal out of range does not compile, and the compiler's error names what is
 * accepted. A plain `number` or `string` passes and is checked at run time.
 *
 * @module
 */
import type * as Duration from "effect/Duration"

type Below = {
  "0": never
  "1": "0"
  "2": "0" | "1"
  "3": "0" | "1" | "2"
  "4": "0" | "1" | "2" | "3"
  "5": "0" | "1" | "2" | "3" | "4"
  "6": "0" | "1" | "2" | "3" | "4" | "5"
  "7": "0" | "1" | "2" | "3" | "4" | "5" | "6"
  "8": "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7"
  "9": "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8"
}
type Digit = keyof Below

type Digits<S extends string> = S extends `${Digit}${infer Rest}` ? Rest extends "" ? true : Digits<Rest> : false

/** Tells whether a text is a positive whole number, written without sign, point, exponent or leading zero. */
type Natural<S extends string> = S extends `0${string}` ? false : Digits<S>

/** Tells whether the first of two numbers with the same number of digits is at most the second. */
type AtMost<S extends string, Max extends string> = S extends `${infer A extends Digit}${infer Rest}`
  ? Max extends `${infer B extends Digit}${infer MaxRest}`
    ? A extends B ? AtMost<Rest, MaxRest> : A extends Below[B] ? true : false
  : false
  : true

type Length<S extends string, L extends ReadonlyArray<unknown> = []> = S extends `${string}${infer Rest}`
  ? Length<Rest, [...L, unknown]>
  : L["length"]

type InPortRange<S extends string> = Natural<S> extends true
  ? Length<S> extends 1 | 2 | 3 | 4 ? true : Length<S> extends 5 ? AtMost<S, "65535"> : false
  : false

/**
 * The type of a port: `N` if it is in range, otherwise a string type whose text says what is accepted. Use it as the
 * type of a parameter: `<const N extends number>(port: Port<N>)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import type { Port } from "./literals.ts"
 *
 * const dial = <const N extends number>(port: Port<N>) => port
 * assert.equal(dial(9999), 9999)
 * // @ts-expect-error a port is a whole number from 1 to 65535
 * dial(70000)
 * ```
 */
export type Port<N extends number> = number extends N ? N
  : N extends N ? InPortRange<`${N}`> extends true ? N : "a port is a whole number from 1 to 65535"
  : never

type Zero<S extends string> = S extends "" ? true : S extends `${"0" | "."}${infer Rest}` ? Zero<Rest> : false

type NotPositive<D> = D extends number ? (Natural<`${D}`> extends true ? false : true)
  : D extends `-${string}` | "Infinity" ? true
  : D extends `${infer N} ${string}` ? Zero<N>
  : false

/**
 * The type of a positive duration in whole milliseconds: `D` if it is one, otherwise a string type whose text says what
 * is accepted. It checks numbers (of milliseconds) and strings such as `"1 second"`; other forms pass. Use it like
 * {@link Port}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import type * as Duration from "effect/Duration"
 * import type { PositiveDuration } from "./literals.ts"
 *
 * const every = <const D extends Duration.Input>(interval: PositiveDuration<D>) => interval
 * assert.equal(every("1 second"), "1 second")
 * // @ts-expect-error a duration must be above 0 and of whole milliseconds
 * every("0 seconds")
 * ```
 */
export type PositiveDuration<D> = number extends D ? D
  : D extends Duration.Input ? NotPositive<D> extends true ? "a duration must be above 0 and of whole milliseconds" : D
  : D extends string ? NotADuration
  : Duration.Input

/** Says which texts are durations. */
export type NotADuration = 'a duration is a number of milliseconds or a text such as "10 seconds" or "500 millis"'

/**
 * The type of a master URL: `M` if it is `local`, `local[*]` or `local[N]` with a positive `N`, otherwise a string type
 * whose text says what is accepted. Use it like {@link Port}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import type { Master } from "./literals.ts"
 *
 * const on = <const M extends string>(master: Master<M>) => master
 * assert.equal(on("local[2]"), "local[2]")
 * assert.equal(on("sc://spark:15002"), "sc://spark:15002")
 * // @ts-expect-error a master is "local", "local[*]", "local[N]" with N at least 1, or "sc://host:port"
 * on("local[0]")
 * ```
 */
export type Master<M extends string> = string extends M ? M
  : M extends "local" | "local[*]" | `sc://${string}` ? M
  : M extends `local[${infer N}]` ? Natural<N> extends true ? M : MasterProblem
  : MasterProblem

type MasterProblem = 'a master is "local", "local[*]", "local[N]" with N at least 1, or "sc://host:port"'

declare const message: unique symbol

/**
 * A type without values whose name tells the compiler's reader what is wrong. As the default of a type parameter it
 * appears where TypeScript cannot infer the parameter; as the result of an overload, where a call has the form of a
 * known mistake. It is a function, so that it can stand among the operators of a `pipe`: otherwise TypeScript reports the
 * operator before it.
 */
export interface Mistake<out Message extends string> {
  readonly [message]: Message
  <A extends never>(self: A): never
}

/** The message of a {@link Mistake} about records that are not pairs. */
export type NotPairs = "the records must be pairs: [key, value]"

/** What is given in place of a duration. Not a stream: a call with a stream has the data-first form. */
export type NotAStream = string | number | bigint
