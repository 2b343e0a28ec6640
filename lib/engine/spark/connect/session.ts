/**
 * A session on a Connect server: what all of its calls have in common.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { inRealTime } from "../../../core/steady_clock.ts"
import { type ClusterError, SparkSessionLost, SparkUnavailable } from "../errors.ts"
import type { Endpoint } from "./connection_string.ts"
import { addressOf } from "./connection_string.ts"
import { Broken, type CallFailure, callFailure, withDetails } from "./failures.ts"
import type { Calls } from "./transport.ts"

/** Time limits of a session, in milliseconds. */
export interface Limits {
  /** How long a call may take that computes nothing. */
  readonly callMs: number
  /** How long calls are made again while the server cannot be reached. */
  readonly retryMs: number
  /** After how long without a message of a running operation the server is asked whether it is still there. */
  readonly silenceMs: number
}

/** The time limits if none are given. */
export const LIMITS: Limits = { callMs: 60_000, retryMs: 30_000, silenceMs: 10_000 }

/** What every request begins with. */
export interface Head {
  readonly sessionId: string
  readonly userContext: { readonly userId: string; readonly userName: string }
  readonly clientType: string
  /** The id that the server has given to the session, once that is known. With another id, it refuses the request. */
  readonly clientObservedServerSideSessionId?: string
}

/** How a call is made. */
export interface CallOptions {
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** Makes one call. */
export type Call<A> = (calls: Calls, head: Head, options: CallOptions) => Promise<A>

/** The session's own id in each response. A server that has been restarted has another one. */
interface Answer {
  readonly serverSideSessionId: string
}

/** Waits of 50 ms to 2 s between attempts, each up to a fifth shorter or longer. */
const waits = Schedule.jittered(Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("2 seconds")]))

/** A session. It exists on the server from the first call on. */
export class Session {
  readonly where: string
  readonly limits: Limits
  readonly calls: Calls
  readonly #id: string
  readonly #endpoint: Endpoint
  #observed = ""

  constructor(endpoint: Endpoint, calls: Calls, limits: Limits = LIMITS) {
    this.where = addressOf(endpoint)
    this.limits = limits
    this.calls = calls
    this.#endpoint = endpoint
    this.#id = endpoint.sessionId ?? crypto.randomUUID()
  }

  /** Whether the server has answered a call: it has the session since. */
  get isOpen(): boolean {
    return this.#observed !== ""
  }

  /** What the next request begins with. */
  get head(): Head {
    const { userAgent, userId } = this.#endpoint
    return {
      sessionId: this.#id,
      userContext: { userId, userName: userId },
      clientType: userAgent,
      ...(this.#observed === "" ? {} : { clientObservedServerSideSessionId: this.#observed }),
    }
  }

  /** Checks that an answer is from the same session on the server as the answers before. Throws {@link SparkSessionLost}. */
  observe<A extends Answer>(answer: A): A {
    const { serverSideSessionId } = answer
    if (this.#observed === "") this.#observed = serverSideSessionId
    if (serverSideSessionId !== "" && serverSideSessionId !== this.#observed) {
      throw new SparkSessionLost({ where: this.where, text: "the server has been restarted" })
    }
    return answer
  }

  /** Translates what a call has thrown. */
  failure(thrown: unknown, operation: string): CallFailure {
    return thrown instanceof SparkSessionLost ? thrown : callFailure(thrown, this.where, operation)
  }

  /** The error of a server that cannot be reached. */
  unavailable({ text }: Broken): SparkUnavailable {
    return new SparkUnavailable({ where: this.where, text })
  }

  /** Makes a call once. An interruption ends it. */
  once<A extends Answer>(
    operation: string,
    call: Call<A>,
    timeoutMs = this.limits.callMs,
  ): Effect.Effect<A, CallFailure> {
    return Effect.tryPromise({
      try: async (signal) => this.observe(await call(this.calls, this.head, { signal, timeoutMs })),
      catch: (thrown) => this.failure(thrown, operation),
    })
  }

  /** Repeats what finds the server away, for a limited time. */
  repeated<A, E>(self: Effect.Effect<A, E | Broken>, retryMs = this.limits.retryMs): Effect.Effect<A, E | Broken> {
    const schedule = Schedule.max([waits, Schedule.during(retryMs)])
    return inRealTime(Effect.retry(self, { schedule, while: (failure) => failure instanceof Broken }))
  }

  /** Turns failures of calls into errors of the cluster. Asks the server for details of its errors. */
  explained<A, E extends CallFailure>(self: Effect.Effect<A, E>): Effect.Effect<A, ClusterError> {
    return Effect.catch(self, (failure: CallFailure) => {
      if (failure._tag === "Broken") return Effect.fail(this.unavailable(failure))
      if (failure._tag !== "Detailed") return Effect.fail(failure)
      const { errorId, failure: error } = failure
      const details = this.once(
        "fetch the details of an error",
        (calls, head, options) => calls.fetchErrorDetails({ ...head, errorId }, options),
      )
      return Effect.matchEffect(details, {
        onFailure: () => Effect.fail(error),
        onSuccess: (found) => Effect.fail(withDetails(error, found)),
      })
    })
  }

  /** Makes a call that can be made twice, again and again while the server is away. */
  call<A extends Answer>(operation: string, call: Call<A>, timeoutMs?: number): Effect.Effect<A, ClusterError> {
    return this.explained(this.repeated(this.once(operation, call, timeoutMs)))
  }
}
