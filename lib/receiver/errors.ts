/**
 * The errors of receivers.
 *
 * @module
 */
import * as Data from "effect/Data"
import { describeCause } from "../core/errors.ts"

/**
 * A receiver has stopped for good because of an error, and the streaming context with it. `problem` and `reason` are
 * the message and the error that the receiver passed to `store.stop`.
 */
export class ReceiverFailed extends Data.Error<{
  /** The id of the input stream. */
  readonly streamId: number
  /** The name of the input stream, such as `Socket stream [0]`. */
  readonly streamName: string
  /** The message that the receiver gave. */
  readonly problem: string
  /** The error that the receiver gave. */
  readonly reason: unknown
}> {
  readonly _tag = "ReceiverFailed" as const
  override get message(): string {
    return `The receiver of ${this.streamName} has stopped: ${this.problem}: ${describeCause(this.reason)}`
  }
  /** The same as `reason`, for code that prints chains of errors. */
  override get cause(): unknown {
    return this.reason
  }
}
