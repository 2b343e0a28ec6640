/**
 * What the options of Flume's streams have in common, and their checks.
 *
 * @module
 */
import { type OptionCheck, portCheck } from "../../core/option_checks.ts"

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

/** The checks of a host and a port. */
export const addressChecks = ({ host, port }: FlumeAddress): ReadonlyArray<OptionCheck> => [
  [typeof host === "string" && host !== "", "host", host, "a name or an address"],
  portCheck(port),
]

/** The checks of a list of addresses. */
export const addressesChecks = (addresses: ReadonlyArray<FlumeAddress>): ReadonlyArray<OptionCheck> => [
  [addresses.length > 0, "addresses", addresses, "a list of at least one address"],
  ...addresses.flatMap(addressChecks),
]
