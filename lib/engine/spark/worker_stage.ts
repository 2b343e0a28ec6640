/**
 * What a worker does for one partition of a stage: reads rows, runs the task, and writes rows.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { joined } from "../../core/bytes.ts"
import * as Block from "../../rdd/block.ts"
import type { GraphCopy } from "../../rdd/engine.ts"
import type { StateCoding } from "../../rdd/state.ts"
import { decodeTask, decodeWritten, encodeWritten } from "../plan/codec.ts"
import { inputsOf } from "../plan/places.ts"
import type { Reference, Remote } from "../plan/remote.ts"
import { withTimeLimit } from "../plan/time_limit.ts"
import { isCut, type Task, type ToBuckets, type Written } from "../plan/task.ts"
import * as StateStore from "../state_store.ts"
import type { Done, Place } from "../threads/task_place.ts"
import { type Command, encodePart, type Failure, type Report, tagOf } from "./command.ts"
import { Packer, Parcels } from "./parcels.ts"
import type { Rows } from "./relations.ts"
import { partsIn } from "./reports.ts"

/** A copy of the graph that has evaluated the batch of a command, and the place where its tasks run. */
export interface Worksite {
  readonly copy: GraphCopy
  readonly place: Place
}

const deal: ToBuckets = { kind: "deal", index: 0, partitions: 1 }

const encodedOf = ([head = new Uint8Array(), ...records]: ReadonlyArray<Uint8Array>) => ({ head, records })

/** Finds the records of other stages among the rows of a task. */
export const remoteIn = (parcels: Parcels): Remote => {
  const find = ({ from = 0, output, partition, to = Infinity }: Reference) =>
    parcels.find(tagOf(output, "records"), partition).filter(({ source }) => source >= from && source < to)
  return {
    block: (reference) =>
      Block.concat(find(reference).map(({ parts }) => decodeWritten(encodedOf(parts), { kind: "block" }))),
    buckets: (reference) =>
      find(reference).flatMap(({ parts }) =>
        decodeWritten(encodedOf(parts), deal).flatMap((bucket) => bucket === undefined ? [] : [bucket])
      ),
  }
}

/**
 * After so many captures, the next one has the whole state. Tasks read all captures anyhow, and Spark starts a task for each
 * partition of each of them: copying a state costs less than a long chain of captures.
 */
const LONGEST_CHAIN = 4

/** Makes the versions of states that a task reads, from their captures. */
const statesOf = (
  task: Task,
  { states: versions }: Command,
  parcels: Parcels,
  codingOf: GraphCopy["codingOf"],
): Effect.Effect<StateStore.StateStore, unknown> =>
  Effect.gen(function* () {
    const states = yield* StateStore.make
    const read = [
      ...inputsOf(task.partition, "state").flatMap(({ from, id, index }) =>
        from === undefined ? [] : [{ id, index, at: from, isView: false }]
      ),
      ...inputsOf(task.partition, "view").map(({ at, id, index }) => ({ id, index, at, isView: true })),
    ]
    for (const { at, id, index, isView } of read) {
      const { captures: outputs = [] } = versions.find((each) => each.id === id && each.at === at) ?? {}
      const captures = outputs.flatMap((output) =>
        parcels.find(tagOf(output, "capture"), index).flatMap(({ parts }) => parts)
      )
      if (captures.length === 0) continue
      yield* states.restore(id, at, captures, { decode: codingOf(id)?.decode, isOld: outputs.length >= LONGEST_CHAIN })
      if (isView) held.set(states, [...held.get(states) ?? [], states.hold(id, at)])
    }
    return states
  })

/** What keeps the versions of a store readable. */
const held = new WeakMap<StateStore.StateStore, ReadonlyArray<object>>()

/** Captures what a task has changed in its state. */
const capture = Effect.fnUntraced(function* (
  states: StateStore.StateStore,
  { at, id }: { readonly id: string; readonly at: number },
  coding: StateCoding | undefined,
  refresh: number | undefined,
) {
  yield* states.seal(id, at)
  yield* states.commit(at)
  const capturing = { id, encode: coding?.encode, fields: coding?.fields }
  const [captured] = yield* states.capture(at, [capturing], { refresh })
  const { bytes = 0, keys = 0, millis = 0, records = 0 } = states.measures(id) ?? {}
  return {
    bytes: captured === undefined ? undefined : joined(captured.pieces),
    state: { keys, bytes, millis, records, neededFrom: states.neededFrom(id) ?? at },
  }
})

