/**
 * Spark's connection strings: `sc://host:port/;token=…;use_ssl=true`.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { InvalidOption } from "../../../core/errors.ts"

/** Where a Connect server is, and how to talk to it. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  readonly isSecure: boolean
  readonly token: Redacted.Redacted | undefined
  /** The user whose sessions these are. */
  readonly userId: string
  /** What the client calls itself. */
  readonly userAgent: string
  /** The id of the session, a UUID. Undefined: a new one. */
  readonly sessionId: string | undefined
  /** Headers of each request, which are the parameters with other names. They may be secret. */
  readonly headers: ReadonlyArray<readonly [name: string, value: Redacted.Redacted]>
}

const DEFAULT_PORT = 15002
const FORM = "sc://host:port/;name=value;…"
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** What may be the name of a header of HTTP/2, in lower case. */
const HEADER = /^[a-z0-9!#$%&'*+.^_`|~-]+$/

/** The host and port of an endpoint, for messages. */
export const addressOf = ({ host, port }: Endpoint): string => `${host.includes(":") ? `[${host}]` : host}:${port}`

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host)

/** The part of a connection string that has no secrets, whatever is wrong with it. */
const shown = (text: string): string => {
  const [authority = ""] = /^sc:\/\/[^\s/;?#@]*(?=$|[/;])/.exec(text) ?? []
  return authority.length === text.length ? text : `${authority}…`
}

const invalid = (text: string, expected: string): InvalidOption =>
  new InvalidOption({ where: "SparkContext.layer", option: "master", value: shown(text), expected })

const decoded = (value: string): string | undefined => {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

interface Authority {
  readonly host: string
  readonly port: number
}

const authorityOf = (text: string): Authority | undefined => {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^\s:/;?#@[\]]+))(?::(\d{1,5}))?$/i.exec(text)
  if (found === null) return undefined
  const port = found[3] === undefined ? DEFAULT_PORT : Number(found[3])
  return port < 1 || port > 65535 ? undefined : { host: found[1] ?? found[2] ?? "", port }
}

/** The parameters by name, or what is wrong with them. */
const parametersOf = (text: string): ReadonlyMap<string, string> | string => {
  const found = new Map<string, string>()
  for (const part of text.split(";")) {
    if (part === "") continue
    const at = part.indexOf("=")
    const name = at < 0 ? undefined : decoded(part.slice(0, at))
    // A part without a name may be a secret with a semicolon in it.
    if (name === undefined || name === "") {
      return `${FORM} (a parameter is not name=value; semicolons in values are %3B)`
    }
    const value = decoded(part.slice(at + 1))
    if (value === undefined || value === "") return `${FORM} (the parameter ${name} has no valid value)`
    if (found.has(name)) return `${FORM} (the parameter ${name} is given twice)`
    found.set(name, value)
  }
  return found
}

/** The names of parameters that are no headers. */
const KNOWN = new Set(["token", "use_ssl", "user_id", "user_agent", "session_id", "grpc_max_message_size"])

const endpointOf = (
  { host, port }: Authority,
  given: ReadonlyMap<string, string>,
  defaults: { readonly userAgent: string; readonly userId: string },
): Endpoint | string => {
  const token = given.get("token")
  const useSsl = given.get("use_ssl")?.toLowerCase()
  if (useSsl !== undefined && useSsl !== "true" && useSsl !== "false") return "a URL whose use_ssl is true or false"
  // A token that is not encrypted can be read along the way.
  if (token !== undefined && useSsl === "false" && !isLoopback(host)) {
    return "a URL with use_ssl=true, or without use_ssl: a token is sent over an encrypted connection only, unless the server is on this machine"
  }
  const sessionId = given.get("session_id")
  if (sessionId !== undefined && !UUID.test(sessionId)) return "a URL whose session_id is a UUID"
  const headers = [...given].filter(([name]) => !KNOWN.has(name))
  const odd = headers.find(([name, value]) => !HEADER.test(name.toLowerCase()) || /[^\x20-\x7e]/.test(value))
  if (odd !== undefined) return `a URL whose parameter ${odd[0]} can be a header, as Spark does not have that parameter`
  return {
    host,
    port,
    isSecure: useSsl === undefined ? token !== undefined : useSsl === "true",
    token: token === undefined ? undefined : Redacted.make(token),
    userId: given.get("user_id") ?? defaults.userId,
    userAgent: given.get("user_agent") ?? defaults.userAgent,
    sessionId: sessionId?.toLowerCase(),
    headers: headers.map(([name, value]) => [name.toLowerCase(), Redacted.make(value)]),
  }
}

/**
 * Parses a connection string. The parameters are those of Spark's own clients: `token`, `use_ssl`, `user_id`, `user_agent`,
 * `session_id`, and any others, which become headers; values are encoded like those of URLs. A token implies `use_ssl=true`.
 * `grpc_max_message_size` is accepted and ignored: messages of the server may be of any size. Errors name no values of
 * parameters.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Effect from "effect/Effect"
 * import { parseConnectionString } from "./connection_string.ts"
 *
 * const { host, isSecure, port } = Effect.runSync(parseConnectionString("sc://spark/;token=abc"))
 * assert.deepEqual([host, port, isSecure], ["spark", 15002, true])
 * ```
 */
export const parseConnectionString = (
  text: string,
  defaults: { readonly userAgent: string; readonly userId: string } = { userAgent: "dstream", userId: "dstream" },
): Effect.Effect<Endpoint, InvalidOption> => {
  const found = /^sc:\/\/([^/;]*)(?:\/(?:;([^]*))?)?$/.exec(text)
  const authority = found === null ? undefined : authorityOf(found[1] ?? "")
  if (authority === undefined) return Effect.fail(invalid(text, FORM))
  const parameters = parametersOf(found?.[2] ?? "")
  const endpoint = typeof parameters === "string" ? parameters : endpointOf(authority, parameters, defaults)
  return typeof endpoint === "string" ? Effect.fail(invalid(text, endpoint)) : Effect.succeed(endpoint)
}
