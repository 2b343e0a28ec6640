/**
 * Descriptions of graphs: as plain data, as text, and as a diagram.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import type { CallSite } from "../../core/call_site.ts"
import { toMillis } from "../../core/durations.ts"
import { inputName } from "../inputs/input.ts"
import type { AnyOutput } from "../outputs/output.ts"
import type { AnyGraph } from "./graph.ts"
import { nodes } from "./nodes.ts"

/** One stream of a graph, as plain data. */
export interface NodeDescription {
  /** The index of the stream in `Graph.nodes`, which is its address. */
  readonly index: number
  /** The operation that made the stream, such as `map`. */
  readonly operation: string
  /** The indices of its parents, in order. A parent that the operation takes twice is listed twice. */
  readonly parents: ReadonlyArray<number>
  /** Milliseconds from one of its RDDs to the next; undefined if that is the batch interval. */
  readonly slideDuration: number | undefined
  /** Its name; undefined if it has none. */
  readonly name: string | undefined
  /** Where in the user's source it was made. */
  readonly callSite: CallSite
  /** The id of an input, and the title that user interfaces show. Undefined for other streams. */
  readonly input: { readonly id: number; readonly title: string } | undefined
}

/** One output of a graph, as plain data. */
export interface OutputDescription {
  /** The index of the output in the graph. */
  readonly index: number
  /** The operation that made the output, such as `print`. */
  readonly operation: string
  /** The index of its stream. */
  readonly stream: number
  /** Its failure policy, such as `Skip` or `Retry, then Fail`; undefined if the policy of the context applies. */
  readonly policy: string | undefined
  /** Its name; undefined if it has none. */
  readonly name: string | undefined
  /** Where in the user's source it was made. */
  readonly callSite: CallSite
}

/** A graph as plain data. */
export interface GraphDescription {
  /** The streams, parents before children. */
  readonly nodes: ReadonlyArray<NodeDescription>
  /** The outputs, in order. */
  readonly outputs: ReadonlyArray<OutputDescription>
}

/** Options of {@link explain}. */
export interface ExplainOptions {
  /**
   * `text`, the default, writes a line for each stream and output. `mermaid` writes the source of a Mermaid flow chart.
   */
  readonly format?: "text" | "mermaid" | undefined
  /** The batch interval. If it is given, slides equal to it are left out. */
  readonly batchDuration?: Duration.Input | undefined
}

const policyText = (output: AnyOutput): string | undefined => {
  const tags: Array<string> = []
  let policy = output.policy
  while (policy !== undefined) {
    tags.push(policy._tag)
    policy = policy._tag === "Retry" ? policy.then : undefined
  }
  return tags.length === 0 ? undefined : tags.join(", then ")
}

const plain = ({ short, long }: CallSite): CallSite => ({ short, long })

/**
 * Describes a graph as plain data, to compare, store or draw it: its streams, parents before children, and its outputs.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const graph = Graph.make([DStream.constant([1]).pipe(DStream.map((n) => n + 1), DStream.print())])
 * const { nodes, outputs } = Graph.describe(graph)
 * assert.deepEqual(nodes.map(({ operation, parents }) => [operation, parents]), [["constant", []], ["map", [0]]])
 * assert.deepEqual(outputs.map(({ operation, stream }) => [operation, stream]), [["print", 1]])
 * ```
 */
export const describe = (graph: AnyGraph): GraphDescription => {
  const streams = nodes(graph)
  const indices = new Map(streams.map((stream, index) => [stream, index]))
  let inputs = 0
  return {
    nodes: streams.map((stream, index) => {
      const id = stream.traits.source === undefined ? undefined : inputs++
      return {
        index,
        operation: stream.operation,
        parents: stream.parents.map((parent) => indices.get(parent) ?? -1),
        slideDuration: stream.slideDuration,
        name: stream.name,
        callSite: plain(stream.site),
        input: id === undefined ? undefined : { id, title: inputName(stream, id) },
      }
    }),
    outputs: graph.outputs.map((output, index) => ({
      index,
      operation: output.operation,
      stream: indices.get(output.stream) ?? -1,
      policy: policyText(output),
      name: output.name,
      callSite: plain(output.site),
    })),
  }
}

/** Facts about a stream or output, the most important first. */
type Facts = ReadonlyArray<string>

const present = (facts: ReadonlyArray<string | false | undefined>): Facts =>
  facts.filter((fact) => typeof fact === "string")

