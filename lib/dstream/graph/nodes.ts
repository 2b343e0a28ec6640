/**
 * The streams of a graph and its inputs, in a fixed order.
 *
 * @module
 */
import type { AnyDStream } from "../dstream.ts"
import type { AnyGraph } from "./graph.ts"
import type { InputSource } from "../inputs/input_source.ts"

/**
 * Lists all streams of a graph, parents before children and in the order of the outputs. The index of a stream in the
 * list is its address, which is the same in every isolate that has made the same graph.
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
 * Lists the inputs of a graph, in the order of its streams. The index of an input in the list is its id. Streams with
 * the same source, such as a stream and its named copy, count as one input.
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

/**
 * Lists the inputs among the streams of a graph. If several streams have the same source, a named one represents it.
 */
export const inputsAmong = (streams: ReadonlyArray<AnyDStream>): ReadonlyArray<AnyDStream> => {
  const found = new Map<InputSource, AnyDStream>()
  for (const stream of streams) {
    const { source } = stream.traits
    if (source !== undefined && found.get(source)?.name === undefined) found.set(source, stream)
  }
  return Array.from(found.values())
}

/**
 * The last of the streams that each call in the user's program has made, by the place of the call. It is the one that the user
 * has called; those before it are its parts.
 */
export const calledAt = (streams: ReadonlyArray<AnyDStream>): ReadonlyMap<string, AnyDStream> =>
  new Map(streams.map((stream) => [stream.site.long, stream]))
