/**
 * Which tasks can run on the cluster, and what has to be done for the others.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Block } from "../../rdd/block.ts"
import { CurrentJob } from "../../rdd/engine.ts"
import type { Executor, TaskFailed } from "../plan/executor.ts"
import { partsOf, withParts } from "../plan/places.ts"
import { type Remote, RemoteBlock, RemoteBucket } from "../plan/remote.ts"
import * as Split from "../plan/split.ts"
import { readsOf } from "./outputs.ts"
import {
  type Bucket,
  counted,
  type Input,
  type Operation,
  type Partition,
  type Place,
  type Task,
  type ToBlock,
} from "../plan/task.ts"

const isLocal = ({ kind }: Operation): boolean => kind === "local"

/** Whether an input is read on the driver, which sends its records. */
const isSent = (input: Input): boolean => input.kind === "held" || (input.kind === "load" && isLocal(input.operation))

/** Whether a task can run on the cluster once the driver has read what only it can read. */
export const isPortable = (task: Task): boolean => Split.isPortable(task, isSent)

const toBlock: ToBlock = { kind: "block" }

/** Reads what only the driver can read, and puts the records in its place. */
export const sending = (here: Executor, task: Task): Effect.Effect<Task, TaskFailed, unknown> => {
  const { layers } = task
  const bring = ({ input, steps }: Partition): Effect.Effect<Partition, TaskFailed, unknown> => {
    if (isSent(input)) {
      const read = here.run({ partition: { input, steps: [] }, write: toBlock, layers })
      // Records of sources are counted where they are used: lines of text are known by then.
      const block = input.kind === "held" ? read : Effect.flatMap(
        CurrentJob,
        (job) => Effect.provideService(read, CurrentJob, { ...job, countRead: undefined }),
      )
      return Effect.map(
        block,
        (block) => ({ input: { kind: "block", block, isCounted: input.kind === "held" }, steps }),
      )
    }
    const parts = partsOf(input)
    if (parts.length === 0) return Effect.succeed({ input, steps })
    return Effect.map(Effect.forEach(parts, bring), (ready) => ({ input: withParts(input, ready), steps }))
  }
  return Effect.map(bring(task.partition), (partition) => ({ ...task, partition }))
}

const bucketsHere = (buckets: ReadonlyArray<Bucket>, remote: Remote): ReadonlyArray<Bucket> =>
  buckets.flatMap((bucket) => bucket instanceof RemoteBucket ? remote.buckets(bucket.reference) : bucket)

/** Puts the records themselves in the place of those that are on the cluster. */
export const brought = ({ input, steps }: Partition, remote: Remote): Partition => {
  if (input.kind === "block") {
    const { block } = input
    return block instanceof RemoteBlock
      ? { input: { ...input, block: remote.block(block.reference) }, steps }
      : { input, steps }
  }
  if ("buckets" in input) return { input: { ...input, buckets: bucketsHere(input.buckets, remote) }, steps }
  return { input: withParts(input, partsOf(input).map((part) => brought(part, remote))), steps }
}

const isAddressed = ({ operation }: Place): boolean => operation.kind === "address"

/** Whether a partition is of the cluster: it has records there, or operations of the graph. */
const isOfCluster = ({ input, steps }: Partition): boolean =>
  steps.some(isAddressed) || ("operation" in input && isAddressed(input)) || readsOf({ input, steps }).length > 0 ||
  partsOf(input).some(isOfCluster)

/** Whether a task should run on the cluster, if it can. */
export const belongsThere = ({ partition, write }: Task): boolean =>
  isOfCluster(partition) || ("operation" in write && isAddressed(write))

/** The first steps of a partition, with its input, if the cluster can compute them. */
const leading = ({ input, steps }: Partition): Partition | undefined => {
  const local = steps.findIndex(({ operation }) => isLocal(operation))
  const first: Partition = { input, steps: local < 0 ? steps : steps.slice(0, local) }
  // The driver goes over a file a piece at a time. From the cluster, all of its records would come at once.
  if (input.kind === "load" && input.waits === true && first.steps.length === 0) return undefined
  return Split.isPortablePartition(first, isSent) && isOfCluster(first) ? first : undefined
}

/** The parts of a partition that the cluster can compute, though not all of it. */
export const leadsOf = (partition: Partition): ReadonlyArray<Partition> => {
  const first = leading(partition)
  return first === undefined ? partsOf(partition.input).flatMap(leadsOf) : [first]
}

/** Puts computed blocks in the place of {@link leadsOf}, in their order. */
export const withLeads = (partition: Partition, next: () => Block<unknown>): Partition => {
  const { input, steps } = partition
  const first = leading(partition)
  return first === undefined
    ? { input: withParts(input, partsOf(input).map((part) => withLeads(part, next))), steps }
    : { input: counted(next()), steps: steps.slice(first.steps.length) }
}
