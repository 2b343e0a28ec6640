/**
 * RDD operations in streams: transform, transformWith, transformAll.
 *
 * Their functions run on the driver, once in each batch, when the batch is put together: what they read there may
 * change from batch to batch.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { describeValue } from "../../core/describe_value.ts"
import { dual } from "../../core/dual.ts"
import { EngineFault, FunctionFailed } from "../../core/errors.ts"
import type { Engine } from "../../rdd/engine.ts"
import type { Callable } from "../../rdd/primitive.ts"
import { type AnyRDD, isRDD, type RDD } from "../../rdd/rdd.ts"
import { Batch } from "../batch.ts"
import { type AnyDStream, type DStream, make, required } from "../dstream.ts"
import type { Unwrapped } from "../outputs/output.ts"
import {
  agreeing,
  asStreams,
  type DStreams,
  type RecordOf,
  type StreamErrorOf,
  type StreamServicesOf,
} from "./streams.ts"

/** The function of a transform gave no RDD. */
export class TransformWithoutResult extends EngineFault<{
  readonly operation: string
  readonly time: number
  /** What it gave instead. */
  readonly given?: unknown
}> {
  /** The tag to catch it by. */
  readonly _tag = "TransformWithoutResult" as const
  /** What to give instead. */
  override get message(): string {
    return this.given === undefined || this.given === null
      ? "Transform function must not return null. Return RDD.empty() instead to represent no element as the result of transformation."
      : `Transform function must give an RDD, or an Effect of one, but gave: ${describeValue(this.given)}`
  }
}

/** The batch that a transform works for. */
export interface TransformInfo {
  /** The batch time, epoch milliseconds. */
  readonly time: number
}

/** What the function of a transform gives: an RDD, or an Effect of one, which may run actions. */
export type Transformed<B, E, R, E2 = never, R2 = never> = RDD<B, E, R> | Effect.Effect<RDD<B, E, R>, E2, R2>

/** The RDDs of some streams. */
export type RDDsOf<S extends ReadonlyArray<unknown>> = {
  readonly [I in keyof S]: RDD<RecordOf<S[I]>, StreamErrorOf<S[I]>, StreamServicesOf<S[I]>>
}

const transformed = <A, E, R>(
  operation: string,
  parents: ReadonlyArray<AnyDStream>,
  f: Callable,
  apply: (rdds: ReadonlyArray<AnyRDD>, info: TransformInfo) => unknown,
): DStream<A, E, R> => {
  const resultOf = (rdds: ReadonlyArray<AnyRDD>, info: TransformInfo): Effect.Effect<unknown, unknown, unknown> =>
    Effect.suspend(() => {
      const given = apply(rdds, info)
      return Effect.isEffect(given) ? given : Effect.succeed(given)
    }).pipe(Effect.catchDefect((cause) => Effect.die(new FunctionFailed({ cause }))))
  const body = Effect.gen(function* () {
    const batch = yield* Batch
    const rdds = yield* Effect.forEach(parents, (parent) => required(operation, parent, batch))
    const result = yield* resultOf(rdds, { time: batch.time })
    return isRDD(result)
      ? result
      : yield* Effect.die(new TransformWithoutResult({ operation, time: batch.time, given: result }))
  })
  return make<A, E, R, never, never>(
    operation,
    parents,
    body as Effect.Effect<RDD<A, E, R>>,
    { functions: [f], ...agreeing("transform", parents) },
  )
}

/**
 * Runs `f` on the RDD of every batch and goes on with the RDD it gives, or with that of the Effect it gives, which may
 * run actions. It is called when the batch is made, before its turn to run: an action that needs a state, or what a window
 * looks back at, waits for the batches before, and from then on batches are made one after the other. Where the engine has
 * another side, as `loopback` in tests, `f` is called there too, and its actions find what they have found here: what it
 * gives must depend on nothing but RDDs, actions and the graph's data. A batch in which the stream has no RDD fails; so does one in which `f` throws (`FunctionFailed`) or gives
 * no RDD (`TransformWithoutResult`). Spark: `DStream.transform`.
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
 * As {@link transform}, with the RDDs of two streams; their slides must be equal. Spark: `DStream.transformWith`.
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
 * As {@link transform}, with the RDDs of any number of streams; their slides must be equal.
 * Spark: `StreamingContext.transform`.
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
