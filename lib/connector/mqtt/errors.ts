/**
 * The errors of MQTT connections.
 *
 * @module
 */
import * as Data from "effect/Data"
import { describeCause } from "../../core/errors.ts"

/**
 * An MQTT connection cannot be made, or has failed. It never shows a password.
 *
 * If `isFinal` is set, trying again gives the same: the credentials are refused, a topic may not be read, another client
 * uses the client ID. A stream then stops its context with this error. It connects again after all other errors.
 */
export class MqttError extends Data.Error<{
  /** The server, such as `mqtt://localhost:1883`. */
  readonly server: string
  /** What went wrong. */
  readonly problem: string
  /** The reason code of the server, as its version of the protocol defines it. */
  readonly code?: number | undefined
  /** The error of the runtime. */
  readonly cause?: unknown
  /** Whether trying again is useless. */
  readonly isFinal: boolean
}> {
  readonly _tag = "MqttError" as const
  override get message(): string {
    const code = this.code === undefined ? "" : ` (reason code ${this.code})`
    const cause = this.cause === undefined ? "" : `: ${describeCause(this.cause)}`
    return `MQTT server ${this.server}: ${this.problem}${code}${cause}`
  }
}

/** What a reason code of a refused connection means, and whether another attempt would be refused too. */
type Meaning = readonly [problem: string, isFinal: boolean]

const CREDENTIALS = "it refuses the user name or the password; check the settings username and password"
const NOT_ALLOWED = "this client is not authorized; check the user name, the password and what the server allows them"
const VERSION = "it does not speak this version of the protocol; set protocolVersion to 4 or 5"
const CLIENT_ID = "it refuses the client ID; set another clientId"

/** Version 3.1.1, section 3.2.2.3. */
const REFUSALS_4: Readonly<Record<number, Meaning>> = {
  1: [VERSION, true],
  2: [CLIENT_ID, true],
  3: ["it is not available", false],
  4: [CREDENTIALS, true],
  5: [NOT_ALLOWED, true],
}

/** Version 5, section 2.4: the codes with a meaning of their own. */
const REASONS_5: Readonly<Record<number, Meaning>> = {
  0x81: ["it cannot read a packet of this client", true],
  0x82: ["it found a packet that the protocol does not allow", true],
  0x84: [VERSION, true],
  0x85: [CLIENT_ID, true],
  0x86: [CREDENTIALS, true],
  0x87: [NOT_ALLOWED, true],
  0x88: ["it is not available", false],
  0x89: ["it is busy", false],
  0x8a: ["this client is banned", true],
  0x8b: ["it shuts down", false],
  0x8c: ["it does not know the authentication method", true],
  0x8d: ["it has heard nothing of this client for too long", false],
  0x8e: ["another client has connected with the same client ID; give each its own clientId", true],
  0x8f: ["a topic filter is not valid; check the setting topics", true],
  0x90: ["a topic name is not valid", true],
  0x95: ["a packet is too large for it", true],
  0x97: ["a quota is exceeded", false],
  0x9a: ["it does not keep retained messages", true],
  0x9b: ["it does not support this quality of service", true],
  0x9d: ["it has moved; change the setting url", true],
  0x9e: ["it does not support shared subscriptions", true],
  0xa2: ["it does not support wildcards in subscriptions", true],
}

/** The error for a connection that the server refused with a reason code. */
export const refused = (server: string, version: 4 | 5, code: number): MqttError => {
  const [problem, isFinal] = (version === 4 ? REFUSALS_4 : REASONS_5)[code] ?? ["it refuses the connection", false]
  return new MqttError({ server, problem, code, isFinal })
}

/** The error for a reason code in another answer of the server. Version 3.1.1 has only one such code, for subscriptions. */
export const answered = (server: string, what: string, code: number): MqttError => {
  const [problem, isFinal] = REASONS_5[code] ?? ["it refuses without a reason", true]
  return new MqttError({ server, problem: `${what}: ${problem}`, code, isFinal })
}
