/**
 * DStream values: a stream as a sequence of RDDs, one per batch interval.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import * as Exit from "effect/Exit"
import { dual } from "../core/dual.ts"
import * as Option from "effect/Option"
import { hasProperty } from "effect/Predicate"
import type * as Types from "effect/Types"
import { type CallSite, callSite, withCallSite } from "../core/call_site.ts"
import type { JobFailed } from "../core/errors.ts"
import type { Engine, EngineError } from "../rdd/engine.ts"
import type { Callable } from "../rdd/primitive.ts"
import { type AnyRDD, isRDD, type RDD } from "../rdd/rdd.ts"
import { Batch, NoRDD, OperatorWithoutRDD, ParentWithoutRDD } from "./batch.ts"
import type { InputSource } from "./inputs/input.ts"

const TypeId = "~dstream/DStream"

/**
 * A stream of records, as a value: immutable, pipeable, and composed without running anything. In each batch it stands
 * for one RDD, and it is the Effect that yields that RDD, which is how operators are written ({@link make}). `E` and
 * `R` are the errors and services of the effectful functions in it. Spark: `DStream[T]`.
 */
export interface DStream<out A, out E = never, out R = never>
  extends Effect.Effect<RDD<A, E, R>, E | NoRDD, R | Batch> {
  readonly [TypeId]: {
    readonly _A: Types.Covariant<A>
    readonly _E: Types.Covariant<E>
    readonly _R: Types.Covariant<R>
  }
  /** The operation that made it, such as `map`. */
  readonly operation: string
  /** The streams it is computed from. */
  readonly parents: ReadonlyArray<AnyDStream>
  /** Milliseconds between its RDDs; undefined where that is the batch interval. */
  readonly slideDuration: number | undefined
  /** Its name in the graph, unique if given. */
  readonly name: string | undefined
  /** Where in the user's source it was made. */
  readonly site: CallSite
  /** What else it is: its source if it is an input, what it asks of its parents, its functions. */
  readonly traits: Traits
}

/** A DStream of whatever type. */
export type AnyDStream = DStream<unknown, unknown, unknown>

/** What a graph needs to know of an operator besides its operation and parents. */
export interface Traits {
  /** Where the records come from, for inputs. */
  readonly source?: InputSource | undefined
  /**
   * How much longer than its own RDDs it needs those of its parents, in milliseconds (windows). They are evaluated in each
   * batch that it will look back at.
   */
  readonly lookBack?: number | undefined
  /**
   * Later batches build on its RDDs (`always`: state) or look back at them (`whileNeeded`). They are evaluated then in their own
   * batch and computed before it ends, or never: an RDD that could not be computed is empty from there on. Each
   * must be the stream's own, and be kept once computed.
   */
  readonly keeps?: "always" | "whileNeeded" | undefined
  /** Whether it is a part of the operator above it: what it has in its RDDs is that operator's own business. */
  readonly isInternal?: boolean | undefined
  /** The user's functions: their text is part of the graph's fingerprint. */
  readonly functions?: ReadonlyArray<Callable> | undefined
  /** What is wrong with its arguments, given the batch interval in milliseconds. Checked before start. */
  readonly check?: ((batchDuration: number) => ReadonlyArray<string>) | undefined
  /** Closes requirements: inputs above it get the layer as well. */
  readonly layer?: unknown
}

/** Options of every operator. */
export interface NodeOptions extends Traits {
  /** Milliseconds between RDDs, where it is not that of the first parent. */
  readonly slideDuration?: number | undefined
  /** Its name in the graph, unique if given. */
  readonly name?: string | undefined
}

type Body = Effect.Effect<RDD<unknown, unknown, unknown>, unknown, unknown>

interface Node {
  /** Given the stream itself, which a name may have made another one. */
  readonly body: (self: AnyDStream) => Body
}

/** Whether a stream with this slide has an RDD at a time. */
export const isTimeValid = (batch: Batch, slideDuration: number | undefined): boolean =>
  batch.time > batch.zeroTime && (batch.time - batch.zeroTime) % (slideDuration ?? batch.batchDuration) === 0

/** The streams that others are named copies of. */
const originals = new WeakMap<AnyDStream, AnyDStream>()

/**
 * The stream that this one is a named copy of, or itself. A stream and its copies are one: evaluated once a batch, with one
 * state.
 */
export const originalOf = (stream: AnyDStream): AnyDStream => originals.get(stream) ?? stream

