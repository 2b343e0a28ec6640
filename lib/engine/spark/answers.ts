/**
 * What comes of a plan: rows with records and reports, or failures.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { TaskTimedOut } from "../../core/errors.ts"
import type { GraphCopy, JobContext } from "../../rdd/engine.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import { StageFailed, TaskFailed } from "../plan/executor.ts"
import { decodeReason } from "../plan/reasons.ts"
import { rddOfTask } from "../plan/references.ts"
import type { Failure } from "./command.ts"
import { type ClusterError, explainLoss, isIdleTimeout } from "./errors.ts"
import { planOf, type StageOutput } from "./outputs.ts"
import { Parcels } from "./parcels.ts"
import { failedBy } from "./planned_stage.ts"
import type { Cluster, Relation, Rows } from "./relations.ts"
import { count, failuresIn, reportsIn, reportsOf, type Told } from "./reports.ts"
import type { RemoteStates } from "./states.ts"

/** What a plan has given: parcels with records, and what the tasks of its last stage have told. */
export interface Answers {
  readonly parcels: Parcels
  readonly reports: ReadonlyArray<Told>
}

/** Stages that have to run on the driver. */
export class Refusals {
  readonly stages: ReadonlyArray<{ readonly output: StageOutput; readonly why: string | undefined }>
  constructor(stages: Refusals["stages"]) {
    this.stages = stages
  }
}

/** The operation of an output, such as `map at counts.ts:7:3`. */
const operationOf = ({ tasks: [task] }: StageOutput): ReadonlyArray<string> => {
  const rdd = task && rddOfTask(task)
  return rdd === undefined ? [] : [`${rdd.operation} at ${rdd.site.short}`]
}

/** The operations whose kept records a plan reads. */
const keptOperations = (output: StageOutput): ReadonlyArray<string> => {
  const all = output.kept === undefined ? Array.from(planOf(output)).flatMap(({ reads }) => reads) : [output]
  return Array.from(new Set(all.filter(({ kept }) => kept !== undefined).flatMap(operationOf)))
}

/** The options of the program that errors name. */
interface Named {
  readonly copies: number
  readonly taskTimeout?: number | undefined
}

/** Asks the cluster for something that concerns an output. */
export const asked = <A>(
  { copies, taskTimeout }: Named,
  output: StageOutput,
  request: Effect.Effect<A, ClusterError>,
): Effect.Effect<A, StageFailed> => {
  const [task] = output.tasks
  const explained = Effect.mapError(
    request,
    (error) =>
      taskTimeout !== undefined && isIdleTimeout(error)
        ? new TaskTimedOut({ taskTimeout })
        : explainLoss(error, { copies, operations: keptOperations(output) }),
  )
  return task === undefined ? Effect.orDie(explained) : Effect.mapError(explained, (cause) => failedBy(task, cause))
}

/** The failure of a plan: that of its first task in the first stage that has failed. */
const failureOf = (
  failures: ReadonlyArray<Failure>,
  plan: ReadonlySet<StageOutput>,
  errors: GraphCopy["errors"],
): Effect.Effect<never, StageFailed | Refusals> => {
  const ordered = failures.toSorted((a, b) => a.output - b.output || a.task - b.task)
  const outputOf = (number: number) => Array.from(plan).find((each) => each.number === number)
  for (const { answer, output, task } of ordered) {
    if (answer.kind === "died") return Effect.die(decodeReason(answer.reason, errors))
    const failed = outputOf(output)?.tasks[task]
    if (answer.kind === "failed" && failed !== undefined) {
      return Effect.fail(new StageFailed(failed, new TaskFailed(answer.at, decodeReason(answer.reason, errors))))
    }
  }
  return Effect.fail(
    new Refusals(ordered.flatMap(({ answer, output }) => {
      const found = outputOf(output)
      return answer.kind === "refused" && found !== undefined ? [{ output: found, why: answer.why }] : []
    })),
  )
}

/** What answers are read with. */
interface Reading {
  readonly states: RemoteStates
  readonly errors: () => GraphCopy["errors"]
}

/** Collects the rows of a relation that belong to an output, and fails if a task of its plan has failed. */
export const collectAnswers = (
  options: Named & Reading & { readonly cluster: Pick<Cluster, "collect"> },
  output: StageOutput,
  relation: Relation,
  job: JobContext,
): Effect.Effect<Answers, StageFailed | Refusals> =>
  Effect.flatMap(
    asked(options, output, options.cluster.collect(relation)),
    (rows) => answersIn(options, output, rows, job),
  )

/** Reads the rows that belong to an output, and fails if a task of its plan has failed. */
export const answersIn = Effect.fnUntraced(function* (
  { errors, states }: Reading,
  output: StageOutput,
  rows: Rows,
  job: JobContext,
): Effect.fn.Return<Answers, StageFailed | Refusals> {
  const plan = planOf(output)
  const parcels = new Parcels(rows)
  const failures = failuresIn(parcels)
  for (const each of plan) each.hasRun = true
  if (failures.length > 0) return yield* failureOf(failures, plan, errors())
  const all = reportsIn(parcels)
  const unknown = count(all, plan, job)
  if (unknown.length > 0) {
    return yield* Effect.fail(new Refusals(unknown.map((output) => ({ output, why: TaskUpdates.NOT_FOUND }))))
  }
  TaskUpdates.current()?.include(output.updates)
  const reports = reportsOf(all, output)
  // What the driver has run has written to the driver's states.
  if (output.isPlanned) states.wrote(output, reports)
  return { parcels, reports }
})
