/**
 * The operator that provides services to effectful functions, transforms and inputs: provide.
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
 * Provides a layer to the effectful functions, transforms and inputs that the stream is computed from. The result no
 * longer requires the layer's services. The layer is built, and later released, in the isolate in which the functions
 * run. Spark has no such operation.
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
      [],
      () => Effect.map(evaluated, (rdd) => withCallSite(site, () => Rdd.provide(rdd, layer))),
      { layer },
    ) as DStream<A, E | E2, Exclude<R, ROut> | RIn>
  },
)
