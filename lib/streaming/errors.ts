/**
 * The errors of streaming contexts: calls that break the rules of the lifecycle, and failures that stop a context.
 *
 * @module
 */
import * as Data from "effect/Data"
import { type CallSite, Located } from "../core/call_site.ts"
import { describeCause, FunctionFailed, type SparkContextStopped, withoutOperator } from "../core/errors.ts"
import type { OperatorWithoutRDD, ParentWithoutRDD } from "../dstream/batch.ts"
import type { TransformWithoutResult } from "../dstream/operators/transform.ts"
import type { UnionWithoutRDD } from "../dstream/operators/unions.ts"
import type { GraphMismatch } from "../dstream/graph/mismatch.ts"
import type { CheckpointFailed } from "./checkpoint/errors.ts"
import type { CheckpointMismatch } from "./checkpoint/matching.ts"
import type { InvalidGraph } from "../dstream/graph/validate.ts"
import type { ClusterError } from "../engine/spark/errors.ts"
import type { ShippingError } from "../engine/spark/shipping/errors.ts"
import type { EngineError } from "../rdd/engine.ts"

/** The failure of `start` on a context that was started before. Spark ignores such a call with a warning. */
export class AlreadyStarted extends Located<{ readonly startedAt: CallSite }> {
  readonly _tag = "AlreadyStarted" as const
  override get message(): string {
    return `StreamingContext has already been started at ${this.startedAt.short}; start it once, with all its outputs`
  }
}

/** The failure of an operation on a context that has been stopped. */
export class AlreadyStopped extends Data.Error<{ readonly operation: string }> {
  readonly _tag = "AlreadyStopped" as const
  override get message(): string {
    return `StreamingContext has already been stopped (${this.operation}); make a new one`
  }
}

/** The failure of an operation that needs a started context. */
export class NotStarted extends Data.Error<{ readonly operation: string }> {
  readonly _tag = "NotStarted" as const
  override get message(): string {
    return `StreamingContext has not been started (${this.operation}); start it first`
  }
}

/** The failure of `start` while another context is active. The context stays `Initialized` and can start later. */
export class AnotherContextActive extends Located<{ readonly startedAt: CallSite }> {
  readonly _tag = "AnotherContextActive" as const
  override get message(): string {
    return `Only one StreamingContext may be started in this process. Currently running StreamingContext was started at ${this.startedAt.short}. Stop it first`
  }
}

/** The failure of a second call of `remember`. */
export class RememberAlreadySet extends Data.Error<{ readonly remember: number }> {
  readonly _tag = "RememberAlreadySet" as const
  override get message(): string {
    return `Remember duration already set as ${this.remember} ms. Cannot set it again.`
  }
}

/** The errors of `start`. On a cluster, sending the code of the graph can fail as well. */
export type StartError =
  | AlreadyStarted
  | AlreadyStopped
  | AnotherContextActive
  | SparkContextStopped
  | InvalidGraph
  | GraphMismatch
  | CheckpointFailed
  | CheckpointMismatch
  | ClusterError
  | ShippingError

/** The reasons for which a batch can fail, besides the typed errors of the user's effects. */
export type BatchError =
  | EngineError
  | ClusterError
  | ParentWithoutRDD
  | OperatorWithoutRDD
  | UnionWithoutRDD
  | TransformWithoutResult

/**
 * The failure of a batch. It also stops the context, unless a failure policy says otherwise.
 *
 * `reason` is a typed error of the user's effects, or an error of the engine; narrow it with `Effect.catchReason`.
 */
export class BatchFailed<out E = never> extends Located<{
  readonly reason: unknown
  /** The operation that failed, such as `map`. */
  readonly operator: string
  /** Where the program calls this operation. */
  readonly callSite: CallSite
  /** The batch time: the end of the batch's interval in epoch milliseconds. */
  readonly batchTime: number
  /** The index of the output in the graph; undefined if the failure does not belong to an output. */
  readonly outputId: number | undefined
  /** The index of the partition that failed; undefined if the failure does not belong to one. */
  readonly partition: number | undefined
  /**
   * `generate`: before any output ran. `job`: in an output or a kept RDD. `commit`: all outputs ran, but an input failed to
   * commit.
   */
  readonly phase: "generate" | "job" | "commit"
}> {
  readonly _tag = "BatchFailed" as const
  /** The reason for the failure. */
  declare readonly reason: E | BatchError
  override get message(): string {
    const output = this.outputId === undefined ? "" : `, output ${this.outputId}`
    const partition = this.partition === undefined ? "" : `, partition ${this.partition}`
    return `batch ${this.batchTime} ms failed in ${this.operator} at ${this.callSite.short}${output}${partition}: ${
      withoutOperator(this.operator, describeCause(this.reason))
    }`
  }
  /** The thrown value or the reason, for loggers that print chains of causes. */
  override get cause(): unknown {
    return this.reason instanceof FunctionFailed ? this.reason.cause : this.reason
  }
}
