/**
 * Operators that concatenate streams batch by batch: union, unionAll.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { EngineFault } from "../../core/errors.ts"
import { callSite, withCallSite } from "../../core/call_site.ts"
import { dual } from "../../core/dual.ts"
import type { RDD } from "../../rdd/rdd.ts"
import * as Rdd from "../../rdd/operators/unions.ts"
import { Batch, NoRDD } from "../batch.ts"
import { type AnyDStream, type DStream, make } from "../dstream.ts"
import {
  agreeing,
  asStreams,
  type DStreams,
  type RecordOf,
  type StreamErrorOf,
  type StreamServicesOf,
} from "./streams.ts"

/** The failure of a union one of whose streams has no RDD at a batch time. */
export class UnionWithoutRDD extends EngineFault<{ readonly operation: string; readonly time: number }> {
  readonly _tag = "UnionWithoutRDD" as const
  // Spark's text.
  override get message(): string {
    return `Could not generate RDD from a parent for unifying at time ${this.time} ms`
  }
}

/**
 * Concatenates two streams batch by batch: the partitions of the second follow those of the first. The slides of both
 * must be equal, and a batch in which either has no RDD fails. Spark: `DStream.union`.
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
 * Concatenates all streams of a list batch by batch, as {@link union} does with two. Spark: `StreamingContext.union`.
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

const united = <A, E, R>(operation: string, streams: ReadonlyArray<AnyDStream>): DStream<A, E, R> => {
  const site = callSite()
  const rddOf = (stream: AnyDStream) =>
    Effect.catchIf(
      stream,
      (error) => error instanceof NoRDD,
      () => Effect.flatMap(Batch, ({ time }) => Effect.die(new UnionWithoutRDD({ operation, time }))),
    )
  const body = Effect.map(Effect.forEach(streams, rddOf), (rdds) => withCallSite(site, () => Rdd.unionAll(rdds)))
  return make(operation, streams, [], () => body as Effect.Effect<RDD<A, E, R>>, agreeing("union", streams))
}
