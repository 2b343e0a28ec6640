/**
 * The errors of checkpoints: directories that cannot be used, logs that fail, data that cannot be logged.
 *
 * @module
 */
import * as Data from "effect/Data"
import { type CorruptBlock, NotPortable } from "../../core/codec.ts"
import type { InvalidOption } from "../../core/errors.ts"
import type { ClusterError, SparkRecordsLost } from "../../engine/spark/errors.ts"
import type { StateFormatFailed } from "../../rdd/state.ts"
import type { LogError } from "../../durable/errors.ts"

/** Why a checkpoint failed. On a cluster, the states to write are read from there. */
export type CheckpointReason =
  | LogError
  | NotPortable
  | CorruptBlock
  | StateFormatFailed
  | InvalidOption
  | ClusterError
  | SparkRecordsLost

/** The checkpoint of a context cannot be read or written. The context stops, and nothing of its checkpoint is lost. */
export class CheckpointFailed extends Data.Error<{
  /** The directory of the checkpoint. */
  readonly directory: string
  /** What was being done, such as `read the state "counts"`. */
  readonly operation: string
  readonly reason: CheckpointReason
}> {
  readonly _tag = "CheckpointFailed" as const
  override get message(): string {
    const isState = this.operation.startsWith("write the state")
    const advice = this.reason instanceof NotPortable
      ? `. Turn it into plain data${isState ? ", or give the state a StateFormat" : ""}`
      : ""
    return `The checkpoint in ${this.directory} failed to ${this.operation}: ${this.reason.message}${advice}`
  }
  /** The same as `reason`, for code that prints chains of errors. */
  override get cause(): unknown {
    return this.reason
  }
}
