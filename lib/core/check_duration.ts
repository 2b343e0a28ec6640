/**
 * Options that are durations, read and checked.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { toMillis } from "./durations.ts"
import { InvalidOption } from "./errors.ts"

/** Reads an option that must be a duration of whole milliseconds, at least 1. Fails with the place and the option. */
export const checkDuration = (
  where: string,
  option: string,
  input: Duration.Input,
): Effect.Effect<number, InvalidOption> => {
  const millis = toMillis(input)
  return millis === undefined
    ? Effect.fail(
      new InvalidOption({ where, option, value: input, expected: "a duration of whole milliseconds, at least 1" }),
    )
    : Effect.succeed(millis)
}
