/**
 * Calls of AWS's services: when a call is given up, and when it is made again.
 *
 * @module
 */
import { NodeHttpHandler } from "@smithy/node-http-handler"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { inRealTime } from "../../core/steady_clock.ts"
import { type KinesisError, thrown } from "./errors.ts"

const [CONNECT_TIMEOUT_MS, REQUEST_TIMEOUT_MS] = [5_000, 20_000]

/** How requests are sent. The SDK's own handler speaks HTTP/2, which mocks and some private endpoints do not. */
const requestHandler = (): NodeHttpHandler =>
  new NodeHttpHandler({
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
  })

/** The real time, in milliseconds since the epoch. It may be set back and forth. */
export const wallTime: Effect.Effect<number> = inRealTime(Clock.currentTimeMillis)

/** Milliseconds of real time since some moment, which no step of the wall clock changes. */
export const elapsed: Effect.Effect<number> = inRealTime(
  Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos / 1_000_000n)),
)

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [50, 2_000]

/** How long to wait after so many failures in a row: twice as long after each, up to two seconds. */
export const waitAfter = (failures: number): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(20, failures))

/** Repeats an attempt while its errors are temporary, for `retryMs` milliseconds at most. */
export const retrying = <A, R>(
  attempt: Effect.Effect<A, KinesisError, R>,
  retryMs: number,
): Effect.Effect<A, KinesisError, R> =>
  Effect.gen(function* () {
    const begin = yield* elapsed
    const again = (failures: number): Effect.Effect<A, KinesisError, R> =>
      Effect.catchIf(attempt, ({ isTemporary }) => isTemporary, (error) =>
        Effect.gen(function* () {
          const wait = waitAfter(failures)
          if ((yield* elapsed) - begin + wait > retryMs) return yield* Effect.fail(error)
          yield* inRealTime(Effect.sleep(wait))
          return yield* again(failures + 1)
        }))
    return yield* again(0)
  })

/** Makes a client of a service, whose calls make one attempt each. The end of the scope closes its connections. */
export const openClient = <A extends { readonly destroy: () => void }>(
  service: KinesisError["service"],
  operation: string,
  make: (settings: { readonly maxAttempts: number; readonly requestHandler: NodeHttpHandler }) => A,
): Effect.Effect<A, KinesisError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => make({ maxAttempts: 1, requestHandler: requestHandler() }),
      catch: thrown(service, operation),
    }),
    (client) => Effect.sync(() => client.destroy()),
  )
