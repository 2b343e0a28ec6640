/**
 * Outputs: what a graph is for, how one is made, and what happens when it fails.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { type Pipeable, Prototype } from "effect/Pipeable"
import { hasProperty } from "effect/Predicate"
import type * as Types from "effect/Types"
import { type CallSite, callSite } from "../../core/call_site.ts"
import type { ActionError } from "../../rdd/engine.ts"
import type { Callable } from "../../rdd/primitive.ts"
import type { RDD } from "../../rdd/rdd.ts"
import type { AnyDStream } from "../dstream.ts"
import type { OutputPolicy } from "./policy.ts"

const TypeId = "~dstream/Output"

/** Which run of which output this is: what an exactly-once sink needs to know. */
export interface OutputInfo {
  /** The batch time, epoch milliseconds. */
  readonly time: number
  /** The output's position in the graph. */
  readonly outputId: number
  /** 0 for the first run in this batch, then 1, 2, … */
  readonly attempt: number
}

/** An output operation without its types: what a list of outputs is made of. */
export interface UntypedOutput extends Pipeable {
  /** The operation that made it, such as `print`. */
  readonly operation: string
  /** The stream whose RDDs it takes. */
  readonly stream: AnyDStream
  /** Its name in the graph, unique if given. */
  readonly name: string | undefined
  /** Where in the user's source it was made. */
  readonly site: CallSite
  /** What happens when it fails; undefined leaves that to the context. */
  readonly policy: OutputPolicy<unknown, unknown> | undefined
  /** The user's functions: their text is part of the graph's fingerprint. */
  readonly functions: ReadonlyArray<Callable>
  /** What else tells it apart, such as how many records `print` shows: part of the fingerprint as well. */
  readonly detail: string
  /** Whether computing its stream is what writes. Then that is done for each output anew, never once for several. */
  readonly writes: boolean
  /** Runs it for the RDD of one batch. */
  readonly run: (rdd: RDD<never, never, never>, info: OutputInfo) => Effect.Effect<unknown, unknown, unknown>
}

/** An output operation on a stream, as a value: hand it to `StreamingContext.start`. */
export interface Output<out E = never, out R = never> extends UntypedOutput {
  readonly [TypeId]: { readonly _E: Types.Covariant<E>; readonly _R: Types.Covariant<R> }
}

/** An output of whatever type. */
export type AnyOutput = Output<unknown, unknown>

/** The errors that an output can end the context with: the typed errors of its stream's and its own functions. */
export type ErrorOf<O> = O extends Output<infer E, infer _R> ? E : never
/** The services that an output needs. */
export type ServicesOf<O> = O extends Output<infer _E, infer R> ? R : never

/** The typed errors inside an action's error; engine errors are in every batch's failure anyway. */
export type Unwrapped<E> = E extends ActionError<infer X> ? X : E

const variance = { _E: (_: never) => _, _R: (_: never) => _ }

/** The same output with something else about it. */
const changed = <E, R>(
  self: Output<unknown, unknown>,
  change: Partial<Pick<Output<unknown, unknown>, "name" | "policy">>,
): Output<E, R> => Object.assign(Object.create(Prototype), self, change)

/** Whether a value is an output. */
export const isOutput = (u: unknown): u is AnyOutput => hasProperty(u, TypeId)

/** Makes an output operation from what it does with the RDD of a batch. */
export const makeOutput = <E, R>(fields: {
  readonly operation: string
  readonly stream: AnyDStream
  readonly functions?: ReadonlyArray<Callable>
  readonly detail?: string
  readonly writes?: boolean
  readonly run: (rdd: RDD<never, never, never>, info: OutputInfo) => Effect.Effect<unknown, unknown, unknown>
}): Output<E, R> =>
  Object.assign(Object.create(Prototype), {
    [TypeId]: variance,
    functions: [],
    detail: "",
    writes: false,
    ...fields,
    name: undefined,
    site: callSite(),
    policy: undefined,
  })

/**
 * Says what happens when this output fails. Without it the context's policy applies, which is to fail.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy } from "@dstream/dstream"
 *
 * const output = DStream.constant([1]).pipe(DStream.print(), DStream.onFailure(OutputPolicy.skip))
 * assert.equal(output.policy?._tag, "Skip")
 * ```
 */
export const onFailure: {
  <E2, R2>(policy: OutputPolicy<E2, R2>): <E, R>(self: Output<E, R>) => Output<E | E2, R | R2>
  <E, R, E2, R2>(self: Output<E, R>, policy: OutputPolicy<E2, R2>): Output<E | E2, R | R2>
} = dual(
  2,
  <E, R, E2, R2>(self: Output<E, R>, policy: OutputPolicy<E2, R2>): Output<E | E2, R | R2> => changed(self, { policy }),
)

/**
 * Names an output: listeners see it under this name. Names are unique in a graph, over streams and outputs together.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 *
 * const output = DStream.constant([1]).pipe(DStream.print(), DStream.nameOutput("numbers"))
 * assert.equal(output.name, "numbers")
 * ```
 */
export const nameOutput: {
  (name: string): <E, R>(self: Output<E, R>) => Output<E, R>
  <E, R>(self: Output<E, R>, name: string): Output<E, R>
} = dual(2, <E, R>(self: Output<E, R>, name: string): Output<E, R> => changed(self, { name }))