const quoted = (name: string | undefined) => name === undefined ? undefined : JSON.stringify(name)

const oneLine = (text: string) => text.replace(/\s+/g, " ")

const nodeFacts = (node: NodeDescription, batchDuration: number | undefined): Facts =>
  present([
    quoted(node.name),
    // The title of a named input is its name, which comes first already.
    node.input?.title !== node.name && node.input?.title,
    node.slideDuration !== undefined && node.slideDuration !== batchDuration && `every ${node.slideDuration} ms`,
    `at ${node.callSite.short}`,
  ])

const outputFacts = (output: OutputDescription): Facts =>
  present([
    quoted(output.name),
    output.policy !== undefined && `on failure: ${output.policy}`,
    `at ${output.callSite.short}`,
  ])

/** Counts the streams and outputs that consume each stream. */
const consumers = ({ nodes, outputs }: GraphDescription): ReadonlyArray<number> => {
  const counts = nodes.map(() => 0)
  const add = (index: number) => counts[index] = (counts[index] ?? 0) + 1
  for (const { parents } of nodes) new Set(parents).forEach(add)
  for (const { stream } of outputs) add(stream)
  return counts
}

// Lines are not indented by depth: the text of a long chain would grow with the square of its length.
const text = (graph: GraphDescription, batchDuration: number | undefined): string => {
  const width = String(Math.max(graph.nodes.length, graph.outputs.length) - 1).length
  const line = (index: number, operation: string, from: ReadonlyArray<number>, facts: Facts) => {
    const parents = from.length === 0 ? [] : [`← ${from.join(", ")}`]
    return `  ${String(index).padStart(width)} ${oneLine([operation, ...parents, ...facts].join(" "))}`
  }
  const used = consumers(graph)
  return [
    "Streams",
    ...graph.nodes.map((node) => {
      const users = used[node.index] ?? 0
      const shared = users > 1 ? [`(used by ${users})`] : []
      return line(node.index, node.operation, node.parents, [...nodeFacts(node, batchDuration), ...shared])
    }),
    "Outputs",
    ...graph.outputs.map((output) => line(output.index, output.operation, [output.stream], outputFacts(output))),
  ].join("\n")
}

/** Replaces all characters that could end a label or have a meaning in it by Mermaid's entities. */
const escaped = (label: string): string =>
  oneLine(label).replace(/[^\p{L}\p{N} _.,:()[\]/+-]/gu, (found) => `#${found.codePointAt(0)};`)

const mermaid = (graph: GraphDescription, batchDuration: number | undefined): string => {
  const label = (operation: string, facts: Facts) => `"${[operation, ...facts].map(escaped).join("<br/>")}"`
  return [
    "flowchart TD",
    ...graph.nodes.map((node) => `  n${node.index}[${label(node.operation, nodeFacts(node, batchDuration))}]`),
    ...graph.outputs.map((output) => `  o${output.index}([${label(output.operation, outputFacts(output))}])`),
    ...graph.nodes.flatMap((node) => node.parents.map((parent) => `  n${parent} --> n${node.index}`)),
    ...graph.outputs.map((output) => `  n${output.stream} --> o${output.index}`),
  ].join("\n")
}

/**
 * Describes a graph as text or as a diagram. Each stream is listed once, under the index by which others refer to it,
 * with its operation, name, place in the user's source, and its slide unless that is the batch interval. Nothing runs.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const ones = DStream.constant([1]).pipe(DStream.named("ones"))
 * const graph = Graph.make([DStream.print(ones), DStream.print(DStream.map(ones, (n) => n + 1))])
 * const lines = Graph.explain(graph).split("\n").map((line) => line.replace(/ at \S+/, ""))
 * assert.deepEqual(lines, [
 *   "Streams",
 *   '  0 constant "ones" (used by 2)',
 *   "  1 map ← 0",
 *   "Outputs",
 *   "  0 print ← 0",
 *   "  1 print ← 1",
 * ])
 * assert.match(Graph.explain(graph, { format: "mermaid" }), /^flowchart TD\n/)
 * ```
 */
export const explain = (graph: AnyGraph, options: ExplainOptions = {}): string => {
  const batchDuration = options.batchDuration === undefined ? undefined : toMillis(options.batchDuration)
  return (options.format === "mermaid" ? mermaid : text)(describe(graph), batchDuration)
}
