/**
 * How streams are made and evaluated: `make` and `lift` for operators, and the evaluation that gives each stream its
 * RDD once a batch.
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
import { type CallSite, callSite, withCallSite } from "../core/call_site.ts"
import type { JobFailed } from "../core/errors.ts"
import type { Engine, EngineError } from "../rdd/engine.ts"
import type { Callable } from "../rdd/primitive.ts"
import { type AnyRDD, isRDD, type RDD } from "../rdd/rdd.ts"
import {
  type AnyDStream,
  Batch,
  type DStream,
  type NodeOptions,
  NoRDD,
  OperatorWithoutRDD,
  ParentWithoutRDD,
  type Traits,
  TypeId,
} from "./batch.ts"

export type { AnyDStream, DStream, NodeOptions, Traits }

type Body = Effect.Effect<RDD<unknown, unknown, unknown>, unknown, unknown>

interface Node {
  /** Makes the RDD of a batch. It is given the original of the stream, because named copies share the body. */
  readonly body: (self: AnyDStream) => Body
}

/** Whether a stream with this slide is due in a batch. */
export const isTimeValid = (
  batch: Pick<Batch, "time" | "zeroTime" | "batchDuration">,
  slideDuration: number | undefined,
): boolean =>
  batch.time > batch.zeroTime && (batch.time - batch.zeroTime) % (slideDuration ?? batch.batchDuration) === 0

/** The original of each named copy. */
const originals = new WeakMap<AnyDStream, AnyDStream>()

/**
 * The stream that this one is a named copy of, or the stream itself. A stream and its named copies count as one stream:
 * it is evaluated once a batch and has one state.
 */
export const originalOf = (stream: AnyDStream): AnyDStream => originals.get(stream) ?? stream

/** The stream whose body is running. */
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
        } else batch.recordFailure(self)
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
  readonly functions: ReadonlyArray<Callable>
  readonly site: CallSite
  readonly options: NodeOptions
  readonly body: Node["body"]
}): DStream<A, E, R> => {
  const { slideDuration, name, ...traits } = fields.options
  return Object.assign(Object.create(Proto), {
    operation: fields.operation,
    parents: fields.parents,
    functions: fields.functions,
    slideDuration: slideDuration ?? fields.parents[0]?.slideDuration,
    name,
    site: fields.site,
    traits,
    body: fields.body,
  })
}

/**
 * Makes an operator from a name, the streams it depends on, the user's functions that it calls, and a body. The body
 * gets the functions and returns the Effect that makes the operator's RDD of a batch.
 *
 * Yield a parent in the body to get its RDD. The body runs once a batch, however many streams depend on the result, and
 * may run actions. A body that returns something other than an RDD fails the batch with {@link OperatorWithoutRDD}. An
 * operator without functions passes `[]`. The texts of the functions are part of the graph's fingerprint, so the body
 * must not call functions of the user that it gets in another way.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const zipWith = <A, E, R, B, E2, R2, C>(
 *   a: DStream.DStream<A, E, R>,
 *   b: DStream.DStream<B, E2, R2>,
 *   f: (a: A, b: B) => C,
 * ) =>
 *   DStream.make("zipWith", [a, b], [f], Effect.fnUntraced(function* (f) {
 *     return RDD.map(RDD.zip(yield* a, yield* b), ([x, y]) => f(x, y))
 *   }))
 *
 * const sums = zipWith(Testing.input([[1, 2]]), Testing.input([[10, 20]]), (a, b) => a + b)
 * assert.deepEqual(await Effect.runPromise(Testing.run(sums)), [[11, 22]])
 * ```
 */
export const make = <A, RE, RR, E, R, X = never, const F extends ReadonlyArray<Callable> = readonly []>(
  operation: string,
  parents: ReadonlyArray<AnyDStream>,
  functions: F,
  body: (...functions: F) => Effect.Effect<RDD<A, RE, RR>, E | JobFailed<X>, R>,
  options: NodeOptions = {},
): DStream<A, RE | Exclude<E, NoRDD> | Exclude<X, EngineError>, RR | Exclude<R, Batch | Engine>> =>
  construct({ operation, parents, functions, site: callSite(), options, body: () => body(...functions) })

