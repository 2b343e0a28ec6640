/**
 * What streams do while a service does not answer.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { inRealTime } from "../core/steady_clock.ts"

/** How long a batch waits for a service. If there is no answer, the batch has no new records. */
const ANSWER_LIMIT = Duration.seconds(5)

/** Ends an attempt after five seconds of real time. `noAnswer` makes the error, which shows the limit. */
export const withLimit = <A, E>(attempt: Effect.Effect<A, E>, noAnswer: (limit: string) => E): Effect.Effect<A, E> =>
  inRealTime(Effect.timeoutOrElse(Effect.interruptible(attempt), {
    duration: ANSWER_LIMIT,
    orElse: () => Effect.fail(noAnswer(Duration.format(ANSWER_LIMIT))),
  }))

/** What a stream logs when the service stops answering, and when it answers again. */
export interface AwayTexts<E> {
  readonly warning: (error: E) => string
  readonly back: string
}

/**
 * Makes a function that runs attempts and returns the value of `instead` for those that fail with a temporary error. Other errors
 * stay. It logs a warning for the first of these failures, and a note when an attempt succeeds again.
 */
export const whenAway = <E extends { readonly isTemporary: boolean }>(
  { back, warning }: AwayTexts<E>,
): <A, B>(attempt: Effect.Effect<A, E>, instead: () => B) => Effect.Effect<A | B, E> => {
  let isAway = false
  return <A, B>(attempt: Effect.Effect<A, E>, instead: () => B): Effect.Effect<A | B, E> =>
    Effect.matchEffect(attempt, {
      onFailure: (error) => {
        if (!error.isTemporary) return Effect.fail(error)
        const isKnown = isAway
        isAway = true
        return Effect.map(isKnown ? Effect.void : Effect.logWarning(warning(error)), instead)
      },
      onSuccess: (answer) => {
        const wasAway = isAway
        isAway = false
        return Effect.as(wasAway ? Effect.logInfo(back) : Effect.void, answer)
      },
    })
}
