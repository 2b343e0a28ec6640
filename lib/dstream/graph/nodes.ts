/**
 * The streams of a graph, and its inputs among them.
 *
 * @module
 */
import type { AnyDStream } from "../dstream.ts"
import type { AnyGraph } from "./graph.ts"
import type { InputSource } from "../inputs/input.ts"

/**
 * All streams of a graph, parents first, in the order of the outputs. A stream's place in it is its address: the same
 * in every isolate that has made the same graph.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const graph = Graph.make([DStream.constant([1]).pipe(DStream.map((n) => n + 1), DStream.print())])
 * assert.deepEqual(Graph.nodes(graph).map((node) => node.operation), ["constant", "map"])
 * ```
 */
export const nodes = (graph: AnyGraph): ReadonlyArray<AnyDStream> => {
  const seen = new Set<AnyDStream>()
  const open: Array<readonly [stream: AnyDStream, expanded: boolean]> = []
  for (const output of graph.outputs.toReversed()) open.push([output.stream, false])
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [stream, expanded] = next
    if (seen.has(stream)) continue
    if (expanded) {
      seen.add(stream)
    } else {
      open.push([stream, true])
      for (const parent of stream.parents.toReversed()) open.push([parent, false])
    }
  }
  return Array.from(seen)
}

/**
 * The inputs of a graph, in the order of its nodes: their index is the input stream's id. A source that stands under
 * several streams (one of them named, say) is one input.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const [ones, lines] = [DStream.constant([1]), DStream.socketTextStream("localhost", 9999)]
 * const graph = Graph.make([DStream.print(DStream.map(ones, (n) => n + 1)), DStream.print(lines)])
 * assert.deepEqual(Graph.inputs(graph).map((input) => input.operation), ["constant", "socketTextStream"])
 * ```
 */
export const inputs = (graph: AnyGraph): ReadonlyArray<AnyDStream> => inputsAmong(nodes(graph))

/** The inputs among the nodes of a graph. */
export const inputsAmong = (streams: ReadonlyArray<AnyDStream>): ReadonlyArray<AnyDStream> => {
  const found = new Map<InputSource, AnyDStream>()
  for (const stream of streams) {
    const { source } = stream.traits
    if (source !== undefined && (found.get(source)?.name === undefined)) found.set(source, stream)
  }
  return Array.from(found.values())
}