/** Makes an operator that looks back at RDDs of its own: as {@link make}, but the body also gets the stream itself. */
export const makeSelf = <A, E, R, const F extends ReadonlyArray<Callable> = readonly []>(
  operation: string,
  parents: ReadonlyArray<AnyDStream>,
  functions: F,
  body: (...args: [self: AnyDStream, ...functions: F]) => Effect.Effect<RDD<A, unknown, unknown>, unknown, unknown>,
  options: NodeOptions = {},
): DStream<A, E, R> =>
  construct({ operation, parents, functions, site: callSite(), options, body: (self) => body(self, ...functions) })

/**
 * Lifts an operation on RDDs to an operator of one parent. The body gets the parent's RDD, the user's functions, and
 * the batch. It is called once a batch, and not in a batch in which the parent has no RDD.
 *
 * An operator without functions passes `[]`. The texts of the functions are part of the graph's fingerprint, so the
 * body must not call functions of the user that it gets in another way.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const sortedBy = <A, E, R>(self: DStream.DStream<A, E, R>, measure: (a: A) => number) =>
 *   DStream.lift("sortedBy", self, [measure], (rdd, measure) => RDD.sortBy(rdd, measure))
 *
 * const words = sortedBy(Testing.input([["three", "a", "to"], null]), (word) => word.length)
 * assert.deepEqual(await Effect.runPromise(Testing.run(words)), [["a", "to", "three"], undefined])
 * ```
 */
export const lift = <A, E, R, const F extends ReadonlyArray<Callable>, B, E2, R2>(
  operation: string,
  parent: DStream<A, E, R>,
  functions: F,
  body: (...args: [rdd: RDD<A, E, R>, ...functions: F, batch: Batch]) => RDD<B, E2, R2>,
  options: NodeOptions = {},
): DStream<B, E2, R2> => {
  const site = callSite()
  const evaluated = Effect.flatMap(
    Batch,
    (batch) => Effect.map(parent, (rdd) => withCallSite(site, () => body(rdd, ...functions, batch))),
  )
  return construct({ operation, parents: [parent], functions, site, options, body: () => evaluated })
}

/**
 * Lifts an operation on RDDs to an operator of several parents: as {@link lift}, but the body gets the RDDs of all
 * parents as a list. In a batch in which a parent has no RDD, the batch fails with {@link ParentWithoutRDD}, as Spark's
 * `transform`, joins and `union` do.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const streams = [Testing.input([[1], [2]]), Testing.input([["a"], ["b"]])]
 * const both: DStream.DStream<unknown> = DStream.liftAll("both", streams, [], (rdds) => RDD.unionAll(rdds))
 * assert.deepEqual(await Effect.runPromise(Testing.run(both)), [[1, "a"], [2, "b"]])
 * ```
 */
export const liftAll = <B, E, R, const F extends ReadonlyArray<Callable>>(
  operation: string,
  parents: ReadonlyArray<AnyDStream>,
  functions: F,
  body: (
    ...args: [rdds: ReadonlyArray<RDD<unknown, unknown, unknown>>, ...functions: F, batch: Batch]
  ) => RDD<B, unknown, unknown>,
  options: NodeOptions = {},
): DStream<B, E, R> => {
  const site = callSite()
  const evaluated = Effect.flatMap(
    Batch,
    (batch) =>
      Effect.forEach(parents, (parent) => required(operation, parent, batch)).pipe(
        Effect.map((rdds) => withCallSite(site, () => body(rdds, ...functions, batch))),
      ),
  )
  return construct({ operation, parents, functions, site, options, body: () => evaluated })
}

/**
 * Gets the RDD of a parent that must have one, in the body of {@link make}. If the parent has none, the batch fails
 * with {@link ParentWithoutRDD}, which names `operation`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const both = <A, E, R>(a: DStream.DStream<A, E, R>, b: DStream.DStream<A, E, R>) =>
 *   DStream.make("both", [a, b], [], Effect.fnUntraced(function* () {
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

/** Gets the RDD of a parent, or undefined if the parent has none, in the body of {@link makeSelf}. */
export const optional = (parent: AnyDStream): Effect.Effect<AnyRDD | undefined, unknown, unknown> =>
  Effect.catchIf(parent, (error) => error instanceof NoRDD, () => Effect.undefined)

/**
 * Tells whether a value is a DStream.
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
 * Names a stream. Names are unique in a graph, and inputs and state are found by them after a restart. The result is
 * the same stream under a name: a graph that has both computes them once.
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
