/**
 * Layers for what effectful functions, transforms and inputs of streams need.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { callSite, withCallSite } from "../../core/call_site.ts"
import { dual } from "../../core/dual.ts"
import * as Rdd from "../../rdd/operators/provide.ts"
import type { RDD } from "../../rdd/rdd.ts"
import type { Batch, NoRDD } from "../batch.ts"
import { type DStream, make } from "../dstream.ts"

/**
 * Provides the services that the effectful functions, transforms and inputs above it need, so that the stream needs them
 * no more. The layer is built where they run, and finalized there. Spark has no such operation.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Context, Effect, Layer } from "effect"
 *
 * class Factor extends Context.Service<Factor, number>()("doc/Factor") {}
 * const scaled = Testing.input([[1, 2]]).pipe(
 *   DStream.mapEffect((n) => Factor.use((factor) => Effect.succeed(n * factor))),
 *   DStream.provide(Layer.succeed(Factor, 10)),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(scaled)), [[10, 20]])
 * ```
 */
export const provide: {
  <ROut, E2, RIn>(
    layer: Layer.Layer<ROut, E2, RIn>,
  ): <A, E, R>(self: DStream<A, E, R>) => DStream<A, E | E2, Exclude<R, ROut> | RIn>
  <A, E, R, ROut, E2, RIn>(
    self: DStream<A, E, R>,
    layer: Layer.Layer<ROut, E2, RIn>,
  ): DStream<A, E | E2, Exclude<R, ROut> | RIn>
} = dual(
  2,
  <A, E, R, ROut, E2, RIn>(
    self: DStream<A, E, R>,
    layer: Layer.Layer<ROut, E2, RIn>,
  ): DStream<A, E | E2, Exclude<R, ROut> | RIn> => {
    const site = callSite()
    const evaluated: Effect.Effect<RDD<A, E, R>, E | E2 | NoRDD, Exclude<R | Batch, ROut> | RIn> = Effect.provide(
      self,
      layer,
    )
    return make(
      "provide",
      [self],
      Effect.map(evaluated, (rdd) => withCallSite(site, () => Rdd.provide(rdd, layer))),
      { layer },
    ) as DStream<A, E | E2, Exclude<R, ROut> | RIn>
  },
)
