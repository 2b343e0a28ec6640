/**
 * What the options of Flume's streams have in common, and their checks.
 *
 * @module
 */
import { InvalidOption } from "../../core/errors.ts"

/** The address of a sink. */
export interface FlumeAddress {
  /** The name or the address of the agent's machine. */
  readonly host: string
  /** The port of its sink, from 1 to 65,535. */
  readonly port: number
}

/** The longest message that is accepted, in bytes, unless an option says otherwise. */
export const MAX_MESSAGE_BYTES: number = 64 * 1024 * 1024

/** After how many milliseconds without data the operating system asks the other side for a sign of life. */
export const KEEPALIVE_MS = 10_000

const problem = (where: string, option: string, value: unknown, expected: string): string =>
  new InvalidOption({ where, option, value, expected }).message

/** What is wrong with a host and a port. */
export const addressProblems = (where: string, { host, port }: FlumeAddress): ReadonlyArray<string> => [
  ...(typeof host === "string" && host !== "" ? [] : [problem(where, "host", host, "a name or an address")]),
  ...(Number.isInteger(port) && port >= 1 && port <= 65_535
    ? []
    : [problem(where, "port", port, "a whole number from 1 to 65535")]),
]

/** What is wrong with a list of addresses. */
export const addressesProblems = (where: string, addresses: ReadonlyArray<FlumeAddress>): ReadonlyArray<string> =>
  addresses.length > 0
    ? addresses.flatMap((address) => addressProblems(where, address))
    : [problem(where, "addresses", addresses, "a list of at least one address")]

/** What is wrong with options that are positive whole numbers. */
export const limitProblems = (where: string, limits: Readonly<Record<string, number>>): ReadonlyArray<string> =>
  Object.entries(limits).flatMap(([option, value]) =>
    Number.isSafeInteger(value) && value > 0 ? [] : [problem(where, option, value, "a positive whole number")]
  )
