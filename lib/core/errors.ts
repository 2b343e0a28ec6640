/**
 * The errors that jobs and operators can fail with. Lifecycle errors live with the streaming context.
 *
 * @module
 */
import type * as Data from "effect/Data"
import { type CallSite, Located, userFrames } from "./call_site.ts"
import { describeValue } from "./describe_value.ts"
import { showRecord } from "./show.ts"

/** The fields of an object, below its tag if it has one. */
const describeFields = (cause: object, name: string): string => {
  const fields = Object.entries(cause).filter(([name]) => name !== "_tag" && name !== "name")
  const text = showRecord(Object.fromEntries(fields))
  const tag = "_tag" in cause ? String(cause._tag) : name
  return fields.length === 0 ? tag || text : `${tag} ${text}`.trim()
}

/** How long a chain of causes is followed: it may lead to where it began. */
const LONGEST_CHAIN = 10

const describe = (cause: unknown, left: number): string => {
  if (!(cause instanceof Error)) {
    return typeof cause === "object" && cause !== null ? describeFields(cause, "") : String(cause)
  }
  if (cause.message === "") return describeFields(cause, cause.name)
  const below = cause.cause === undefined || left === 0 ? "" : describe(cause.cause, left - 1)
  return cause.message.includes(below) ? cause.message : `${cause.message}: ${below}`
}

/** The text of an unknown cause, for messages: with what has caused it in turn, unless it says that itself. */
export const describeCause = (cause: unknown): string => {
  try {
    return describe(cause, LONGEST_CHAIN)
  } catch {
    // Its own getters or its own toString throw, and it must be reported nevertheless.
    return `something that cannot be shown (${describeValue(cause)})`
  }
}

/** A text about an operator without its name in front, for messages that have named the operator. */
export const withoutOperator = (operator: string, text: string): string => {
  const prefix = [`DStream.${operator}: `, `RDD.${operator}: `].find((start) => text.startsWith(start))
  return prefix === undefined ? text : text.slice(prefix.length)
}

/**
 * A failure as people read it: its text, and the places in the user's own source that an error in the chain of its causes
 * came through.
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
 * The base of what can go wrong in the library, or in the use of it, besides the typed errors of the user's own effects.
 * Thrown anywhere in a job, such an error is the reason of the failure as it is; anything else is a {@link FunctionFailed}.
 */
export const EngineFault: typeof Data.Error = class extends Located<Record<string, unknown>> {} as never

/** What was thrown, as the reason of a failure. */
export const reasonOf = (cause: unknown): Error => cause instanceof EngineFault ? cause : new FunctionFailed({ cause })

/** An option is out of range. Says which option of what, the value it got and what it accepts. */
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

/** A user function threw. `cause` is what it threw; operator, place, batch and partition stand in {@link JobFailed}. */
export class FunctionFailed extends EngineFault<{
  readonly cause: unknown
  /** The key that it was called for, as it is printed, where it is called key by key. */
  readonly key?: string
}> {
  readonly _tag = "FunctionFailed" as const
  override get message(): string {
    return (this.key === undefined ? "" : `key ${this.key}: `) + describeCause(this.cause)
  }
}

/** An action that needs at least one record (`reduce`, `first`, `max`, …) met none. Spark: `empty collection`. */
export class EmptyCollection extends EngineFault<{ readonly operation: string }> {
  readonly _tag = "EmptyCollection" as const
  override get message(): string {
    return `empty collection (${this.operation} needs at least one record)`
  }
}

/** The SparkContext has been stopped, by `stop` with `stopSparkContext: true` or by the end of its layer. */
export class SparkContextStopped extends EngineFault<{ readonly appName: string }> {
  readonly _tag = "SparkContextStopped" as const
  override get message(): string {
    return `The SparkContext of "${this.appName}" has been stopped; make a new one, or stop the streaming context with { stopSparkContext: false }`
  }
}

/** Two RDDs do not fit each other (unequal partition counts or lengths in `zip`). */
export class Mismatch extends EngineFault<{ readonly problem: string }> {
  readonly _tag = "Mismatch" as const
  override get message(): string {
    return this.problem
  }
}

/**
 * A job failed: while running `operator` (written at `callSite`) on one partition. `reason` is the typed error of an
 * effectful function, or what went wrong in the engine. Spark: `Job aborted due to stage failure`.
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
  /** What was thrown, for those who print chains of errors. */
  override get cause(): unknown {
    return this.reason instanceof FunctionFailed ? this.reason.cause : this.reason
  }
}
