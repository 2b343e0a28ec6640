/**
 * Operators whose functions work on whole RDDs: transform, transformWith, transformAll.
 *
 * The functions run on the driver when a batch is evaluated, once a batch, so what they read may change from batch to
 * batch.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { describeValue } from "../../core/describe_value.ts"
import { dual } from "../../core/dual.ts"
import { EngineFault, FunctionFailed } from "../../core/errors.ts"
import { ignoreRejection } from "../../core/pending.ts"
import type { Engine } from "../../rdd/engine.ts"
import type { Callable } from "../../rdd/primitive.ts"
import { type AnyRDD, isRDD, type RDD } from "../../rdd/rdd.ts"
import { Batch } from "../batch.ts"
import { type AnyDStream, type DStream, Evaluating, make, required } from "../dstream.ts"
import type { Unwrapped } from "../outputs/output.ts"
import {
  agreeing,
  asStreams,
  type DStreams,
  type RecordOf,
  type StreamErrorOf,
  type StreamServicesOf,
} from "./streams.ts"

/** The failure of a transform whose function returned something other than an RDD or an Effect of one. */
export class TransformWithoutResult extends EngineFault<{
  readonly operation: string
  readonly time: number
  /** What the function returned. */
  readonly given?: unknown
}> {
  readonly _tag = "TransformWithoutResult" as const
  override get message(): string {
    return this.given === undefined || this.given === null
      ? "Transform function must not return null. Return RDD.empty() instead to represent no element as the result of transformation."
      : `Transform function must give an RDD, or an Effect of one, but gave: ${describeValue(this.given)}`
  }
}

/** What the function of a transform is told about the batch. */
export interface TransformInfo {
  /** The batch time in epoch milliseconds. */
  readonly time: number
}

/** What the function of a transform returns: an RDD, or an Effect of one, which may run actions. */
export type Transformed<B, E, R, E2 = never, R2 = never> = RDD<B, E, R> | Effect.Effect<RDD<B, E, R>, E2, R2>

/** The RDDs of a list of streams, in the same order. */
export type RDDsOf<S extends ReadonlyArray<unknown>> = {
  readonly [I in keyof S]: RDD<RecordOf<S[I]>, StreamErrorOf<S[I]>, StreamServicesOf<S[I]>>
}

const transformed = <A, E, R>(
  operation: string,
  parents: ReadonlyArray<AnyDStream>,
  f: Callable,
  apply: (rdds: ReadonlyArray<AnyRDD>, info: TransformInfo) => unknown,
): DStream<A, E, R> => {
  const resultOf = (rdds: ReadonlyArray<AnyRDD>, batch: Batch): Effect.Effect<unknown, unknown, unknown> =>
    Effect.suspend(() => {
      const given = apply(rdds, { time: batch.time })
      if (!Effect.isEffect(given)) return Effect.succeed(given)
      return Effect.flatMap(Evaluating, (self) => {
        if (self !== undefined) batch.keepOnDriver(self)
        return given
      })
    }).pipe(Effect.catchDefect((cause) => Effect.die(new FunctionFailed({ cause }))))
  const body = Effect.gen(function* () {
    const batch = yield* Batch
    const rdds = yield* Effect.forEach(parents, (parent) => required(operation, parent, batch))
    const result = yield* resultOf(rdds, batch)
    if (isRDD(result)) return result
    ignoreRejection(result)
    return yield* Effect.die(new TransformWithoutResult({ operation, time: batch.time, given: result }))
  })
  return make(
    operation,
    parents,
    [f],
    (_f) => body as Effect.Effect<RDD<A, E, R>>,
    { takesEffects: true, ...agreeing("transform", parents) },
  )
}

/**
 * Applies `f` to the RDD of every batch and goes on with the RDD that it gives, or with that of the Effect that it gives,
 * which may run actions. `f` is called on the driver once a batch, after the batch before has ended. A batch fails in which
 * the stream has no RDD, `f` throws (`FunctionFailed`) or `f` gives no RDD (`TransformWithoutResult`).
 *
 * On engines that run tasks in other isolates, a function that gives an RDD is called in each of them as well: the RDD must
 * depend on nothing but the RDDs and the batch time that it is given and the graph's data. A function that gives an Effect, or runs
 * actions, is called on the driver only, and workers get the records of its RDD; the event `StreamRunsOnDriver` says so once.
 * Spark: `DStream.transform`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const sorted = Testing.input([[3, 1, 2]]).pipe(DStream.transform((rdd) => RDD.sortBy(rdd, (n) => n)))
 * assert.deepEqual(await Effect.runPromise(Testing.run(sorted)), [[1, 2, 3]])
 *
 * const shares = Testing.input([[1, 3]]).pipe(
 *   DStream.transform((rdd) => Effect.map(RDD.fold(rdd, 0, (a, b) => a + b), (sum) => RDD.map(rdd, (n) => n / sum))),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(shares)), [[0.25, 0.75]])
 * ```
 */
