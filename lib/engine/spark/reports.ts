/**
 * What tasks of a plan have told: reports and failures, which come to the driver by the tasks of later stages.
 *
 * @module
 */
import type { JobContext } from "../../rdd/engine.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import { type Content, contentOf, decodeFailure, decodeReport, type Failure, type Report } from "./command.ts"
import type { StageOutput } from "./outputs.ts"
import type { Parcels } from "./parcels.ts"

/** What parcels with this content hold. */
export const partsIn = (parcels: Parcels, content: Content): ReadonlyArray<Uint8Array> =>
  Array.from(parcels.tags).filter((tag) => contentOf(tag).content === content).sort((a, b) => a - b)
    .flatMap((tag) => parcels.all(tag).flatMap(({ parts }) => parts))

/** The failures among the rows of a plan. A failure may come several times. */
export const failuresIn = (parcels: Parcels): ReadonlyArray<Failure> => partsIn(parcels, "failure").map(decodeFailure)

/** The reports of a plan by output and task. */
export type Reports = ReadonlyMap<string, Report>

const keyOf = (output: number, task: number): string => `${output} ${task}`

/** The reports among the rows of a plan. */
export const reportsIn = (parcels: Parcels): Reports =>
  new Map(partsIn(parcels, "report").map(decodeReport).map((report) => [keyOf(report.output, report.task), report]))

/** What the driver needs to know of a task to use its output. */
export type Told = Pick<Report, "length" | "state">

/** What the tasks of an output have told. Tasks that have run on the driver tell nothing. */
export const reportsOf = (reports: Reports, { number, tasks }: StageOutput): ReadonlyArray<Told> =>
  tasks.map((_, i) => reports.get(keyOf(number, i)) ?? { length: 0 })

/** Finds the accumulators of the tasks of an output. Undefined if the driver does not know one of them. */
const updatesOf = (
  reports: Reports,
  { number, tasks }: StageOutput,
): { readonly read: number; readonly updates: ReadonlyArray<TaskUpdates.TaskUpdates> } | undefined => {
  const updates: Array<TaskUpdates.TaskUpdates> = []
  let read = 0
  for (const i of tasks.keys()) {
    const report = reports.get(keyOf(number, i))
    if (report === undefined) throw new TypeError(`task ${i} of stage ${number} has sent no report`)
    read += report.read
    if (report.updates === undefined) continue
    const decoded = TaskUpdates.decode(report.updates)
    if (decoded === undefined) return undefined
    updates.push(decoded)
  }
  return { read, updates }
}

/**
 * Counts what the tasks of a plan have read and have added to accumulators, once for each output. Gives the outputs that have to
 * be computed on the driver, because it does not know one of their accumulators. Nothing is counted then.
 */
export const count = (
  reports: Reports,
  plan: ReadonlySet<StageOutput>,
  { countRead }: Pick<JobContext, "countRead">,
): ReadonlyArray<StageOutput> => {
  const fresh = Array.from(plan).filter(({ isCounted, isPlanned }) => isPlanned && !isCounted)
    .sort((a, b) => a.number - b.number)
    .map((output) => ({ output, found: updatesOf(reports, output) }))
  const unknown = fresh.flatMap(({ found, output }) => found === undefined ? [output] : [])
  if (unknown.length > 0) return unknown
  for (const { found, output } of fresh) {
    output.isCounted = true
    countRead?.(found?.read ?? 0)
    for (const updates of found?.updates ?? []) output.updates.include(updates)
  }
  return []
}
