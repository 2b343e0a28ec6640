/** The streams of a case by their ids. */
import * as Effect from "effect/Effect"
import { DStream, RDD } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import { changing } from "./aliases.ts"
import { type Given, idsOf, type InputSpec, lookUp, missing, type NodeSpec } from "./case.ts"
import { UserError } from "./functions.ts"
import { type Stream, streamNode } from "./nodes.ts"
import { decodeAll } from "./values.ts"

/** A queue that feeds an input, and how many partitions its lists get. */
interface Queue {
  readonly rdds: DStream.RDDQueue<unknown>
  readonly partitions: number
}

/** The queues of a program by the ids of their inputs. */
export type Queues = Map<string, Queue>

/** How streams are persisted, by id: the level, or "cache"; undefined stands for the default level. */
export type Levels = Map<string, string | undefined>

/** The streams of a case and what they are made with. */
export interface Program {
  readonly streams: Map<string, Stream>
  readonly queues: Queues
  readonly levels: Levels
  /** The folder that has the files of the case. */
  readonly folder: string
  /** Whether streams have their ids as names, by which a checkpoint finds their data. */
  readonly isNamed: boolean
  /** The streams before they were persisted. */
  readonly originals: Map<Stream, Stream>
}

/** Makes a program without streams. Queues that exist already keep what they hold. */
export const emptyProgram = (
  levels: Levels = new Map(),
  queues: Queues = new Map(),
  folder = "",
  isNamed = false,
): Program => ({
  isNamed,
  folder,
  streams: new Map(),
  queues,
  levels,
  originals: new Map(),
})

/** Adds how the nodes of a graph persist its streams. In Spark that holds for streams made before such a node as well. */
export const addLevels = (levels: Levels, nodes: ReadonlyArray<NodeSpec>): Levels => {
  for (const node of nodes) {
    const [id] = idsOf(node) ?? []
    if (id === undefined || !changing.has(node.op) || node.op === "checkpoint") continue
    levels.set(id, node.op === "cache" ? "cache" : node.level as string | undefined)
  }
  return levels
}

const givenOf = (given: Given): Testing.Given<unknown> | Effect.Effect<never> => {
  if (given === null) return null
  if (Array.isArray(given)) return decodeAll(given)
  return "throw" in given ? Effect.die(new UserError(given.throw)) : RDD.empty()
}

/** Makes the RDD of a list: it is cut into as many slices as there are partitions. */
export const rddOf = (given: Given, partitions: number): RDD.RDD<unknown> =>
  Array.isArray(given) ? RDD.parallelize(decodeAll(given), { partitions }) : RDD.empty()

/** Adds an RDD to the queue of an input. */
export const push = ({ queues }: Program, id: string, given: Given): void => {
  const { rdds, partitions } = queues.get(id) ?? missing(`queue ${id}`)
  rdds.push(rddOf(given, partitions))
}

const inputs: Readonly<Record<string, (spec: InputSpec, program: Program) => Stream>> = {
  batches: ({ batches = [], partitions = 2 }) => Testing.input<unknown>(batches.map(givenOf), { partitions }),
  queue: (spec, program) => {
    const { id, oneAtATime, partitions = 2 } = spec
    const known = program.queues.get(id) ?? { rdds: DStream.rddQueue<unknown>([]), partitions }
    if (!program.queues.has(id)) {
      program.queues.set(id, known)
      for (const given of spec.rdds ?? []) push(program, id, given)
    }
    if (spec.default === undefined) return DStream.queueStream(known.rdds, { oneAtATime })
    const defaultRDD = spec.default === null ? null : rddOf(spec.default, partitions)
    return DStream.queueStream(known.rdds, { oneAtATime, defaultRDD })
  },
  textFiles: ({ dir }, { folder }) => DStream.textFileStream(`${folder}/${dir}`),
  files: ({ dir, nameSuffix = "", newFilesOnly = true }, { folder }) =>
    DStream.textFileStream(`${folder}/${dir}`, {
      newFilesOnly: newFilesOnly === true,
      filter: ({ name }) => name.endsWith(String(nameSuffix)),
    }),
  binaryRecords: ({ dir, recordLength }, { folder }) =>
    DStream.binaryRecordsStream(`${folder}/${dir}`, Number(recordLength)),
  constant: ({ data = null }) => DStream.constant<unknown>(data === null ? null as never : decodeAll(data)),
}

/** Adds a stream as the case persists it. */
const add = (program: Program, id: string, given: Stream): void => {
  const { isNamed, levels, originals, streams } = program
  const stream = isNamed ? DStream.named(given, id) : given
  const level = levels.get(id)
  const persisted = !levels.has(id)
    ? stream
    : level === "cache"
    ? DStream.cache(stream)
    : DStream.persist(stream, level as never)
  originals.set(persisted, stream)
  streams.set(id, persisted)
}

/** Adds an input. */
export const addInput = (program: Program, spec: InputSpec): void =>
  add(program, spec.id, lookUp(inputs, spec.kind ?? "batches", "input")(spec, program))

/** Looks up the stream of an id. */
export const streamOf = (program: Program, id: string): Stream => program.streams.get(id) ?? missing(`stream ${id}`)

/** Adds a node. Nodes that only change a stream add none: {@link addLevels} has read them. */
export const addNode = (program: Program, spec: NodeSpec): void => {
  const parents = (idsOf(spec) ?? []).map((id) => streamOf(program, id))
  if (changing.has(spec.op)) return
  // Snapshots are taken of the stream that keeps the state, even if it is persisted.
  const given = spec.op === "stateSnapshots" ? parents.map((each) => program.originals.get(each) ?? each) : parents
  const stream = streamNode(spec, given)
  if (spec.id !== undefined) add(program, spec.id, stream)
}
