/**
 * Running plans. An operation belongs to the server, not to the stream of its responses: when a stream ends early, the client
 * attaches to the operation again and goes on after the last response.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { inRealTime } from "../../../core/steady_clock.ts"
import type { ClusterError } from "../errors.ts"
import { Broken, type CallFailure } from "./failures.ts"
import type { ExecutePlanResponse, Plan } from "./proto/execution_pb.ts"
import { InterruptRequest_InterruptType } from "./proto/operations_pb.ts"
import type { CallOptions, Session } from "./session.ts"

/** The time limit of calls that clean up, in milliseconds. */
const CLEAN_UP_MS = 5_000

/** How often the server is asked whether it is there before the answers count as missing. */
const PINGS = 3

/** What is known of an operation. */
interface Operation {
  readonly name: string
  readonly operationId: string
  readonly plan: Plan
  readonly responses: Array<ExecutePlanResponse>
  /** The id of the last response; an empty text before the first one. */
  last: string
  isComplete: boolean
  /** How many responses have come. */
  count: number
}

const REATTACHABLE = [{ requestOption: { case: "reattachOptions", value: { reattachable: true } } } as const]

const streamOf = (
  { calls, head }: Session,
  { last, operationId, plan }: Operation,
  isStarting: boolean,
  options: Pick<CallOptions, "signal">,
): AsyncIterable<ExecutePlanResponse> =>
  isStarting
    ? calls.executePlan({ ...head, operationId, plan, requestOptions: REATTACHABLE }, options)
    : calls.reattachExecute({ ...head, operationId, ...(last === "" ? {} : { lastResponseId: last }) }, options)

/** Reads the responses of one stream until it ends. */
const read = (session: Session, operation: Operation, isStarting: boolean): Effect.Effect<void, CallFailure> =>
  Effect.tryPromise({
    try: async (signal) => {
      for await (const response of streamOf(session, operation, isStarting, { signal })) {
        session.observe(response)
        operation.last = response.responseId
        operation.count++
        if (response.responseType.case === "resultComplete") operation.isComplete = true
        else if (response.responseType.case !== undefined || response.observedMetrics.length > 0) {
          operation.responses.push(response)
        }
      }
    },
    catch: (thrown) => session.failure(thrown, operation.name),
  })

/** Asks the server for its version, to see whether it is there, and whether it still has the session. */
const ping = (session: Session): Effect.Effect<unknown, CallFailure> =>
  session.once(
    "ping",
    (calls, head, options) => calls.analyzePlan({ ...head, analyze: { case: "sparkVersion", value: {} } }, options),
    session.limits.silenceMs,
  )

/** Never returns. Fails if an operation gives no responses and the server does not answer either. */
const watch = (session: Session, operation: Operation): Effect.Effect<never, CallFailure> =>
  Effect.gen(function* () {
    for (let unanswered = 0, seen = -1;;) {
      if (operation.count !== seen) unanswered = 0
      seen = operation.count
      yield* Effect.sleep(session.limits.silenceMs)
      if (operation.count !== seen) continue
      unanswered = yield* Effect.matchEffect(ping(session), {
        onSuccess: () => Effect.succeed(0),
        onFailure: (failure) => {
          if (failure._tag === "Detailed" || failure._tag === "SparkFailed") return Effect.succeed(0)
          const isEarly = failure._tag === "Broken" && unanswered + 1 < PINGS
          return isEarly ? Effect.succeed(unanswered + 1) : Effect.fail(failure)
        },
      })
    }
  })

const errorClassOf = (failure: CallFailure): string | undefined =>
  failure._tag === "Detailed"
    ? failure.failure.errorClass
    : failure._tag === "SparkFailed"
    ? failure.errorClass
    : undefined

/** What to do after a stream has ended with a failure: start the operation again, attach to it again, or give up. */
const nextStep = (failure: CallFailure, operation: Operation, isStarting: boolean): "start" | "attach" | "fail" => {
  const errorClass = errorClassOf(failure)
  // The request to start it has not arrived.
  if (errorClass === "INVALID_HANDLE.OPERATION_NOT_FOUND" && operation.last === "" && !isStarting) return "start"
  // The request has arrived, but the answer to it was lost.
  if (errorClass === "INVALID_HANDLE.OPERATION_ALREADY_EXISTS" && isStarting) return "attach"
  // The server has ended this stream in favour of a later one, which broke.
  if (errorClass === "INVALID_CURSOR.DISCONNECTED" || failure._tag === "Broken") return "attach"
  return "fail"
}

