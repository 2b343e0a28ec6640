/**
 * Checks of options whose problems are reported together.
 *
 * @module
 */
import { InvalidOption } from "./errors.ts"

/** Whether the value of an option is allowed, and which values are. */
export type OptionCheck = readonly [isValid: boolean, option: string, value: unknown, expected: string]

/** Returns the messages of the checks that failed, as those of {@link InvalidOption}. `where` has the options. */
export const invalidOptions = (where: string, checks: ReadonlyArray<OptionCheck>): ReadonlyArray<string> =>
  checks.filter(([isValid]) => !isValid).map(([, option, value, expected]) =>
    new InvalidOption({ where, option, value, expected }).message
  )

/** The check of the port of a server. */
export const portCheck = (port: number): OptionCheck => [
  Number.isInteger(port) && port >= 1 && port <= 65_535,
  "port",
  port,
  "a whole number from 1 to 65535",
]

/** The checks of options that must be positive whole numbers. */
export const limitChecks = (limits: Readonly<Record<string, number>>): ReadonlyArray<OptionCheck> =>
  Object.entries(limits).map(([option, value]) => [
    Number.isSafeInteger(value) && value > 0,
    option,
    value,
    "a positive whole number",
  ])
