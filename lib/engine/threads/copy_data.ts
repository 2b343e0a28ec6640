/**
 * What a worker needs to make its copy of a graph.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { describeCause } from "../../core/errors.ts"
import type { Fingerprint } from "../../dstream/graph/fingerprint.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import * as GraphLayers from "../../dstream/graph/layers.ts"
import type { GraphMismatch } from "../../dstream/graph/mismatch.ts"
import type { Origin } from "../../dstream/graph/origin.ts"
import type { InvalidGraph } from "../../dstream/graph/validate.ts"
import { type CopyOptions, makeCopy, type SkippingCopy } from "../copy/graph_copy.ts"
import { remake } from "../copy/remake.ts"

/** What a worker needs to make its copy of a graph. Plain data. */
export interface CopyData {
  readonly origin: Origin
  /** The fingerprint of the graph on the driver. */
  readonly fingerprint: Fingerprint
  readonly options: CopyOptions
  /** Whether loops may be generated code. */
  readonly generateCode: boolean
  /** Whether records become read-only. */
  readonly freezeRecords: boolean
}

/** The module that declares a graph cannot be imported. */
export class ImportFailed extends Data.Error<{ readonly module: string; readonly cause: unknown }> {
  readonly _tag = "ImportFailed" as const
  override get message(): string {
    return `a worker cannot import ${this.module}: ${describeCause(this.cause)}`
  }
}

/** Imports the module that declares a graph, and makes the graph again. */
const importGraph = (
  { fingerprint, origin }: CopyData,
): Effect.Effect<AnyGraph, ImportFailed | GraphMismatch | InvalidGraph> =>
  Effect.andThen(
    Effect.tryPromise({
      try: () => import(origin.module),
      catch: (cause) => new ImportFailed({ module: origin.module, cause }),
    }),
    remake(origin, fingerprint),
  )

/**
 * Makes the copy of a graph in a worker. The layers of the graph are built for it: tasks and the evaluation of batches share their
 * services, until the scope closes.
 */
export const copyFrom = (
  data: CopyData,
  memoMap: Layer.MemoMap,
): Effect.Effect<SkippingCopy, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const graph = yield* importGraph(data)
    yield* GraphLayers.build(graph, memoMap)
    return makeCopy(graph, data.options)
  })
