/**
 * Outputs that can have a job in a batch, by what is known when the batch is allocated.
 *
 * @module
 */
import type { AnyDStream } from "../batch.ts"
import { isTimeValid } from "../dstream.ts"
import type { Allocation } from "../inputs/allocation.ts"
import type { AnyOutput } from "../outputs/output.ts"
import type { AnyGraph } from "./graph.ts"
import { nodes } from "./nodes.ts"

/**
 * Finds the outputs that can have a job in a batch, from its allocation alone. Such an output's slide is due, and one of its
 * inputs has a share, or one of its streams can have an RDD without input. `nameOf` gives the names of inputs.
 */
export const outputsDue = (
  graph: AnyGraph,
  nameOf: (input: AnyDStream) => string | undefined,
  interval: { readonly zeroTime: number; readonly batchDuration: number },
): (allocation: Allocation) => ReadonlyArray<readonly [outputId: number, output: AnyOutput]> => {
  const below = graph.outputs.map((output) => {
    const streams = nodes({ ...graph, outputs: [output] })
    const names = streams.flatMap((stream) => stream.traits.source === undefined ? [] : nameOf(stream) ?? [])
    // States and windows can have RDDs in batches in which their inputs have none.
    const needsInput = streams.every(({ parents, traits }) =>
      traits.keeps === undefined && traits.lookBack === undefined && (parents.length > 0 || traits.source !== undefined)
    )
    return { names, needsInput }
  })
  return ({ inputs: shares, time }) =>
    Array.from(graph.outputs.entries()).filter(([outputId, { stream }]) => {
      const { names, needsInput } = below[outputId] ?? { names: [], needsInput: false }
      return isTimeValid({ ...interval, time }, stream.slideDuration) &&
        (!needsInput || names.some((name) => (shares[name]?._tag ?? "Nothing") !== "Nothing"))
    })
}
