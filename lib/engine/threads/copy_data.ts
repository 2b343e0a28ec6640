/**
 * What a worker needs to make its copy of a graph.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { describeCause } from "../../core/errors.ts"
import type { Fingerprint } from "../../dstream/graph/fingerprint.ts"
import type { GraphMismatch } from "../../dstream/graph/mismatch.ts"
import type { Origin } from "../../dstream/graph/origin.ts"
import type { InvalidGraph } from "../../dstream/graph/validate.ts"
import type { GraphCopy } from "../../rdd/engine.ts"
import { type CopyOptions, makeCopy } from "../copy/graph_copy.ts"
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

/** Imports the module that declares a graph, and makes a copy of the graph. */
export const copyFrom = (
  { fingerprint, options, origin }: CopyData,
): Effect.Effect<GraphCopy, ImportFailed | GraphMismatch | InvalidGraph> =>
  Effect.tryPromise({
    try: () => import(origin.module),
    catch: (cause) => new ImportFailed({ module: origin.module, cause }),
  }).pipe(
    Effect.andThen(remake(origin, fingerprint)),
    Effect.map((graph) => makeCopy(graph, options)),
  )
