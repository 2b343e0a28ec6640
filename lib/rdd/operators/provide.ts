/**
 * The operator that provides services to effectful functions: provide.
 *
 * @module
 */
import type * as Layer from "effect/Layer"
import { dual } from "../../core/dual.ts"
import { make, type RDD } from "../rdd.ts"

/**
 * Provides services to the effectful functions that the RDD is computed from.
 *
 * The layer is built where these functions run, once for each worker, and is finalized there. If it fails to build, the
 * job fails with its error as the `reason`. Spark has no such operation.
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
