/**
 * Requests to X, with the bearer token, and what X's refusals mean.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { joined } from "../../core/bytes.ts"
import {
  type HttpAnswer,
  type HttpRequest,
  type NoAnswer,
  open as openAnswer,
  type OpenAnswer,
  send,
} from "../../remote/http.ts"
import { readSecret, readSetting, SettingError } from "../settings.ts"
import { TwitterError, type TwitterReason } from "./errors.ts"
import { API, tokenProblem, type TwitterOptions, urlProblem } from "./options.ts"

/** The API with the settings that were read for it. */
export interface Api {
  /** Replaces the bearer token in a text of X. */
  readonly hidden: (text: string) => string
  /** Sends a request and returns its answer, whatever the status. `body` is sent as JSON. */
  readonly send: (path: string, body?: unknown) => Effect.Effect<Sent, TwitterError>
  /** Opens a stream. Fails if X refuses it. The end of the scope closes it. */
  readonly open: (path: string, limit: Duration.Input) => Effect.Effect<OpenStream, TwitterError, Scope.Scope>
}

/** An answer. */
export interface Sent {
  readonly url: string
  readonly status: number
  /** The JSON value of the body; undefined if the body is no JSON. */
  readonly json: unknown
  /** The error that the answer stands for if it is not a success. */
  readonly refusal: Effect.Effect<never, TwitterError>
}

/** A stream that X has accepted. */
export interface OpenStream {
  readonly url: string
  /** Waits for the next bytes. Fails when the connection ends, or when nothing arrives within the limit. */
  readonly read: Effect.Effect<Uint8Array, TwitterError>
}

/** At most so many bytes of the body of a refusal are read, for at most so long. */
const REFUSAL_BYTES = 65_536
const REFUSAL_TIME = "10 seconds"

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

/** A value as an object whose fields may be anything. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? value as Readonly<Record<string, unknown>> : {}

/** A value as a list. */
export const listOf = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

/** What X says about a problem: its title and its detail. */
export const describeProblem = (problem: unknown): string => {
  const { detail, details, message, title } = fieldsOf(problem)
  const texts = [title, detail, ...listOf(details), message].filter((text) => typeof text === "string" && text !== "")
  return Array.from(new Set(texts)).join(": ")
}

/** What X says in the body of a refusal. */
const describeBody = (json: unknown): string =>
  [json, ...listOf(fieldsOf(json)["errors"])].map(describeProblem).filter((text) => text !== "").join("; ")

/** What a status means, and what to do about it. */
const meaningOf = (status: number): readonly [reason: TwitterReason, problem: string] => {
  if (status === 401) return ["Unauthorized", "X refuses the bearer token; check the option bearerToken"]
  if (status === 403) {
    return ["Unauthorized", "the app may not use this; check its access level, and the option bearerToken"]
  }
  if (status === 429 || status === 420) return ["RateLimited", "too many requests or connections"]
  // 409 is the answer while the app has no rules, and 408 that to a slow request.
  if (status >= 500 || status === 408 || status === 409 || status < 400) return ["Unavailable", "X gives no stream now"]
  return ["Refused", "X refuses the request; check the options and the access level of the app"]
}

/** In how many milliseconds the rate limit ends, as the answer says. `now` is in milliseconds. */
const retryAfter = (headers: HttpAnswer["headers"], now: number): number | undefined => {
  // With requests left, it is the number of connections that is limited, and the time does not apply to that.
  if (Number(headers["x-rate-limit-remaining"] ?? 0) > 0) return undefined
  const reset = Number(headers["x-rate-limit-reset"]) * 1000
  // Both times are those of the server, if it tells its own.
  const date = Date.parse(headers["date"] ?? "")
  const wait = reset - (Number.isNaN(date) ? now : date) + 1000
  return wait > 0 ? wait : undefined
}

