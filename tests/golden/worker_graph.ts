/** The graph of a case as workers make it again: from the data of the case. Workers import this module. */
import { DStream, Graph } from "../../mod.ts"
import type { InputSpec, NodeSpec, OutputSpec } from "./case.ts"
import { outputOf, sentinel } from "./outputs.ts"
import { Recorder } from "./recorder.ts"
import { addInput, addNode, emptyProgram, streamOf } from "./streams.ts"

/** What a graph is made of. */
export interface GraphSpec {
  readonly inputs: ReadonlyArray<InputSpec>
  readonly nodes: ReadonlyArray<NodeSpec>
  readonly outputs: ReadonlyArray<OutputSpec>
  /** How streams are persisted, by id. */
  readonly levels: ReadonlyArray<readonly [id: string, level: string | undefined]>
  /** The folder of the files that are read, and the one of those that are written. */
  readonly folder: string
  readonly written: string
  readonly isNamed: boolean
  readonly hasSentinel: boolean
}

/** The outputs of the graph that the driver makes. They have the recorder and the queues of the case. */
let ofDriver: ReadonlyArray<DStream.AnyOutput> | undefined

const build = (spec: GraphSpec): ReadonlyArray<DStream.AnyOutput> => {
  const program = emptyProgram(new Map(spec.levels), new Map(), spec.folder, spec.isNamed)
  for (const input of spec.inputs) addInput(program, input)
  for (const node of spec.nodes) addNode(program, node)
  const recorder = new Recorder(spec.written)
  const own = spec.outputs.map((each, place) => {
    const output = outputOf(recorder, streamOf(program, each.in), each, place)
    return spec.isNamed ? DStream.nameOutput(output, `output ${each.id}`) : output
  })
  return spec.hasSentinel ? [...own, sentinel()] : own
}

const graphOf = Graph.module(import.meta, (spec: GraphSpec) => (ofDriver ?? build(spec)) as never)

/** Makes a graph of outputs that workers can make again. */
export const portable = (outputs: ReadonlyArray<DStream.AnyOutput>, spec: GraphSpec): Graph.AnyGraph => {
  ofDriver = outputs
  try {
    return graphOf(JSON.parse(JSON.stringify(spec)))
  } finally {
    ofDriver = undefined
  }
}
