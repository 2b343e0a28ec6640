/**
 * What a stream does while the services do not answer.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { retrying, withLimit } from "./calling.ts"
import type { KinesisError } from "./errors.ts"

/** For how many milliseconds a batch asks again: connections that were not used for a while may be broken. */
const RETRY_MS = 400

/** Makes an effect that does without what a service that is away does not answer, with a warning when that begins. */
export const whenAway = (): (
  operation: string,
  attempt: Effect.Effect<void, KinesisError>,
) => Effect.Effect<void, KinesisError> => {
  let isAway = false
  return (operation, attempt) =>
    Effect.matchEffect(withLimit("Kinesis", operation, retrying(attempt, RETRY_MS)), {
      onFailure: (error) => {
        if (!error.isTemporary) return Effect.fail(error)
        const isKnown = isAway
        isAway = true
        return isKnown
          ? Effect.void
          : Effect.logWarning(`There may be no new records until ${error.service} answers. ${error.message}`)
      },
      onSuccess: () => {
        const wasAway = isAway
        isAway = false
        return wasAway ? Effect.logInfo("All services answer again") : Effect.void
      },
    })
}
