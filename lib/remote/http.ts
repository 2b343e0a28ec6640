/**
 * Requests to services over HTTP. They go through the `HttpClient` service where the program provides one, and else
 * through `fetch`. Effect's `http` is an unstable module: of the library, this file alone depends on it.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { joined } from "../core/bytes.ts"
import { isDenied } from "../core/denied.ts"
import { describeCause } from "../core/errors.ts"
import { inRealTime } from "../core/steady_clock.ts"

/** A request. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE"
  /** The whole URL, percent-encoded. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  /** How long the request may take, with the bytes of its body and its answer. Default: a minute. */
  readonly timeLimit?: Duration.Duration | undefined
}

/** An answer, whatever its status. Redirects are answers too. */
export interface HttpAnswer {
  readonly status: number
  /** The headers; their names are in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

/** An answer whose body is read while it arrives. */
export interface OpenAnswer extends Pick<HttpAnswer, "status" | "headers"> {
  /** Waits for the next bytes of the body. Gives undefined at its end. */
  readonly read: Effect.Effect<Uint8Array | undefined, NoAnswer>
}

/** The service could not be reached, or the connection broke before the whole answer came. */
export class NoAnswer extends Data.Error<{
  readonly method: string
  /** Scheme, host and port. */
  readonly origin: string
  readonly cause: unknown
}> {
  readonly _tag = "NoAnswer" as const
  /** Whether Deno refused to connect, because a permission is missing. */
  get isDenied(): boolean {
    return isDenied(this.cause)
  }
  override get message(): string {
    return `no answer from ${this.origin}: ${describeCause(this.cause)}`
  }
}

const TIME_LIMIT = Duration.minutes(1)

const overFetch: Effect.Effect<HttpClient.HttpClient> = Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer)

const currentClient: Effect.Effect<HttpClient.HttpClient> = Effect.flatMap(
  Effect.serviceOption(HttpClient.HttpClient),
  Option.match({ onNone: () => overFetch, onSome: Effect.succeed }),
)

/** What went wrong, without the words of the client around it: `Connection refused (os error 111)`. */
const reasonOf = (error: HttpClientError): unknown => {
  const { cause } = error.reason
  return cause instanceof Error ? cause.cause ?? cause : cause ?? error.message
}

const plain = ({ headers, method, url }: HttpRequest): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.make(method)(url, { headers })

const noAnswerTo = ({ method, url }: HttpRequest) => (cause: unknown): NoAnswer =>
  new NoAnswer({ method, origin: new URL(url).origin, cause })

/** Runs what sends a request. Its errors become those of this module. */
const exchanging = <A, R>(
  request: HttpRequest,
  exchanged: Effect.Effect<A, HttpClientError, R>,
): Effect.Effect<A, NoAnswer, R> =>
  exchanged.pipe(
    Effect.mapError((error) => noAnswerTo(request)(reasonOf(error))),
    // Services sign or refuse headers that they do not know; and a redirect needs another signature.
    Effect.provideService(HttpClient.TracerPropagationEnabled, false),
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
  )

/** Sends a request without a time limit, and reads the whole answer. */
const exchange = (
  request: HttpRequest,
  sent: HttpClientRequest.HttpClientRequest,
): Effect.Effect<HttpAnswer, NoAnswer> =>
  exchanging(
    request,
    currentClient.pipe(
      Effect.flatMap((client) => client.execute(sent)),
      Effect.flatMap((response) =>
        Effect.map(response.arrayBuffer, (bytes): HttpAnswer => ({
          status: response.status,
          headers: response.headers,
          body: new Uint8Array(bytes),
        }))
      ),
    ),
  )

/** Sends a request, and reads the whole answer. An interruption ends the connection. */
export const send = (request: HttpRequest): Effect.Effect<HttpAnswer, NoAnswer> => {
  const { body, timeLimit = TIME_LIMIT } = request
  const sent = body === undefined
    ? plain(request)
    : HttpClientRequest.bodyUint8Array(plain(request), body, request.headers["content-type"])
  return exchange(request, sent).pipe(
    // Where the fiber cannot be interrupted, the limit still ends the request.
    Effect.interruptible,
    Effect.raceFirst(Effect.andThen(
      inRealTime(Effect.sleep(timeLimit)),
      Effect.fail(noAnswerTo(request)(`none within ${Duration.format(timeLimit)}`)),
    )),
  )
}

/**
 * Sends a request whose body never ends after the bytes of `request.body`, so that the service waits for more. Ends when the
 * service answers nevertheless, or closes the connection, which an interruption closes too.
 */
export const sendOpen = (request: HttpRequest): Effect.Effect<HttpAnswer, NoAnswer> => {
  const begin = Stream.make(request.body ?? new Uint8Array())
  return exchange(request, HttpClientRequest.bodyStream(plain(request), Stream.concat(begin, Stream.never)))
}

/**
 * Sends a request without a body, and returns when the answer begins. There is no time limit. The end of the scope closes the
 * connection.
 */
export const open: (request: HttpRequest) => Effect.Effect<OpenAnswer, NoAnswer, Scope.Scope> = Effect.fnUntraced(
  function* (request: HttpRequest) {
    const client = yield* currentClient
    const response = yield* exchanging(request, HttpClient.withScope(client).execute(plain(request)))
    const pull = yield* Stream.toPull(response.stream)
    const read = Effect.map(pull, joined).pipe(
      Pull.catchDone(() => Effect.succeed(undefined)),
      Effect.mapError((error) => noAnswerTo(request)(reasonOf(error))),
    )
    return { status: response.status, headers: response.headers, read }
  },
)

/** The waits between attempts: 0.1, 0.2, 0.4, 0.8 and 1.6 seconds, each up to a fifth shorter or longer. */
const waits = Schedule.max([Schedule.jittered(Schedule.exponential("100 millis")), Schedule.recurs(5)])

/** Repeats what failed, as long as `isTemporary` says that another attempt may succeed, up to six attempts in three seconds. */
export const withRetries = <A, E, R>(
  attempt: Effect.Effect<A, E, R>,
  isTemporary: (error: E) => boolean,
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.Clock, (clock) =>
    inRealTime(
      Effect.retry(Effect.provideService(attempt, Clock.Clock, clock), { schedule: waits, while: isTemporary }),
    ))