/** The stream that is being evaluated: its body is what runs. */
export const Evaluating: Context.Reference<AnyDStream | undefined> = Context.Reference<AnyDStream | undefined>(
  "@dstream/dstream/Evaluating",
  { defaultValue: () => undefined },
)

const evaluate = (copy: AnyDStream & Node): Effect.Effect<RDD<unknown, unknown, unknown>, unknown, unknown> =>
  Effect.flatMap(Batch, (batch) => {
    const self = originalOf(copy)
    const known = batch.recall(self)
    if (known !== undefined) return Effect.succeed(known)
    if (batch.hasNone(self) || !isTimeValid(batch, self.slideDuration)) {
      return Effect.fail(new NoRDD({ operation: self.operation, time: batch.time }))
    }
    const body = Effect.flatMap(
      copy.body(self),
      (rdd) =>
        isRDD(rdd)
          ? Effect.succeed(rdd)
          : Effect.die(new OperatorWithoutRDD({ operation: self.operation, given: rdd })),
    )
    return Effect.onExit(Effect.provideService(body, Evaluating, self), (exit) =>
      Effect.sync(() => {
        if (Exit.isSuccess(exit)) batch.remember(self, exit.value)
        else if (Option.getOrUndefined(Cause.findErrorOption(exit.cause)) instanceof NoRDD) {
          batch.remember(self, undefined)
        } else batch.blame(self)
      }))
  })

const Proto = {
  ...Effectable.Prototype<AnyDStream & Node>({
    label: "DStream",
    evaluate() {
      return evaluate(this)
    },
  }),
  [TypeId]: { _A: (_: never) => _, _E: (_: never) => _, _R: (_: never) => _ },
  toString(this: AnyDStream) {
    return `DStream(${this.operation} at ${this.site.short})`
  },
}

const construct = <A, E, R>(fields: {
  readonly operation: string
  readonly parents: ReadonlyArray<AnyDStream>
  readonly site: CallSite
  readonly options: NodeOptions
  readonly body: Node["body"]
}): DStream<A, E, R> => {
  const { slideDuration, name, ...traits } = fields.options
  return Object.assign(Object.create(Proto), {
    operation: fields.operation,
    parents: fields.parents,
    slideDuration: slideDuration ?? fields.parents[0]?.slideDuration,
    name,
    site: fields.site,
    traits,
    body: fields.body,
  })
}

/**
 * Makes an operator: its name, the streams it depends on, and the Effect that gives its RDD in a batch. Yield parents
 * in the body to get theirs. The body runs once a batch, however many streams depend on the result. It may run actions. One
 * that gives something else than an RDD fails the batch ({@link OperatorWithoutRDD}).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const zip = <A, E, R, B, E2, R2>(a: DStream.DStream<A, E, R>, b: DStream.DStream<B, E2, R2>) =>
 *   DStream.make("zip", [a, b], Effect.gen(function* () {
 *     return RDD.zip(yield* a, yield* b)
 *   }))
 *
 * const zipped = zip(Testing.input([[1, 2]]), Testing.input([["a", "b"]]))
 * assert.deepEqual(await Effect.runPromise(Testing.run(zipped)), [[[1, "a"], [2, "b"]]])
 * ```
 */
export const make = <A, RE, RR, E, R, X = never>(
  operation: string,
  parents: ReadonlyArray<AnyDStream>,
  body: Effect.Effect<RDD<A, RE, RR>, E | JobFailed<X>, R>,
  options: NodeOptions = {},
): DStream<A, RE | Exclude<E, NoRDD> | Exclude<X, EngineError>, RR | Exclude<R, Batch | Engine>> =>
  construct({ operation, parents, site: callSite(), options, body: () => body })

/** As {@link make}, for operators that look back at RDDs of their own: `body` is given the stream itself. */
export const makeSelf = <A, E, R>(
  operation: string,
  parents: ReadonlyArray<AnyDStream>,
  body: (self: AnyDStream) => Effect.Effect<RDD<A, unknown, unknown>, unknown, unknown>,
  options: NodeOptions = {},
): DStream<A, E, R> => construct({ operation, parents, site: callSite(), options, body })

/**
 * Lifts an operation on one RDD: the way to write an operator of one parent. `f` is called once a batch, and not in a
 * batch in which the parent has no RDD.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const sorted = <E, R>(self: DStream.DStream<number, E, R>) =>
 *   DStream.lift("sorted", self, (rdd) => RDD.sortBy(rdd, (n) => n))
 *
 * const numbers = Testing.input([[3, 1, 2], null])
 * assert.deepEqual(await Effect.runPromise(Testing.run(sorted(numbers))), [[1, 2, 3], undefined])
 * ```
 */
