/**
 * Graphs: the outputs of a program as one value. A plain list of outputs runs in the calling isolate. `Graph.module`
 * declares a graph so that other isolates and a restarted program can make the same one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 *
 * const graph = Graph.make([Testing.input([[1]]).pipe(DStream.map((n) => n + 1), DStream.print())])
 * assert.equal(Graph.nodes(graph).length, 2)
 * ```
 *
 * @module
 */
export {
  type AnyGraph,
  type ErrorsOf,
  type Graph,
  type GraphOf,
  isGraph,
  type Listed,
  make,
  module,
  type ModuleOptions,
  type RequirementsOf,
} from "./dstream/graph/graph.ts"
export type { Origin, Outputs } from "./dstream/graph/origin.ts"
export { inputs, nodes } from "./dstream/graph/nodes.ts"
export * from "./dstream/graph/explain.ts"
export { type Fingerprint, fingerprint } from "./dstream/graph/fingerprint.ts"
export * from "./dstream/graph/mismatch.ts"
export * from "./dstream/graph/validate.ts"
export type { ErrorClass } from "./rdd/engine.ts"
