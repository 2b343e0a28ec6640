/**
 * What a checkpoint knows of the operators of a program.
 *
 * @module
 */
import type { AnyDStream } from "../../dstream/dstream.ts"
import { durableKind } from "../../dstream/graph/durable_names.ts"
import { hashTexts } from "../../dstream/graph/fingerprint.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import type { Callable } from "../../rdd/primitive.ts"
import type { OperatorEntry } from "./entries.ts"

const entryOf = (
  kind: OperatorEntry["kind"],
  { functions, operation }: { readonly operation: string; readonly functions: ReadonlyArray<Callable> },
  shape = "",
): OperatorEntry => ({ kind, operation, functions: hashTexts(functions.map(String)), shape })

const shapeOf = ({ traits }: AnyDStream): string =>
  traits.source !== undefined
    ? traits.source.kind
    : traits.durable?.format === undefined
    ? traits.durable?.shape ?? ""
    : `version ${traits.durable.format.version}`

/** The operators of a graph that a checkpoint keeps something of, by name. */
export const operatorsOf = (graph: AnyGraph, names: ReadonlyMap<AnyDStream, string>): Record<string, OperatorEntry> => {
  const operators: Record<string, OperatorEntry> = {}
  for (const [stream, name] of names) {
    const kind = durableKind(stream)
    if (kind !== undefined) operators[name] = entryOf(kind, stream, shapeOf(stream))
  }
  for (const output of graph.outputs) {
    if (output.name !== undefined) operators[output.name] = entryOf("output", output)
  }
  return operators
}