/** Reads the settings, and makes the requests that use them. */
export const makeApi: (options: TwitterOptions) => Effect.Effect<Api, SettingError> = Effect.fnUntraced(
  function* ({ bearerToken, url = API }: TwitterOptions) {
    const invalid = (setting: string, problem: string) =>
      Effect.fail(new SettingError({ setting, problem: `it ${problem}` }))
    const token = yield* readSecret("bearerToken", bearerToken)
    const tokenIs = tokenProblem(token)
    if (tokenIs !== undefined) return yield* invalid("bearerToken", tokenIs)
    const base = (yield* readSetting("url", url)).replace(/\/+$/, "")
    const urlIs = urlProblem(base)
    if (urlIs !== undefined) return yield* invalid("url", urlIs)

    const hidden = (text: string): string => text.replaceAll(token, "<redacted>")
    const shown = (path: string): string => base + path.replace(/\?.*/, "")
    const headers = { authorization: `Bearer ${token}`, accept: "application/json" }

    const unreachable = (path: string) => (error: NoAnswer): TwitterError =>
      error.isDenied
        ? new TwitterError({
          url: shown(path),
          reason: "NotPermitted",
          problem: `the permission to connect is missing; run with --allow-net=${new URL(base).host}`,
        })
        : new TwitterError({ url: shown(path), reason: "Unreachable", problem: hidden(error.message) })
    const refused = (path: string, status: number, headers: HttpAnswer["headers"], json: unknown) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const [reason, problem] = meaningOf(status)
        const said = hidden(describeBody(json))
        return Effect.fail(
          new TwitterError({
            url: shown(path),
            reason,
            problem: said === "" ? problem : `${problem}. X says: ${said}`,
            status,
            ...(reason === "RateLimited" && { retryAfter: retryAfter(headers, now) }),
          }),
        )
      })

    return {
      hidden,
      send: (path, body) => {
        // The runtime would keep the connection for other requests, longer than the stream is there.
        const closing = { ...headers, connection: "close" }
        const request: HttpRequest = body === undefined ? { method: "GET", url: base + path, headers: closing } : {
          method: "POST",
          url: base + path,
          headers: { ...closing, "content-type": "application/json" },
          body: new TextEncoder().encode(JSON.stringify(body)),
        }
        return send(request).pipe(
          Effect.mapError(unreachable(path)),
          Effect.map(({ body, headers, status }) => {
            const json = parsed(body)
            return { url: shown(path), status, json, refusal: refused(path, status, headers, json) }
          }),
        )
      },
      open: Effect.fnUntraced(function* (path: string, limit: Duration.Input) {
        const fault = (reason: TwitterReason, problem: string) =>
          new TwitterError({ url: shown(path), reason, problem })
        const silent = (reason: TwitterReason) => ({
          duration: limit,
          orElse: () =>
            Effect.fail(fault(reason, `nothing has arrived for ${Duration.format(Duration.fromInputUnsafe(limit))}`)),
        })
        // Compressed bytes would arrive later than they are sent.
        const request = {
          method: "GET",
          url: base + path,
          headers: { ...headers, "accept-encoding": "identity" },
        } as const
        const answer = yield* openAnswer(request).pipe(
          Effect.mapError(unreachable(path)),
          Effect.timeoutOrElse(silent("Unreachable")),
        )
        if (answer.status !== 200) {
          return yield* refused(path, answer.status, answer.headers, parsed(yield* readSome(answer)))
        }
        const read = Effect.flatMap(
          Effect.mapError(
            answer.read,
            (error) => fault("Dropped", `the connection has failed: ${hidden(error.message)}`),
          ),
          (bytes) =>
            bytes === undefined ? Effect.fail(fault("Dropped", "X has closed the connection")) : Effect.succeed(bytes),
        )
        return { url: shown(path), read: Effect.timeoutOrElse(read, silent("Dropped")) }
      }),
    }
  },
)

/** Reads the beginning of a body. */
const readSome = ({ read }: OpenAnswer): Effect.Effect<Uint8Array> =>
  Effect.suspend(() => {
    const pieces: Array<Uint8Array> = []
    let length = 0
    const readAll: Effect.Effect<void, NoAnswer> = Effect.flatMap(read, (bytes) => {
      if (bytes === undefined) return Effect.void
      pieces.push(bytes)
      length += bytes.length
      return length < REFUSAL_BYTES ? readAll : Effect.void
    })
    return Effect.as(Effect.ignore(Effect.timeout(readAll, REFUSAL_TIME)), pieces)
  }).pipe(Effect.map(joined))
