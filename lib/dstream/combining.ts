/**
 * Several streams made one: union, unionAll, and what operators of several streams ask of them.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { dual } from "../core/dual.ts"
import { callSite, withCallSite } from "../core/call_site.ts"
import type { RDD } from "../rdd/rdd.ts"
import * as Rdd from "../rdd/sets.ts"
import { Batch, NoRDD } from "./batch.ts"
import { type AnyDStream, type DStream, make, type Traits } from "./dstream.ts"

/** A stream has no RDD at a batch time, and a union needs one of every stream. */
export class UnionWithoutRDD extends Data.Error<{ readonly operation: string; readonly time: number }> {
  /** The tag to catch it by. */
  readonly _tag = "UnionWithoutRDD" as const
  /** Spark's text. */
  override get message(): string {
    return `Could not generate RDD from a parent for unifying at time ${this.time} ms`
  }
}

/** The function of a transform gave no RDD. */
export class TransformWithoutResult extends Data.Error<{ readonly operation: string; readonly time: number }> {
  /** The tag to catch it by. */
  readonly _tag = "TransformWithoutResult" as const
  /** What to give instead. */
  override get message(): string {
    return "Transform function must not return null. Return RDD.empty() instead to represent no element as the result of transformation."
  }
}

/** A stream without its types: streams that are written in a list must not take theirs from the list. */
export type Untyped = Pick<AnyDStream, "operation" | "parents" | "site" | "traits">

/** At least one stream. */
export type DStreams = readonly [Untyped, ...ReadonlyArray<Untyped>]

/** The streams of a list. */
export const asStreams = (streams: DStreams): ReadonlyArray<AnyDStream> => streams.map((stream) => stream as AnyDStream)

/** The record type of a stream. */
export type RecordOf<S> = S extends DStream<infer A, unknown, unknown> ? A : never

/** The error type of a stream. */
export type StreamErrorOf<S> = S extends DStream<unknown, infer E, unknown> ? E : never

/** The services that a stream needs. */
export type StreamServicesOf<S> = S extends DStream<unknown, unknown, infer R> ? R : never

/** Reports before start that there are no streams, or that their slides differ. `verb`: what is done to them. */
export const agreeing = (verb: string, streams: ReadonlyArray<AnyDStream>): Traits => ({
  check: (batchDuration) => {
    if (streams.length === 0) return [`List of DStreams to ${verb} is empty`]
    const slides = new Set(streams.map((stream) => stream.slideDuration ?? batchDuration))
    return slides.size === 1 ? [] : ["Some of the DStreams have different slide durations"]
  },
})

const united = <A, E, R>(operation: string, streams: ReadonlyArray<AnyDStream>): DStream<A, E, R> => {
  const site = callSite()
  const rddOf = (stream: AnyDStream) =>
    Effect.catchIf(
      stream,
      (error) => error instanceof NoRDD,
      () => Effect.flatMap(Batch, ({ time }) => Effect.die(new UnionWithoutRDD({ operation, time }))),
    )
  const body = Effect.map(
    Effect.forEach(streams, rddOf),
    (rdds) => withCallSite(site, () => Rdd.unionAll(rdds)),
  ) as Effect.Effect<RDD<A, E, R>, E, R>
  return make<A, E, R, never, never>(
    operation,
    streams,
    body as Effect.Effect<RDD<A, E, R>>,
    agreeing("union", streams),
  )
}

/**
 * The records of both streams, batch by batch: the second one's partitions after the first one's. A batch in which either
 * has no RDD fails. The slides of both must be equal. Spark: `DStream.union`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const all = Testing.input([[1, 2], []]).pipe(DStream.union(Testing.input([["a"], ["b"]])))
 * assert.deepEqual(await Effect.runPromise(Testing.run(all)), [[1, 2, "a"], ["b"]])
 * ```
 */
export const union: {
  <B, E2, R2>(that: DStream<B, E2, R2>): <A, E, R>(self: DStream<A, E, R>) => DStream<A | B, E | E2, R | R2>
  <A, E, R, B, E2, R2>(self: DStream<A, E, R>, that: DStream<B, E2, R2>): DStream<A | B, E | E2, R | R2>
} = dual(
  2,
  <A, E, R, B, E2, R2>(self: DStream<A, E, R>, that: DStream<B, E2, R2>): DStream<A | B, E | E2, R | R2> =>
    united("union", [self, that]),
)

/**
 * The records of all streams, as {@link union} does it. Spark: `StreamingContext.union`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const all = DStream.unionAll([Testing.input([[1]]), Testing.input([["a"]]), Testing.input([[true]])])
 * assert.deepEqual(await Effect.runPromise(Testing.run(all)), [[1, "a", true]])
 * ```
 */
export const unionAll = <const S extends DStreams>(
  streams: S,
): DStream<RecordOf<S[number]>, StreamErrorOf<S[number]>, StreamServicesOf<S[number]>> =>
  united("unionAll", asStreams(streams))
