/**
 * The errors of a streaming context's life: what its rules refuse, and how it can end.
 *
 * @module
 */
import * as Data from "effect/Data"
import { type CallSite, Located } from "../core/call_site.ts"
import { describeCause, FunctionFailed } from "../core/errors.ts"
import type { OperatorWithoutRDD, ParentWithoutRDD } from "../dstream/batch.ts"
import type { TransformWithoutResult } from "../dstream/operators/transform.ts"
import type { UnionWithoutRDD } from "../dstream/operators/unions.ts"
import type { GraphMismatch } from "../dstream/graph/mismatch.ts"
import type { InvalidGraph } from "../dstream/graph/validate.ts"
import type { EngineError } from "../rdd/engine.ts"

/** `start` was called on a context that runs already. Spark ignores that with a warning. */
export class AlreadyStarted extends Located<{ readonly startedAt: CallSite }> {
  readonly _tag = "AlreadyStarted" as const
  override get message(): string {
    return `StreamingContext has already been started at ${this.startedAt.short}; start it once, with all its outputs`
  }
}

/** A stopped context cannot be used again. Spark's text. */
export class AlreadyStopped extends Data.Error<{ readonly operation: string }> {
  readonly _tag = "AlreadyStopped" as const
  override get message(): string {
    return `StreamingContext has already been stopped (${this.operation}); make a new one`
  }
}

/** `awaitTermination` and `slice` need a context that has been started. */
export class NotStarted extends Data.Error<{ readonly operation: string }> {
  readonly _tag = "NotStarted" as const
  override get message(): string {
    return `StreamingContext has not been started (${this.operation})`
  }
}

/** Another streaming context runs in this process. This one stays as it was and can start when that has stopped. */
export class AnotherContextActive extends Located<{ readonly startedAt: CallSite }> {
  readonly _tag = "AnotherContextActive" as const
  override get message(): string {
    return `Only one StreamingContext may be started in this process. Currently running StreamingContext was started at ${this.startedAt.short}`
  }
}

/** `remember` is set once. */
export class RememberAlreadySet extends Data.Error<{ readonly remember: number }> {
  readonly _tag = "RememberAlreadySet" as const
  override get message(): string {
    return `Remember duration already set as ${this.remember} ms. Cannot set it again.`
  }
}

/** What starting can fail with. */
export type StartError = AlreadyStarted | AlreadyStopped | AnotherContextActive | InvalidGraph | GraphMismatch

/** What a batch can fail with besides the typed errors of the user's effects. */
export type BatchError = EngineError | ParentWithoutRDD | OperatorWithoutRDD | UnionWithoutRDD | TransformWithoutResult

/**
 * A batch failed, and with it (unless the policy says otherwise) the context. `reason` is the typed error of the user's
 * own effects or what went wrong in the engine; narrow it with `Effect.catchReason`.
 */
export class BatchFailed<out E = never> extends Located<{
  readonly reason: unknown
  /** The operation that failed, such as `map`. */
  readonly operator: string
  /** Where in the user's source that stands. */
  readonly callSite: CallSite
  /** End of the batch's interval, epoch milliseconds. */
  readonly batchTime: number
  /** Position of the output in the graph; undefined when the batch failed before its outputs. */
  readonly outputId: number | undefined
  /** The partition, where one is to blame. */
  readonly partition: number | undefined
  /** `generate`: no output of the batch ran. `job`: this output failed. `commit`: all ran, but an input did not commit. */
  readonly phase: "generate" | "job" | "commit"
}> {
  readonly _tag = "BatchFailed" as const
  /** Why it failed. */
  declare readonly reason: E | BatchError
  override get message(): string {
    const output = this.outputId === undefined ? "" : `, output ${this.outputId}`
    const partition = this.partition === undefined ? "" : `, partition ${this.partition}`
    return `batch ${this.batchTime} ms failed in ${this.operator} at ${this.callSite.short}${output}${partition}: ${
      describeCause(this.reason)
    }`
  }
  /** What was thrown, for those who print chains of errors. */
  override get cause(): unknown {
    return this.reason instanceof FunctionFailed ? this.reason.cause : this.reason
  }
}
