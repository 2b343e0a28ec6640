/**
 * The error of storing into a receiver that has stopped.
 *
 * @module
 */
import * as Data from "effect/Data"

/** Records were stored into a receiver that has stopped. They are in no batch. */
export class ReceiverStopped extends Data.Error<{
  /** The name of the input stream, such as `Socket stream [0]`. */
  readonly streamName: string
}> {
  readonly _tag = "ReceiverStopped" as const
  override get message(): string {
    return `The receiver of ${this.streamName} has stopped and stores no more records: these are in no batch. ` +
      "Acknowledge records to their sender only after storing has succeeded"
  }
}
