/**
 * Fingerprints of graphs: how two isolates find out that they have made the same graph.
 *
 * @module
 */
import type { AnyGraph } from "./graph.ts"
import { nodes } from "./nodes.ts"

/** What a graph is made of, in short. Plain data: it can be sent and stored. */
export interface Fingerprint {
  /** 16 hexadecimal digits over everything below. Equal hashes: the same graph. */
  readonly hash: string
  /** A line for each stream, parents first. */
  readonly nodes: ReadonlyArray<string>
  /** A line for each output. */
  readonly outputs: ReadonlyArray<string>
}

const digits = (half: number): string => (half >>> 0).toString(16).padStart(8, "0")

const avalanche = (half: number): number => {
  half = Math.imul(half ^ (half >>> 16), 0x85ebca6b)
  half = Math.imul(half ^ (half >>> 13), 0xc2b2ae35)
  return half ^ (half >>> 16)
}

/** Two FNV-like hashes with multipliers of their own, mixed with each other: 64 bits, no protection against malice. */
const hashTexts = (texts: ReadonlyArray<string>): string => {
  let low = 0x811c9dc5
  let high = 0x9e3779b9
  const add = (unit: number) => {
    low = Math.imul(low ^ unit, 0x01000193)
    high = Math.imul(high ^ unit, 0x27d4eb2f)
    high ^= high >>> 15
  }
  for (const text of texts) {
    add(text.length) // So that ["ab", "c"] is not ["a", "bc"].
    for (let i = 0; i < text.length; i++) add(text.charCodeAt(i))
  }
  low = avalanche(low ^ texts.length)
  return digits(avalanche(high ^ low)) + digits(low)
}

/** Operation, indices of parents, hash of the functions' text, name: JSON, so that no name can look like another field. */
const entry = (
  operation: string,
  parents: ReadonlyArray<number>,
  functions: ReadonlyArray<unknown>,
  name: string | undefined,
): string =>
  JSON.stringify([operation, parents, functions.length === 0 ? "" : hashTexts(functions.map(String)), name ?? null])

/**
 * The fingerprint of a graph, over the operations, parents, function texts and names of its streams and outputs. Graphs
 * made by the same function from the same data have the same one, in whatever isolate; where in the source the operators
 * stand does not count, nor do values that functions capture.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const make = Graph.module(import.meta, (config: { readonly twice: boolean }) => {
 *   const ones = DStream.constant([1])
 *   return [DStream.print(config.twice ? DStream.map(ones, (n) => n * 2) : ones)]
 * })
 * assert.equal(Graph.fingerprint(make({ twice: true })).hash, Graph.fingerprint(make({ twice: true })).hash)
 * assert.notEqual(Graph.fingerprint(make({ twice: true })).hash, Graph.fingerprint(make({ twice: false })).hash)
 * ```
 */
export const fingerprint = (graph: AnyGraph): Fingerprint => {
  const streams = nodes(graph)
  const indices = new Map(streams.map((stream, index) => [stream, index]))
  const lines = streams.map(({ operation, parents, traits, name }) =>
    entry(operation, parents.map((parent) => indices.get(parent) ?? -1), traits.functions ?? [], name)
  )
  const outputs = graph.outputs.map(({ operation, stream, functions, detail, name }) =>
    entry(operation, [indices.get(stream) ?? -1], detail === "" ? functions : [...functions, detail], name)
  )
  return { hash: hashTexts([String(lines.length), ...lines, ...outputs]), nodes: lines, outputs }
}
