/**
 * Layers that close the requirements of a graph from within: built once where the work is done, and released with it.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { ActionError } from "../../rdd/engine.ts"
import type { Job } from "./task.ts"

/** Where built layers are remembered, and the scope they live in. */
export interface ProvidedLayers {
  readonly memo: Layer.MemoMap
  readonly scope: Scope.Scope
}

/** Runs a job with the services of a layer, which is built on first use. A failing build is given to `reason`. */
export const provided =
  (layers: ProvidedLayers, layer: Layer.Layer<never, unknown, unknown>) =>
  <A>(job: Job<A>, reason: (error: unknown) => ActionError<unknown>): Job<A> =>
    Layer.buildWithMemoMap(layer, layers.memo, layers.scope).pipe(
      Effect.mapError(reason),
      Effect.flatMap((context) => Effect.provideContext(job, context)),
    )
