/**
 * The errors that jobs and operators fail with. The errors of the streaming context's life cycle are in `lib/streaming`.
 *
 * @module
 */
import type * as Data from "effect/Data"
import { type CallSite, Located, userFrames } from "./call_site.ts"
import { describeValue } from "./describe_value.ts"
import { showRecord } from "./show.ts"

/** Shows the fields of an object after its tag, if it has one. */
const describeFields = (cause: object, name: string): string => {
  const fields = Object.entries(cause).filter(([name]) => name !== "_tag" && name !== "name")
  const text = showRecord(Object.fromEntries(fields))
  const tag = "_tag" in cause ? String(cause._tag) : name
  return fields.length === 0 ? tag || text : `${tag} ${text}`.trim()
}

/** How many causes of causes are followed: a chain may lead back to where it began. */
const LONGEST_CHAIN = 10

const describe = (cause: unknown, left: number): string => {
  if (!(cause instanceof Error)) {
    return typeof cause === "object" && cause !== null ? describeFields(cause, "") : String(cause)
  }
  const text = cause.message === "" ? describeFields(cause, cause.name) : cause.message
  const below = cause.cause === undefined || left === 0 ? "" : describe(cause.cause, left - 1)
  return text.includes(below) ? text : `${text}: ${below}`
}

/** Describes an unknown cause, for messages. The text of its own cause is added unless it has that already. */
export const describeCause = (cause: unknown): string => {
  try {
    return describe(cause, LONGEST_CHAIN)
  } catch {
    // The getters or the toString of the cause throw, and it must be reported nevertheless.
    return `something that cannot be shown (${describeValue(cause)})`
  }
}

/** A text about an operator without its name in front, for messages that have named the operator. */
export const withoutOperator = (operator: string, text: string): string => {
  const prefix = [`DStream.${operator}: `, `RDD.${operator}: `].find((start) => text.startsWith(start))
  return prefix === undefined ? text : text.slice(prefix.length)
}

/**
 * Explains a failure to people: its text, and the lines of the user's source in the stack of the error that caused it.
 */
export const explainFailure = (failure: Error): string => {
  let frames: ReadonlyArray<string> = []
  let cause: unknown = failure
  for (let left = LONGEST_CHAIN; cause instanceof Error && left > 0; left--) {
    frames = userFrames(cause.stack ?? "")
    cause = cause.cause
  }
  return [describeCause(failure), ...frames].join("\n")
}

/**
 * The base class of the errors of the library itself. When one is thrown in a job, it is the reason of the failure.
 * Anything else that is thrown becomes the cause of a {@link FunctionFailed}.
 */
export const EngineFault: typeof Data.Error = class extends Located<Record<string, unknown>> {} as never

/** The reason of a failure, made of what was thrown. */
export const reasonOf = (cause: unknown): Error => cause instanceof EngineFault ? cause : new FunctionFailed({ cause })

/** An option has a value that is not allowed. Names the option, its value and the values that are allowed. */
export class InvalidOption extends EngineFault<{
  /** What the option belongs to, such as `Scheduler.layer`. */
  readonly where: string
  readonly option: string
  readonly value: unknown
  readonly expected: string
}> {
  readonly _tag = "InvalidOption" as const
  override get message(): string {
    return `${this.where}: ${this.option} is ${String(this.value)}, but must be ${this.expected}`
  }
}

/** A user function threw. `cause` is what it threw. {@link JobFailed} has the operator, call site, batch and partition. */
export class FunctionFailed extends EngineFault<{
  readonly cause: unknown
  /** The key that the function was called for, as text, where it is called once for each key. */
  readonly key?: string
}> {
  readonly _tag = "FunctionFailed" as const
  override get message(): string {
    return (this.key === undefined ? "" : `key ${this.key}: `) + describeCause(this.cause)
  }
}