export const lift = <A, E, R, B, E2, R2>(
  operation: string,
  parent: DStream<A, E, R>,
  f: (rdd: RDD<A, E, R>, batch: Batch) => RDD<B, E2, R2>,
  options: NodeOptions = {},
): DStream<B, E2, R2> => {
  const site = callSite()
  const body = Effect.flatMap(Batch, (batch) => Effect.map(parent, (rdd) => withCallSite(site, () => f(rdd, batch))))
  return construct({ operation, parents: [parent], site, options, body: () => body })
}

/**
 * Lifts an operation on the RDDs of several streams. All of them must have one in the batch: where one has not, the
 * batch fails with {@link ParentWithoutRDD}, as Spark's `transform`, joins and `union` do.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const streams = [Testing.input([[1], [2]]), Testing.input([["a"], ["b"]])]
 * const both: DStream.DStream<unknown> = DStream.liftAll("both", streams, (rdds) => RDD.unionAll(rdds))
 * assert.deepEqual(await Effect.runPromise(Testing.run(both)), [[1, "a"], [2, "b"]])
 * ```
 */
export const liftAll = <B, E, R>(
  operation: string,
  parents: ReadonlyArray<AnyDStream>,
  f: (rdds: ReadonlyArray<RDD<unknown, unknown, unknown>>, batch: Batch) => RDD<B, unknown, unknown>,
  options: NodeOptions = {},
): DStream<B, E, R> => {
  const site = callSite()
  const body = Effect.flatMap(
    Batch,
    (batch) =>
      Effect.forEach(parents, (parent) => required(operation, parent, batch)).pipe(
        Effect.map((rdds) => withCallSite(site, () => f(rdds, batch))),
      ),
  )
  return construct({ operation, parents, site, options, body: () => body })
}

/**
 * The RDD of a parent that must have one, for the body of {@link make}: where it has none, the batch fails with
 * {@link ParentWithoutRDD} in the name of `operation`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const both = <A, E, R>(a: DStream.DStream<A, E, R>, b: DStream.DStream<A, E, R>) =>
 *   DStream.make("both", [a, b], Effect.gen(function* () {
 *     const batch = yield* DStream.Batch
 *     return RDD.union(yield* DStream.required("both", a, batch), yield* DStream.required("both", b, batch))
 *   }))
 *
 * const error = await Effect.runPromise(Effect.flip(Testing.run(both(Testing.input([[1]]), Testing.input<number>([null])))))
 * assert.match(error.message, /both needs one of every stream/)
 * ```
 */
export const required = <A, E, R>(
  operation: string,
  parent: DStream<A, E, R>,
  batch: Batch,
): Effect.Effect<RDD<A, E, R>, E | NoRDD, R | Batch> =>
  Effect.catchIf(
    parent,
    (error): error is E | NoRDD => error instanceof NoRDD,
    () => Effect.die(new ParentWithoutRDD({ operation, time: batch.time })),
  )

/** The RDD of a parent that may have none, for the body of {@link makeSelf}: undefined then. */
export const optional = (parent: AnyDStream): Effect.Effect<AnyRDD | undefined, unknown, unknown> =>
  Effect.catchIf(parent, (error) => error instanceof NoRDD, () => Effect.undefined)

/**
 * Whether a value is a DStream.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 *
 * assert.equal(DStream.isDStream(DStream.constant([1])), true)
 * assert.equal(DStream.isDStream(RDD.range(0, 3)), false)
 * ```
 */
export const isDStream = (u: unknown): u is AnyDStream => hasProperty(u, TypeId)

/**
 * Names a stream: names are unique in a graph, and address inputs and state across restarts. The result is the same stream
 * under a name: where both are in a graph, they are computed once.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 *
 * assert.equal(DStream.constant([1]).pipe(DStream.named("numbers")).name, "numbers")
 * ```
 */
export const named: {
  (name: string): <D extends AnyDStream>(self: D) => D
  <D extends AnyDStream>(self: D, name: string): D
} = dual(
  2,
  <D extends AnyDStream>(self: D, name: string): D => {
    const copy = Object.assign(Object.create(Proto), self, { name })
    originals.set(copy, originalOf(self))
    return copy
  },
)
