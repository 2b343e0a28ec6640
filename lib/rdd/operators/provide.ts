/**
 * Layers for what effectful functions in RDDs need.
 *
 * @module
 */
import type * as Layer from "effect/Layer"
import { dual } from "../../core/dual.ts"
import { make, type RDD } from "../rdd.ts"

/**
 * Provides the services that the effectful functions above it need. The layer is built where they run, once for each
 * worker, and finalized there. Spark has no such operation.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Context, Effect, Layer } from "effect"
 *
 * class Factor extends Context.Service<Factor, number>()("doc/Factor") {}
 * const scaled = RDD.parallelize([1, 2]).pipe(
 *   RDD.mapEffect((n) => Factor.use((factor) => Effect.succeed(n * factor))),
 *   RDD.provide(Layer.succeed(Factor, 10)),
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(scaled, sc)), [10, 20])
 * ```
 */
export const provide: {
  <ROut, E2, RIn>(
    layer: Layer.Layer<ROut, E2, RIn>,
  ): <A, E, R>(self: RDD<A, E, R>) => RDD<A, E | E2, Exclude<R, ROut> | RIn>
  <A, E, R, ROut, E2, RIn>(
    self: RDD<A, E, R>,
    layer: Layer.Layer<ROut, E2, RIn>,
  ): RDD<A, E | E2, Exclude<R, ROut> | RIn>
} = dual(
  2,
  <A, E, R, ROut, E2, RIn>(
    self: RDD<A, E, R>,
    layer: Layer.Layer<ROut, E2, RIn>,
  ): RDD<A, E | E2, Exclude<R, ROut> | RIn> => make("provide", [self], { kind: "provide", layer }),
)
