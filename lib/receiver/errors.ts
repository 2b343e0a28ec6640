/**
 * The errors of receivers.
 *
 * @module
 */
import * as Data from "effect/Data"
import { describeCause } from "../core/errors.ts"

/**
 * A receiver has stopped for good with an error, and so has the streaming context. `problem` and `reason` are what the
 * receiver gave to `store.stop`.
 */
export class ReceiverFailed extends Data.Error<{
  /** The id of its input. */
  readonly streamId: number
  /** The name of its stream, such as `Socket stream [0]`. */
  readonly streamName: string
  /** What it said. */
  readonly problem: string
  /** The error it gave. */
  readonly reason: unknown
}> {
  readonly _tag = "ReceiverFailed" as const
  override get message(): string {
    return `The receiver of ${this.streamName} has stopped: ${this.problem}: ${describeCause(this.reason)}`
  }
  /** The error it gave, for those who print chains of errors. */
  override get cause(): unknown {
    return this.reason
  }
}