/** An action that needs at least one record (`reduce`, `first`, `max`, …) found none. Spark: `empty collection`. */
export class EmptyCollection extends EngineFault<{ readonly operation: string }> {
  readonly _tag = "EmptyCollection" as const
  override get message(): string {
    return `empty collection (${this.operation} needs at least one record)`
  }
}

/** The SparkContext was stopped, by `stop` with `stopSparkContext: true` or by the end of its layer. */
export class SparkContextStopped extends EngineFault<{ readonly appName: string }> {
  readonly _tag = "SparkContextStopped" as const
  override get message(): string {
    return `The SparkContext of "${this.appName}" has been stopped; make a new one, or stop the streaming context with { stopSparkContext: false }`
  }
}

/** A block that was written to a file cannot be read back. The file may have been removed, or its disk may have failed. */
export class BlockUnreadable extends EngineFault<{
  /** The file of the block. */
  readonly path: string
  readonly cause: unknown
}> {
  readonly _tag = "BlockUnreadable" as const
  override get message(): string {
    return `The stored block ${this.path} cannot be read: ${describeCause(this.cause)}. ` +
      "Nothing else may remove files from the spillDirectory of SparkContext.layer"
  }
}

/** One partition takes more memory than a task may use. The task fails before the process runs out of memory. */
export class PartitionTooLarge extends EngineFault<{
  /** The estimated bytes of the records that the task has in memory. */
  readonly bytes: number
  /** The bytes that the records of one task may take. */
  readonly limit: number
}> {
  readonly _tag = "PartitionTooLarge" as const
  override get message(): string {
    const mebibytes = (bytes: number) => Math.round(bytes / 1024 / 1024)
    return `The records of this partition take about ${mebibytes(this.bytes)} MiB of memory, and ` +
      `${mebibytes(this.limit)} MiB are allowed (half of the heap). Use more partitions, reduceByKey instead of ` +
      "groupByKey, or a larger heap (--v8-flags=--max-old-space-size=MiB)"
  }
}

/** Values do not fit together, such as RDDs with unequal partition counts in `zip`, or what a function returns. */
export class Mismatch extends EngineFault<{ readonly problem: string }> {
  readonly _tag = "Mismatch" as const
  override get message(): string {
    return this.problem
  }
}

/** A task took longer than its time limit in a worker. */
export class TaskTimedOut extends EngineFault<{
  /** The time limit in milliseconds. */
  readonly taskTimeout: number
}> {
  readonly _tag = "TaskTimedOut" as const
  override get message(): string {
    return `The task has not ended after ${this.taskTimeout} ms, the taskTimeout of SparkContext.layer`
  }
}

/** The worker that ran a task has ended, for example because of an error that no function has caught. */
export class WorkerLost extends EngineFault<{
  /** Why the worker has ended. */
  readonly why: string
}> {
  readonly _tag = "WorkerLost" as const
  override get message(): string {
    return `The worker that ran the task has ended: ${this.why}`
  }
}

/**
 * A job failed while it ran `operator`, written at `callSite`, on one partition. `reason` is the typed error of an
 * effectful function, or one of the library's own errors. Spark: `Job aborted due to stage failure`.
 */
export class JobFailed<out E> extends Located<{
  readonly reason: unknown
  readonly operator: string
  readonly callSite: CallSite
  readonly partition: number | undefined
  readonly batchTime: number | undefined
}> {
  readonly _tag = "JobFailed" as const
  declare readonly reason: E
  override get message(): string {
    const where = this.partition === undefined ? "" : ` in partition ${this.partition}`
    const when = this.batchTime === undefined ? "" : ` of batch ${this.batchTime} ms`
    return `${this.operator} at ${this.callSite.short} failed${where}${when}: ${
      withoutOperator(this.operator, describeCause(this.reason))
    }`
  }
  /** What was thrown, for printing chains of errors. */
  override get cause(): unknown {
    return this.reason instanceof FunctionFailed ? this.reason.cause : this.reason
  }
}
