/**
 * Durations in the options of connectors.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { OptionCheck } from "../core/option_checks.ts"

/** Returns the milliseconds of a duration of 0 or more, which may be infinite; NaN for anything else. */
export const millisOf = (input: Duration.Input): number => {
  const millis = Option.match(Duration.fromInput(input), { onNone: () => NaN, onSome: Duration.toMillis })
  return millis >= 0 ? millis : NaN
}

/** The check of an option that must be a duration of 0 or more. */
export const durationCheck = (option: string, value: Duration.Input): OptionCheck => [
  !Number.isNaN(millisOf(value)),
  option,
  value,
  "a duration of 0 or more",
]
