/**
 * Fingerprints of graphs: how two isolates find out that they have made the same graph, or where theirs differ.
 *
 * @module
 */
import * as Data from "effect/Data"
import { type AnyGraph, nodes } from "./graph.ts"

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

/** What {@link mismatch} found: the first stream or output that two graphs do not have in common. */
export class GraphMismatch extends Data.Error<{
  readonly kind: "operator" | "output"
  /** Its index among the streams or outputs. */
  readonly index: number
  /** The operation on this side; undefined if this side has no more. */
  readonly mine: string | undefined
  /** The operation on the other side; undefined if that has no more. */
  readonly theirs: string | undefined
  /** What differs, in words. */
  readonly difference: string
}> {
  readonly _tag = "GraphMismatch" as const
  override get message(): string {
    const operation = this.mine ?? this.theirs ?? "unknown"
    return `The graphs differ at ${this.kind} ${this.index} (${operation}): ${this.difference}. ` +
      "Declare the graph as a function of plain data, and make every value it depends on part of that data"
  }
}

type Fields = readonly [operation: string, parents?: unknown, functions?: unknown, name?: unknown]

/** A line may come from another version of the library: one that cannot be read is its own operation. */
const fieldsOf = (line: string): Fields => {
  try {
    const [operation, parents, functions, name]: ReadonlyArray<unknown> = JSON.parse(line)
    return [String(operation), parents, functions, name]
  } catch {
    return [line]
  }
}

const differenceOf = (mine: Fields | undefined, theirs: Fields | undefined): string => {
  if (mine === undefined) return `only the other side has this ${theirs?.[0]}`
  if (theirs === undefined) return "the other side does not have it"
  if (mine[0] !== theirs[0]) return `it is ${mine[0]} here and ${theirs[0]} there`
  const differs = (field: 1 | 2 | 3) => JSON.stringify(mine[field]) !== JSON.stringify(theirs[field])
  const sides = (field: 1 | 3) => `${JSON.stringify(mine[field])} here and ${JSON.stringify(theirs[field])} there`
  if (differs(1)) return `it is computed from ${sides(1)}`
  if (differs(2)) return "its functions have different texts"
  return `its name is ${sides(3)}`
}

const firstDifference = (
  kind: "operator" | "output",
  mine: ReadonlyArray<string>,
  theirs: ReadonlyArray<string>,
): GraphMismatch | undefined => {
  for (let index = 0; index < Math.max(mine.length, theirs.length); index++) {
    const [here, there] = [mine[index], theirs[index]]
    if (here === there) continue
    const [a, b] = [here, there].map((line) => line === undefined ? undefined : fieldsOf(line))
    return new GraphMismatch({ kind, index, mine: a?.[0], theirs: b?.[0], difference: differenceOf(a, b) })
  }
  return undefined
}

/**
 * Compares the fingerprint of this side with that of another. Gives the first difference as an error to fail with, or
 * `undefined` if they are the same.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const ones = DStream.constant([1])
 * const doubled = Graph.fingerprint(Graph.make([DStream.print(DStream.map(ones, (n) => n * 2))]))
 * const small = Graph.fingerprint(Graph.make([DStream.print(DStream.filter(ones, (n) => n < 2))]))
 * assert.equal(Graph.mismatch(doubled, doubled), undefined)
 * assert.match(Graph.mismatch(doubled, small)?.message ?? "", /operator 1 \(map\): it is map here and filter there/)
 * ```
 */
export const mismatch = (mine: Fingerprint, theirs: Fingerprint): GraphMismatch | undefined =>
  firstDifference("operator", mine.nodes, theirs.nodes) ?? firstDifference("output", mine.outputs, theirs.outputs)
