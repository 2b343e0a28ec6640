/**
 * What a stream does while the services do not answer.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import { whenAway as unlessAway } from "../away.ts"
import { retrying, withLimit } from "./calling.ts"
import type { KinesisError } from "./errors.ts"

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
  return (operation, attempt) =>
    orInstead(withLimit("Kinesis", operation, retrying(attempt, RETRY_MS)), () => undefined)
}
