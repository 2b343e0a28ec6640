/**
 * Fingerprints of graphs, by which two isolates find out whether they have made the same graph.
 *
 * @module
 */
import { parametersOf } from "../../core/parameters.ts"
import type { Callable } from "../../rdd/primitive.ts"
import type { AnyGraph } from "./graph.ts"
import { nodes } from "./nodes.ts"

/** A short description of a graph to compare it by. It is plain data, to send and store. */
export interface Fingerprint {
  /** The hash of everything but the texts of functions, as 16 hexadecimal digits. */
  readonly structure: string
  /**
   * The hash of the texts of the user's functions, as 16 hexadecimal digits. Texts differ between a program, a bundle
   * of it and a minified bundle, so compare them only within one of these.
   */
  readonly texts: string
  /** A line for each stream, parents before children. */
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

/**
 * Two FNV-like hashes with different multipliers, mixed with each other: 64 bits. It does not resist deliberate
 * collisions.
 */
export const hashTexts = (texts: ReadonlyArray<string>): string => {
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

/** The parameters of each function, null for a function without any. Empty if no function has parameters. */
const parametersOfAll = (functions: ReadonlyArray<Callable>): ReadonlyArray<string | null> => {
  const all = functions.map((f) => parametersOf(f) ?? null)
  return all.every((parameters) => parameters === null) ? [] : all
}

interface Entry {
  readonly operation: string
  readonly parents: ReadonlyArray<number>
  readonly functions: ReadonlyArray<Callable>
  readonly detail: string
  readonly name: string | undefined
}

/**
 * The structure and the texts of a stream or output. Their line is the JSON of both, so that no name can look like a
 * field.
 */
const fieldsOf = ({ detail, functions, name, operation, parents }: Entry) => {
  const parameters = [...(detail === "" ? [] : [detail]), ...parametersOfAll(functions)]
  return {
    structure: [operation, parents, functions.length, parameters, name ?? null],
    texts: functions.length === 0 ? "" : hashTexts(functions.map(String)),
  }
}

/**
 * Makes the fingerprint of a graph from the operations, parents, names, parameters and functions of its streams and
 * outputs. Graphs that the same function makes from the same data have equal fingerprints in all isolates. Neither the
 * places of operators in the source nor the values that functions capture count.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const multiplied = Graph.module(import.meta, (config: { readonly twice: boolean }) => {
 *   const ones = DStream.constant([1])
 *   return [DStream.print(config.twice ? DStream.map(ones, (n) => n * 2) : ones)]
 * })
 * const [once, twice] = [false, true].map((twice) => Graph.fingerprint(multiplied({ twice })))
 * assert.deepEqual(twice, Graph.fingerprint(multiplied({ twice: true })))
 * assert.notEqual(twice?.structure, once?.structure)
 * ```
 */
export const fingerprint = (graph: AnyGraph): Fingerprint => {
  const streams = nodes(graph)
  const indices = new Map(streams.map((stream, index) => [stream, index]))
  const ofStreams = streams.map(({ functions, name, operation, parents }) =>
    fieldsOf({ operation, parents: parents.map((parent) => indices.get(parent) ?? -1), functions, detail: "", name })
  )
  const ofOutputs = graph.outputs.map(({ detail, functions, name, operation, stream }) =>
    fieldsOf({ operation, parents: [indices.get(stream) ?? -1], functions, detail, name })
  )
  const all = [...ofStreams, ...ofOutputs]
  const lineOf = ({ structure, texts }: typeof all[number]) => JSON.stringify([...structure, texts])
  return {
    structure: hashTexts([String(ofStreams.length), ...all.map(({ structure }) => JSON.stringify(structure))]),
    texts: hashTexts(all.map(({ texts }) => texts)),
    nodes: ofStreams.map(lineOf),
    outputs: ofOutputs.map(lineOf),
  }
}
