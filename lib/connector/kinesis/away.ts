/**
 * What a stream does while the services do not answer.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import { whenAway as unlessAway, withLimit } from "../away.ts"
import { retrying } from "./calling.ts"
import { KinesisError } from "./errors.ts"

/** For how many milliseconds a batch asks again: connections that were not used for a while may be broken. */
const RETRY_MS = 400

/** Does without what a service that is away does not answer, with a warning when that begins. */
export const whenAway = (): (
  operation: string,
  attempt: Effect.Effect<void, KinesisError>,
) => Effect.Effect<void, KinesisError> => {
  const orInstead = unlessAway<KinesisError>({
    warning: ({ message, service }) => `There may be no new records until ${service} answers. ${message}`,
    back: "All services answer again",
  })
  return (operation, attempt) => {
    const noAnswer = (limit: string) =>
      new KinesisError({
        reason: "Unreachable",
        service: "Kinesis",
        operation,
        isTemporary: true,
        cause: `there was no answer within ${limit}`,
      })
    return orInstead(withLimit(retrying(attempt, RETRY_MS), noAnswer), () => undefined)
  }
}
