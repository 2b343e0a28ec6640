/**
 * Records that have been deleted before they were read.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { type KinesisError, lasting } from "./errors.ts"

const losses = Metric.counter("dstream_kinesis_losses", {
  description: "How often records had been deleted before they were read",
  incremental: true,
})

/** Warns that records are left out because they do not exist any more. */
export const warnOfLoss = (error: KinesisError): Effect.Effect<void> =>
  Effect.andThen(Effect.logWarning(`Left out records. ${error.message}`), Metric.update(losses, 1))

/** Fails because all records of a shard have been deleted before they were read, or goes on without them. */
export const leaveOut = (
  shardId: string,
  streamName: string,
  failOnDataLoss: boolean,
): Effect.Effect<void, KinesisError> => {
  const cause = "its last records have expired; with failOnDataLoss: false they are left out"
  const error = lasting("DataLost", `go on with ${shardId} of ${streamName}`, cause)
  return failOnDataLoss ? Effect.fail(error) : warnOfLoss(error)
}