/** Adds what a task has written. */
export const addWritten = (written: Written, output: number, split: number, into: Packer): void => {
  const tag = tagOf(output, "records")
  const add = (partition: number, content: Written) => {
    const { head, records } = encodeWritten(content)
    into.add({ tag, partition, source: split, parts: [head, ...records] })
  }
  if (!isCut(written)) return add(split, written)
  written.forEach((bucket, partition) => {
    if (bucket !== undefined) add(partition, [bucket])
  })
}

/** Runs the task of a partition with the rows that are for it, and gives the rows that it writes. */
const runTask = Effect.fnUntraced(function* (
  { copy, place }: Worksite,
  command: Command,
  split: number,
  parcels: Parcels,
) {
  const { heads, job, output, run } = command
  const head = heads[split]
  if (head === undefined) throw new TypeError(`stage ${output} has no task for partition ${split}`)
  const own = parcels.find(tagOf(output, "records"), split).flatMap(({ parts }) => parts)
  const task = decodeTask({ head, records: own }, remoteIn(parcels))
  const states = yield* statesOf(task, command, parcels, copy.codingOf)
  const done = yield* withTimeLimit(place.compute(task, job, states), run?.taskTimeout)
  if (done.kind === "refused") return yield* Effect.fail(new Refused(done.why))
  const [written] = inputsOf(task.partition, "state")
  const captured = written && (yield* capture(states, written, copy.codingOf(written.id), command.refresh))
  return rowsOf(done, captured, command, split, partsIn(parcels, "report"))
})

/** The rows of a task that has succeeded, and the reports of the stages before that have come to it. */
const rowsOf = (
  { read, updates, written }: Done,
  captured: Effect.Success<ReturnType<typeof capture>> | undefined,
  command: Command,
  split: number,
  before: ReadonlyArray<Uint8Array>,
): Rows => {
  const packer = new Packer()
  addWritten(written, command.output, split, packer)
  const { output, targets } = command
  const add = (content: "capture" | "report", partition: number, parts: ReadonlyArray<Uint8Array>) =>
    packer.add({ tag: tagOf(output, content), partition, source: split, parts })
  if (captured?.bytes !== undefined) add("capture", split, [captured.bytes])
  const length = isCut(written) ? 0 : written.length
  const report: Report = { output, task: split, read, length, updates, state: captured?.state }
  add("report", targets === undefined ? split : 0, [encodePart(report), ...before])
  return packer.rows()
}

/** The task has to run on the driver. */
class Refused {
  readonly why: string | undefined
  constructor(why: string | undefined) {
    this.why = why
  }
}

/** The rows of failures: all tasks of the next stage are told. */
export const failing = ({ output, targets }: Command, split: number, failures: ReadonlyArray<Uint8Array>): Rows => {
  const packer = new Packer()
  const partitions = targets === undefined ? [split] : Array.from({ length: targets }, (_, i) => i)
  for (const partition of partitions) {
    packer.add({ tag: tagOf(output, "failure"), partition, source: split, parts: failures })
  }
  return packer.rows()
}

const answerTo = (place: Place, cause: Cause.Cause<unknown>): Failure["answer"] => {
  const error = Cause.squash(cause)
  if (error instanceof Refused) return { kind: "refused", why: error.why }
  const answer = place.answerTo(cause as Cause.Cause<never>)
  return answer.kind === "failed" || answer.kind === "died" || answer.kind === "refused"
    ? answer
    : { kind: "refused", why: undefined }
}

/**
 * Runs a partition of a stage. `number` is its number, unless one of the rows says otherwise. The failures of users' functions are
 * rows as well, so that Spark does not try them again. It dies if it was interrupted.
 */
export const runPartition = (
  worksite: Worksite,
  command: Command,
  number: number,
  rows: Rows,
): Effect.Effect<Rows> =>
  Effect.gen(function* () {
    const parcels = new Parcels(rows)
    const [own] = parcels.all(tagOf(command.output, "records"))
    const split = own?.partition ?? number
    const before = partsIn(parcels, "failure")
    if (before.length > 0) return failing(command, split, before)
    const exit = yield* Effect.exit(runTask(worksite, command, split, parcels))
    if (Exit.isSuccess(exit)) return exit.value
    if (Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.interrupt
    const { output } = command
    const failure: Failure = { output, task: split, answer: answerTo(worksite.place, exit.cause) }
    return failing(command, split, [encodePart(failure)])
  })