/** The wait before an attempt, in milliseconds. */
const waitOf = (attempt: number): number => Math.min(50 * 2 ** attempt, 2_000)

/** A stream without responses that the server ends after this time, in milliseconds, is one of a long operation. */
const LONG_MS = 1_000

/** Reads streams until the operation is complete. Gives up if they keep failing without a response in between. */
const follow: (session: Session, operation: Operation) => Effect.Effect<void, CallFailure> = Effect.fnUntraced(
  function* (session: Session, operation: Operation) {
    let isStarting = true
    let attempt = 0
    let failingSince: number | undefined
    while (!operation.isComplete) {
      const seen = operation.count
      const began = yield* Clock.currentTimeMillis
      const failure = yield* Effect.match(
        Effect.raceFirst(read(session, operation, isStarting), watch(session, operation)),
        { onFailure: (failure) => failure, onSuccess: () => undefined },
      )
      if (operation.isComplete) return
      const now = yield* Clock.currentTimeMillis
      if (operation.count > seen || failure === undefined && now - began >= LONG_MS) {
        attempt = 0
        failingSince = undefined
      }
      // Servers end streams after some minutes, or a gigabyte.
      const reason = failure ?? new Broken("the stream of responses has ended early")
      const step = nextStep(reason, operation, isStarting)
      if (step === "fail") return yield* Effect.fail(reason)
      isStarting = step === "start"
      failingSince ??= now
      if (now - failingSince > session.limits.retryMs) return yield* Effect.fail(reason)
      yield* Effect.sleep(waitOf(attempt++))
    }
  },
)

/** Interrupts an operation on the server. A request to start it may still be under way: then the server is asked again. */
const interrupt: (session: Session, operation: Operation) => Effect.Effect<void> = Effect.fnUntraced(
  function* (session: Session, operation: Operation) {
    const { operationId } = operation
    const interruptType = InterruptRequest_InterruptType.OPERATION_ID
    const once = session.once(
      "interrupt",
      (calls, head, options) =>
        calls.interrupt({ ...head, interruptType, interrupt: { case: "operationId", value: operationId } }, options),
      CLEAN_UP_MS,
    )
    for (let attempt = 0; attempt < 3; attempt++) {
      const { interruptedIds } = yield* once
      if (interruptedIds.includes(operationId) || operation.count > 0) break
      yield* Effect.sleep(waitOf(attempt))
    }
  },
  (self) => Effect.ignore(self),
)

/** Lets the server forget the responses of an operation. It refuses that while it is still ending an interrupted one. */
const release = (session: Session, { operationId }: Operation): Effect.Effect<void> => {
  const once = session.once(
    "release",
    (calls, head, options) =>
      calls.releaseExecute({ ...head, operationId, release: { case: "releaseAll", value: {} } }, options),
    CLEAN_UP_MS,
  )
  return Effect.ignore(Effect.retry(once, { schedule: Schedule.spaced("1 second"), times: 3 }))
}

/**
 * Runs a plan and returns all responses. An interruption interrupts the operation on the server. The responses on the
 * server are released in a fiber of the scope. `name` is what was asked for, such as `collect`.
 */
export const execute: (
  session: Session,
  scope: Scope.Scope,
  name: string,
  plan: Plan,
) => Effect.Effect<ReadonlyArray<ExecutePlanResponse>, ClusterError> = Effect.fnUntraced(
  function* (session: Session, scope: Scope.Scope, name: string, plan: Plan) {
    const operationId = crypto.randomUUID()
    const operation: Operation = { name, operationId, plan, responses: [], last: "", isComplete: false, count: 0 }
    const followed = follow(session, operation).pipe(
      (self) => session.explained(self),
      Effect.onInterrupt(() =>
        Effect.andThen(
          interrupt(session, operation),
          Effect.forkIn(Effect.delay(release(session, operation), "1 second"), scope),
        )
      ),
      Effect.tap(() => Effect.forkIn(release(session, operation), scope)),
      Effect.tapError(() => Effect.forkIn(release(session, operation), scope)),
    )
    yield* inRealTime(followed)
    return operation.responses
  },
)
