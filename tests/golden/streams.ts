/** The streams of a case: inputs and nodes by their ids. */
import * as Effect from "effect/Effect"
import { DStream, RDD } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import { type RDDQueue, rddQueue } from "../../lib/source/queue.ts"
import { type Given, type InputSpec, lookUp, missing, type NodeSpec } from "./case.ts"
import { UserError } from "./functions.ts"
import { changing, type Stream, streamNode } from "./nodes.ts"
import { idsOf } from "./rdd_nodes.ts"
import { decodeAll } from "./values.ts"

/** The streams of a program, and the queues that feed some of them. */
export interface Program {
  readonly streams: Map<string, Stream>
  readonly queues: Map<string, RDDQueue<unknown>>
  /** What the streams were before they were changed. */
  readonly originals: Map<Stream, Stream>
}

/** A program without streams; queues that there are already stay what they are. */
export const emptyProgram = (queues: Program["queues"] = new Map()): Program => ({
  streams: new Map(),
  queues,
  originals: new Map(),
})

const givenOf = (given: Given): Testing.Given<unknown> | Effect.Effect<never> => {
  if (given === null) return null
  if (Array.isArray(given)) return decodeAll(given)
  return "throw" in given ? Effect.die(new UserError(given.throw)) : RDD.empty()
}

/** The RDD of a list in a case. */
export const rddOf = (given: Given): RDD.RDD<unknown> | ReadonlyArray<unknown> =>
  Array.isArray(given) ? decodeAll(given) : RDD.empty()

const inputs: Readonly<Record<string, (spec: InputSpec, program: Program) => Stream>> = {
  batches: ({ batches = [], partitions = 2 }) => Testing.input<unknown>(batches.map(givenOf), { partitions }),
  queue: (spec, { queues }) => {
    const queue = queues.get(spec.id) ?? rddQueue<unknown>((spec.rdds ?? []).map(rddOf))
    queues.set(spec.id, queue)
    const { oneAtATime } = spec
    if (spec.default === undefined) return DStream.queueStream(queue, { oneAtATime })
    const given = spec.default === null ? null : rddOf(spec.default)
    const defaultRDD = RDD.isRDD(given) || given === null ? given : RDD.parallelize(given)
    return DStream.queueStream(queue, { oneAtATime, defaultRDD })
  },
  constant: ({ data = null }) => DStream.constant<unknown>(data === null ? null as never : decodeAll(data)),
}

/** Adds an input. */
export const addInput = (program: Program, spec: InputSpec): void => {
  program.streams.set(spec.id, lookUp(inputs, spec.kind ?? "batches", "input")(spec, program))
}

/** The stream of an id. */
export const streamOf = (program: Program, id: string): Stream => program.streams.get(id) ?? missing(`stream ${id}`)

/** Puts a changed stream in place of what it was. */
export const change = (program: Program, id: string, changed: Stream): void => {
  const before = streamOf(program, id)
  program.originals.set(changed, program.originals.get(before) ?? before)
  program.streams.set(id, changed)
}

/** Adds a node. */
export const addNode = (program: Program, spec: NodeSpec): void => {
  const ids = idsOf(spec) ?? []
  const given = ids.map((id) => streamOf(program, id))
  // Snapshots belong to the stream that keeps the state, however it has been changed since.
  const parents = spec.op === "stateSnapshots" ? given.map((each) => program.originals.get(each) ?? each) : given
  const stream = streamNode(spec, parents)
  if (changing.has(spec.op)) { for (const id of ids) if (streamOf(program, id) !== stream) change(program, id, stream) }
  if (spec.id !== undefined) program.streams.set(spec.id, stream)
}
