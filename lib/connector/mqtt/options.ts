/**
 * How to reach an MQTT server.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { invalidOptions } from "../../core/option_checks.ts"
import { millisOf } from "../durations.ts"
import { readSecret, readSetting, type SecretSetting, type Setting, SettingError } from "../settings.ts"

/** TLS settings of a connection, as PEM texts. */
export interface MqttTls {
  /** Certificates of authorities that are trusted in place of the runtime's own. */
  readonly ca?: Setting<string> | undefined
  /** The certificate of this client. */
  readonly cert?: Setting<string> | undefined
  /** The private key of this client. */
  readonly key?: SecretSetting | undefined
}

/** Which server to connect to, and how. Settings may be read from configuration, each time a connection is made. */
export interface MqttOptions {
  /**
   * `mqtt://user:password@host:port`, `mqtts://` with TLS, or `ws://host:port/path` and `wss://` over WebSocket. `tcp://`
   * and `ssl://` mean the same as the first two. Default ports: 1883, 8883, 80 and 443.
   */
  readonly url: SecretSetting
  /** The user name, in place of one in the URL. */
  readonly username?: Setting<string> | undefined
  /** The password, in place of one in the URL. */
  readonly password?: SecretSetting | undefined
  /** The version of the protocol: 4, which is MQTT 3.1.1 (the default), or 5. */
  readonly protocolVersion?: 4 | 5 | undefined
  /** Settings of `mqtts://` and `wss://`. */
  readonly tls?: MqttTls | undefined
  /**
   * How often the client tells the server that it is there. A connection on which nothing arrives for one and a half times
   * as long counts as broken. Whole seconds up to 65,535; default: 30 seconds.
   */
  readonly keepAlive?: Duration.Input | undefined
  /** How long connecting may take, with the answer of the server. Default: 10 seconds. */
  readonly connectTimeout?: Duration.Input | undefined
}

/** The settings of one connection, as they have been read. `password` and the text of `key` are secret. */
export interface Endpoint {
  /** The server for messages: the URL without user and password. */
  readonly server: string
  readonly transport: "tcp" | "tls" | "ws"
  /** Where a WebSocket connects to. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly protocolVersion: 4 | 5
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  /** In seconds. */
  readonly keepAlive: number
  /** In milliseconds. */
  readonly connectTimeout: number
}

const SCHEMES: Readonly<Record<string, readonly [transport: Endpoint["transport"], port: number]>> = {
  "mqtt:": ["tcp", 1883],
  "tcp:": ["tcp", 1883],
  "mqtts:": ["tls", 8883],
  "ssl:": ["tls", 8883],
  "ws:": ["ws", 80],
  "wss:": ["ws", 443],
}

const EXPECTED = "give the URL of a server, such as mqtt://localhost:1883"

/** What is wrong with a URL. The text does not show it, because it may have a password. */
export const urlProblem = (url: unknown): string | undefined => {
  if (url === undefined || url === null || url === "") return `is missing; ${EXPECTED}`
  if (typeof url !== "string" || !URL.canParse(url)) {
    return `is not a URL (it is not shown, for its password); ${EXPECTED}`
  }
  const { hostname, password, protocol, username } = new URL(url)
  if (SCHEMES[protocol] === undefined) {
    return `does not begin with ${Object.keys(SCHEMES).join("//, ")}//; ${EXPECTED}`
  }
  if (!isEncoded(username + password)) {
    return "has a % in its user or password that encodes no character (it is not shown); write %25 for a %"
  }
  return hostname === "" ? `has no host; ${EXPECTED}` : undefined
}

/** Whether a part of a URL can be decoded. */
const isEncoded = (part: string): boolean => {
  try {
    decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}

/** The options that have defaults. */
const withDefaults = (
  { connectTimeout = "10 seconds", keepAlive = "30 seconds", protocolVersion = 4 }: MqttOptions,
) => ({ connectTimeout, keepAlive, protocolVersion })

/** What is wrong with the options that are plain values, apart from the URL. */
export const optionProblems = (where: string, options: MqttOptions): ReadonlyArray<string> => {
  const { connectTimeout, keepAlive, protocolVersion } = withDefaults(options)
  const seconds = millisOf(keepAlive) / 1000
  const isKeepAlive = Number.isInteger(seconds) && seconds >= 1 && seconds <= 65_535
  return invalidOptions(where, [
    [protocolVersion === 4 || protocolVersion === 5, "protocolVersion", protocolVersion, "4 or 5"],
    [isKeepAlive, "keepAlive", keepAlive, "whole seconds from 1 to 65535"],
    [millisOf(connectTimeout) > 0, "connectTimeout", connectTimeout, "a positive duration"],
  ])
}

/** Reads the settings for a connection. */
export const readEndpoint: (options: MqttOptions) => Effect.Effect<Endpoint, SettingError> = Effect.fnUntraced(
  function* (options: MqttOptions) {
    const { password, tls, url, username } = options
    const { connectTimeout, keepAlive, protocolVersion } = withDefaults(options)
    const text = yield* readSecret("url", url)
    const problem = urlProblem(text)
    if (problem !== undefined) return yield* Effect.fail(new SettingError({ setting: "url", problem: `it ${problem}` }))
    const parsed = new URL(text)
    const [transport, defaultPort] = SCHEMES[parsed.protocol] ?? ["tcp", 1883]
    const given = (part: string) => part === "" ? undefined : decodeURIComponent(part)
    const user = username === undefined ? given(parsed.username) : yield* readSetting("username", username)
    const secret = password === undefined ? given(parsed.password) : yield* readSecret("password", password)
    parsed.username = ""
    parsed.password = ""
    const optional = <A, B>(value: A | undefined, read: (value: A) => Effect.Effect<B, SettingError>) =>
      value === undefined ? Effect.succeed(undefined) : read(value)
    const ca = yield* optional(tls?.ca, (value) => readSetting("tls.ca", value))
    const cert = yield* optional(tls?.cert, (value) => readSetting("tls.cert", value))
    const key = yield* optional(tls?.key, (value) => readSecret("tls.key", value))
    return {
      server: `${parsed.protocol}//${parsed.host}${transport === "ws" ? parsed.pathname : ""}`,
      transport,
      url: parsed.href,
      host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: parsed.port === "" ? defaultPort : Number(parsed.port),
      username: user,
      password: secret,
      protocolVersion,
      tls: { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) },
      keepAlive: millisOf(keepAlive) / 1000,
      connectTimeout: millisOf(connectTimeout),
    }
  },
)
