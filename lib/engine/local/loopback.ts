/**
 * The executor that runs tasks in this isolate as if they ran in another one.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Codec from "../../core/codec.ts"
import { Mismatch, reasonOf } from "../../core/errors.ts"
import type { Address, BatchWork, GraphCopy } from "../../rdd/engine.ts"
import { knownPrimitive } from "../../rdd/operators/known_steps.ts"
import type { Primitive } from "../../rdd/primitive.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { decodeTask, decodeWritten, type Encoded, encodeTask, encodeWritten } from "../plan/codec.ts"
import { type Executor, TaskFailed } from "../plan/executor.ts"
import { placesOf } from "../plan/places.ts"
import { decodeReason, encodeReason } from "../plan/reasons.ts"
import { rddOf } from "../plan/references.ts"
import { splitting } from "../plan/split.ts"
import type { Operation, Task } from "../plan/task.ts"
import type { Surroundings } from "../task/operations.ts"
import type { Elsewhere, Here } from "./elsewhere.ts"
import * as InPlace from "./in_place.ts"

/** In place of the index of a stream: the address is that of an RDD of the driver, by its number. */
const DRIVER = -1

/** The address of an RDD of the driver, for tasks that no graph copy takes part in. */
export const ownAddress = ({ id }: AnyRDD): Address => ({ time: 0, stream: DRIVER, place: id })

const none = (): undefined => undefined

/** Gives operations their addresses: those of the batch where there is a graph copy, their own where there is none. */
export const addressing = (
  copy: GraphCopy | undefined,
  batch: Pick<BatchWork, "addressOf"> | undefined,
): BatchWork["addressOf"] => copy === undefined ? ownAddress : batch?.addressOf ?? none

const keyOf = ({ place, stream, time }: Address): string => `${time} ${stream} ${place}`

/** The driver's RDDs behind the addresses in a task. They are looked up in each task anew, so that none is kept for longer. */
const rddsOf = (task: Task): ReadonlyMap<string, AnyRDD> => {
  const { write } = task
  const own = "by" in write && "operation" in write.by ? [write.by] : []
  const found = new Map<string, AnyRDD>()
  for (const { operation } of [...placesOf(task), ...own]) {
    const rdd = rddOf(operation)
    if (operation.kind === "address" && rdd !== undefined) found.set(keyOf(operation.address), rdd)
  }
  return found
}

/** Finds the operation of a reference: in the graph copy if there is one, else among the driver's own. */
const primitiveOf = (
  operation: Operation,
  copy: GraphCopy | undefined,
  own: ReadonlyMap<string, AnyRDD>,
): Primitive => {
  if (operation.kind === "known") return knownPrimitive(operation)
  if (operation.kind !== "address") {
    throw new Mismatch({ problem: `the graph copy has no operation at ${operation.kind}` })
  }
  const { address } = operation
  // Records that were computed before the run of the copy have a partitioner of the driver, and the other way round.
  const rdd = copy === undefined || address.stream === DRIVER ? own.get(keyOf(address)) : copy.operationAt(address)
  if (rdd !== undefined) return rdd.primitive
  throw new Mismatch({ problem: `the graph copy has no operation at ${JSON.stringify(address)}` })
}

/** Encodes records of a task. Records that are not portable fail the last operation of the task. */
const encoded = (task: Task, encode: () => Encoded): Effect.Effect<Encoded, TaskFailed> =>
  Effect.try({
    try: encode,
    catch: (cause) => new TaskFailed(placesOf(task).length - task.layers.length - 1, reasonOf(cause)),
  })

/** A failure as it comes back from another isolate. */
const returned = ({ at, reason }: TaskFailed, errors: GraphCopy["errors"] = []): TaskFailed =>
  new TaskFailed(at, decodeReason(encodeReason(reason, errors), errors))

/**
 * Makes an executor that encodes and decodes every task, runs it with the functions of the graph copy, and encodes and
 * decodes what it has written, or the reason of its failure. Where there is no copy, the functions are the driver's own. What
 * works here works in other isolates.
 */
export const make = (
  around: Pick<Surroundings, "freezeRecords" | "generateCode" | "heap" | "states">,
  copy: () => GraphCopy | undefined,
): Executor => {
  const other = (task: Task): Executor => {
    const own = rddsOf(task)
    return InPlace.make({
      ...around,
      primitiveAt: (operation) => primitiveOf(operation, copy(), own),
      gathered: undefined,
    })
  }
  return {
    run: (task) =>
      encoded(task, () => encodeTask(task)).pipe(
        Effect.flatMap((bytes) =>
          Effect.mapError(other(task).run(decodeTask(bytes)), (failure) => returned(failure, copy()?.errors))
        ),
        Effect.flatMap((written) => encoded(task, () => encodeWritten(written))),
        Effect.map((bytes) => decodeWritten(bytes, task.write)),
      ),
  }
}

/** Copies plain data as another isolate would get it. */
export const throughCodec = (data: unknown): unknown => Codec.decode(Codec.encode([data]))[0]

/** Runs tasks of the local engine as if they ran in another isolate. */
export const elsewhere = (here: Here): Elsewhere => {
  let copy: GraphCopy | undefined
  return {
    executor: splitting(make(here, () => copy), here.executor),
    addressing: (batch) => addressing(copy, batch),
    openBatch: (notes) => copy?.evaluate(throughCodec(notes)) ?? Effect.void,
    endBatch: (time) => Effect.sync(() => copy?.release(time)),
    methods: {
      useCopy: (given) => {
        copy = given
      },
    },
  }
}
