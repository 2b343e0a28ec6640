/**
 * Outputs: their type, how they are made, their names and failure policies.
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
import type { OutputInfo } from "./output_info.ts"
import type { OutputPolicy } from "./policy.ts"

const TypeId = "~dstream/Output"

/**
 * An output operation without its type parameters. Lists of outputs are typed with it so that TypeScript infers each
 * output on its own, not from the list.
 */
export interface UntypedOutput extends Pipeable {
  /** The operation that made the output, such as `print`. */
  readonly operation: string
  /** The stream whose RDDs it gets. */
  readonly stream: AnyDStream
  /** Its name, unique in the graph; undefined if it has none. */
  readonly name: string | undefined
  /** Where in the user's source it was made. */
  readonly site: CallSite
  /** Its failure policy. If it is undefined, the policy of the streaming context applies. */
  readonly policy: OutputPolicy<unknown, unknown> | undefined
  /** The user's functions that the operation calls. Their texts are part of the graph's fingerprint. */
  readonly functions: ReadonlyArray<Callable>
  /** The operation's other arguments as text, such as how many records `print` shows. Part of the fingerprint. */
  readonly detail: string
  /**
   * Whether computing the stream writes the output. The RDD is then computed for each output, never shared by several.
   */
  readonly writes: boolean
  /** Runs the output on the RDD of one batch. */
  readonly run: (rdd: RDD<never, never, never>, info: OutputInfo) => Effect.Effect<unknown, unknown, unknown>
}

/**
 * An output operation on a stream, as a value to pass to `StreamingContext.start`. `E` and `R` are the errors and
 * services of its stream and of its own functions.
 */
export interface Output<out E = never, out R = never> extends UntypedOutput {
  readonly [TypeId]: { readonly _E: Types.Covariant<E>; readonly _R: Types.Covariant<R> }
}

/** An output of any type. */
export type AnyOutput = Output<unknown, unknown>

/** The errors that an output can end the context with: the typed errors of its stream and of its own functions. */
export type ErrorOf<O> = O extends Output<infer E, infer _R> ? E : never

/** The services that an output needs. */
export type ServicesOf<O> = O extends Output<infer _E, infer R> ? R : never

/**
 * The typed errors inside the error of an action, without the engine's own, which the failure of a batch always
 * includes.
 */
export type Unwrapped<E> = E extends ActionError<infer X> ? X : E

const variance = { _E: (_: never) => _, _R: (_: never) => _ }

/** Copies an output with another name or policy. */
const changed = <E, R>(
  self: Output<unknown, unknown>,
  change: Partial<Pick<Output<unknown, unknown>, "name" | "policy">>,
): Output<E, R> => Object.assign(Object.create(Prototype), self, change)

/** Tells whether a value is an output. */
export const isOutput = (u: unknown): u is AnyOutput => hasProperty(u, TypeId)

/** Makes an output operation. `run` gets the RDD of a batch, the info, and the user's functions. */
export const makeOutput = <E, R, const F extends ReadonlyArray<Callable>>(fields: {
  readonly operation: string
  readonly stream: AnyDStream
  readonly functions: F
  readonly detail?: string
  readonly writes?: boolean
  readonly run: (
    ...args: [rdd: RDD<never, never, never>, info: OutputInfo, ...functions: F]
  ) => Effect.Effect<unknown, unknown, unknown>
}): Output<E, R> =>
  Object.assign(Object.create(Prototype), {
    [TypeId]: variance,
    detail: "",
    writes: false,
    ...fields,
    run: (rdd: RDD<never, never, never>, info: OutputInfo) => fields.run(rdd, info, ...fields.functions),
    name: undefined,
    site: callSite(),
    policy: undefined,
  })

/**
 * Sets the failure policy of an output. Without it, the policy of the streaming context applies, which is to fail by
 * default.
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
 * Names an output. Listeners see it under this name. Names are unique among the streams and outputs of a graph.
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
