/**
 * HTTP requests to WebHDFS.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type HttpAnswer, type HttpRequest, type NoAnswer, send, withRetries } from "../http.ts"
import { errorOfAnswer, type HdfsError, membersOf, noAnswer, problemOf } from "./errors.ts"

/** A request to a NameNode or a DataNode. */
export interface HdfsRequest {
  readonly method: HttpRequest["method"]
  readonly url: string
  readonly body?: Uint8Array | undefined
  /** How many bytes the answer may have. Default: few. */
  readonly answerBytes?: number | undefined
}

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return bytes.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

/** A server counts as gone after a minute, and after another one for each of these. */
const BYTES_PER_MINUTE = 1 << 26
const MOST_MINUTES = 30

/** The request as the HTTP client takes it. */
export const httpRequest = ({ answerBytes = 0, body, method, url }: HdfsRequest): HttpRequest => ({
  method,
  url,
  headers: body === undefined ? {} : { "content-type": "application/octet-stream" },
  body,
  timeLimit: Duration.minutes(Math.min(MOST_MINUTES, 1 + ((body?.length ?? 0) + answerBytes) / BYTES_PER_MINUTE)),
})

/** Fails if there was no answer, or the answer is that of a failure. */
export const checked = (
  { url }: HdfsRequest,
  answer: Effect.Effect<HttpAnswer, NoAnswer>,
): Effect.Effect<HttpAnswer, HdfsError> =>
  Effect.flatMap(
    Effect.mapError(answer, ({ message }) => noAnswer(message)),
    ({ body, headers, status }) =>
      status < 400
        ? Effect.succeed({ body, headers, status })
        : Effect.fail(errorOfAnswer(status, new URL(url).origin, parsed(body))),
  )

const sendOnce = (request: HdfsRequest) => checked(request, send(httpRequest(request)))

/** Sends a request to the NameNode. Gives the answer as JSON; undefined if it is empty. */
export const sendForJson = (request: HdfsRequest): Effect.Effect<unknown, HdfsError> =>
  Effect.map(sendOnce(request), ({ body }) => parsed(body))

/** Asks the NameNode which DataNode to use. Gives the request to send there. */
export const redirected = ({ answerBytes, body, method, url }: HdfsRequest): Effect.Effect<HdfsRequest, HdfsError> =>
  // Without a body: the NameNode needs none. Old versions redirect although they are asked not to.
  Effect.flatMap(sendOnce({ method, url: `${url}&noredirect=true` }), (answer) => {
    const location = answer.headers["location"] ?? membersOf(parsed(answer.body))["Location"]
    if (typeof location === "string") return Effect.succeed({ method, url: location, body, answerBytes })
    const problem = `${new URL(url).origin} names no DataNode. Check that this is the HTTP address of a NameNode`
    return Effect.fail(problemOf(problem))
  })

/** How many DataNodes are tried. */
const MOST_DATA_NODES = 3

/**
 * Sends a request that moves bytes to the DataNode that the NameNode names, or to another if that one cannot be
 * reached. Gives the bytes of the answer.
 */
export const sendForBytes = (
  request: HdfsRequest,
  excluded: ReadonlyArray<string> = [],
): Effect.Effect<Uint8Array, HdfsError> => {
  const exclusion = excluded.length === 0 ? "" : `&excludedatanodes=${excluded.join(",")}`
  return Effect.flatMap(whileBusy(redirected({ ...request, url: request.url + exclusion })), (found) =>
    Effect.catchIf(
      Effect.map(sendOnce(found), ({ body }) => body),
      ({ exception, reason }: HdfsError) => reason === "busy" && exception === "" && excluded.length < MOST_DATA_NODES,
      (unreachable) =>
        Effect.catchIf(
          sendForBytes(request, [...excluded, new URL(found.url).hostname]),
          // The NameNode knows no other.
          ({ reason }: HdfsError) => reason === "other",
          () => Effect.fail(unreachable),
        ),
    ))
}

/** Tries a request again that the server could not carry out yet. */
export const whileBusy = <A>(request: Effect.Effect<A, HdfsError>): Effect.Effect<A, HdfsError> =>
  withRetries(request, ({ reason }) => reason === "busy")

/** Tries a request again that may be carried out twice. */
export const repeating = <A>(request: Effect.Effect<A, HdfsError>): Effect.Effect<A, HdfsError> =>
  withRetries(request, ({ reason }) => reason === "busy" || reason === "lost")
