/**
 * How many batches a program runs for.
 *
 * @module
 */
import { type AnyGraph, isGraph, type Listed, make as makeGraph } from "../dstream/graph/graph.ts"
import { inputs } from "../dstream/graph/nodes.ts"
import { isOutput } from "../dstream/outputs/output.ts"
import { lengthOf } from "./input.ts"

/** Returns the number of batches of the longest input. */
export const longest = (outputs: Listed | AnyGraph): number => {
  const graph: Listed | AnyGraph = outputs
  // Anything that is not an output makes the start of the context fail, with an error that says so.
  if (!isGraph(graph) && (!Array.isArray(graph) || !graph.every(isOutput))) return 1
  const lengths = inputs(isGraph(graph) ? graph : makeGraph(graph)).map(({ traits }) =>
    traits.source && lengthOf(traits.source)
  )
  const known = lengths.filter((length) => length !== undefined)
  if (known.length > 0) return Math.max(...known)
  throw new TypeError("No Testing.input is among the inputs: say how many batches to run, as { batches: 3 }")
}