export const transform: {
  <A, E, R, B, E2, R2, E3 = never, R3 = never>(
    f: (rdd: RDD<A, E, R>, info: TransformInfo) => Transformed<B, E2, R2, E3, R3>,
  ): (self: DStream<A, E, R>) => DStream<B, E | E2 | Unwrapped<E3>, R | R2 | Exclude<R3, Engine>>
  <A, E, R, B, E2, R2, E3 = never, R3 = never>(
    self: DStream<A, E, R>,
    f: (rdd: RDD<A, E, R>, info: TransformInfo) => Transformed<B, E2, R2, E3, R3>,
  ): DStream<B, E | E2 | Unwrapped<E3>, R | R2 | Exclude<R3, Engine>>
} = dual(
  2,
  <A, E, R, B, E2, R2, E3 = never, R3 = never>(
    self: DStream<A, E, R>,
    f: (rdd: RDD<A, E, R>, info: TransformInfo) => Transformed<B, E2, R2, E3, R3>,
  ): DStream<B, E | E2 | Unwrapped<E3>, R | R2 | Exclude<R3, Engine>> =>
    transformed("transform", [self], f, ([rdd], info) => f(rdd as RDD<A, E, R>, info)),
)

/**
 * Runs `f` on the RDDs that two streams have in every batch, as {@link transform} does with one. The slides of the
 * streams must be equal. Spark: `DStream.transformWith`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const known = Testing.input([[2, 3]])
 * const rest = Testing.input([[1, 2]]).pipe(DStream.transformWith(known, (rdd, other) => RDD.subtract(rdd, other)))
 * assert.deepEqual(await Effect.runPromise(Testing.run(rest)), [[1]])
 * ```
 */
export const transformWith: {
  <A, E, R, A2, E2, R2, B, E3, R3, E4 = never, R4 = never>(
    that: DStream<A2, E2, R2>,
    f: (rdd: RDD<A, E, R>, other: RDD<A2, E2, R2>, info: TransformInfo) => Transformed<B, E3, R3, E4, R4>,
  ): (self: DStream<A, E, R>) => DStream<B, E | E2 | E3 | Unwrapped<E4>, R | R2 | R3 | Exclude<R4, Engine>>
  <A, E, R, A2, E2, R2, B, E3, R3, E4 = never, R4 = never>(
    self: DStream<A, E, R>,
    that: DStream<A2, E2, R2>,
    f: (rdd: RDD<A, E, R>, other: RDD<A2, E2, R2>, info: TransformInfo) => Transformed<B, E3, R3, E4, R4>,
  ): DStream<B, E | E2 | E3 | Unwrapped<E4>, R | R2 | R3 | Exclude<R4, Engine>>
} = dual(
  3,
  <A, E, R, A2, E2, R2, B, E3, R3, E4 = never, R4 = never>(
    self: DStream<A, E, R>,
    that: DStream<A2, E2, R2>,
    f: (rdd: RDD<A, E, R>, other: RDD<A2, E2, R2>, info: TransformInfo) => Transformed<B, E3, R3, E4, R4>,
  ): DStream<B, E | E2 | E3 | Unwrapped<E4>, R | R2 | R3 | Exclude<R4, Engine>> =>
    transformed(
      "transformWith",
      [self, that],
      f,
      ([rdd, other], info) => f(rdd as RDD<A, E, R>, other as RDD<A2, E2, R2>, info),
    ),
)

/**
 * Runs `f` on the RDDs that several streams have in every batch, as {@link transform} does with one. The slides of the
 * streams must be equal. Spark: `StreamingContext.transform`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const streams = [Testing.input([[1]]), Testing.input([["a"]])] as const
 * const zipped = DStream.transformAll(streams, ([numbers, letters]) => RDD.cartesian(numbers, letters))
 * assert.deepEqual(await Effect.runPromise(Testing.run(zipped)), [[[1, "a"]]])
 * ```
 */
export const transformAll = <const S extends DStreams, B, E, R, E2 = never, R2 = never>(
  streams: S,
  f: (rdds: RDDsOf<S>, info: TransformInfo) => Transformed<B, E, R, E2, R2>,
): DStream<
  B,
  StreamErrorOf<S[number]> | E | Unwrapped<E2>,
  StreamServicesOf<S[number]> | R | Exclude<R2, Engine>
> => transformed("transformAll", asStreams(streams), f, (rdds, info) => f(rdds as RDDsOf<S>, info))
