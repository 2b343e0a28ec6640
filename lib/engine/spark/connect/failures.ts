/**
 * What calls of Spark Connect fail with.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect"
import { describeCause } from "../../../core/errors.ts"
import { type ClusterError, SparkAccessDenied, SparkFailed, SparkSessionLost } from "../errors.ts"
import type { FetchErrorDetailsResponse } from "./proto/error_details_pb.ts"
import { ErrorInfoSchema } from "./proto/error_info_pb.ts"

/** The connection broke, or the server does not answer: the call may succeed if it is made again. */
export class Broken {
  readonly _tag = "Broken" as const
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** An error of the server about which it may say more if it is asked for this id. */
export class Detailed {
  readonly _tag = "Detailed" as const
  readonly errorId: string
  readonly failure: SparkFailed
  constructor(errorId: string, failure: SparkFailed) {
    this.errorId = errorId
    this.failure = failure
  }
}

/** What a call fails with. */
export type CallFailure = Broken | Detailed | ClusterError

const SESSION_GONE = /^INVALID_HANDLE\.SESSION_(?:NOT_FOUND|CLOSED|CHANGED)$/

/** The text of an error without what the client adds. */
const textOf = (error: ConnectError): string =>
  error.rawMessage === "" ? Code[error.code] : describeCause(new Error(error.rawMessage, { cause: error.cause }))

/** A message of the server without the stacks of its own threads. */
const withoutStack = (message: string): string =>
  message.replaceAll(/^(?:\tat .*|\t\.\.\. \d+ more|Driver stacktrace:)(?:\n|$)/gm, "").trim()

/** Whether the server has answered with this status. The client makes the same errors when a connection breaks. */
const isAnswer = (error: ConnectError): boolean => error.metadata.has("grpc-status")

/** Translates what a call has thrown. `operation` is what was asked of the server, such as `collect`. */
export const callFailure = (thrown: unknown, where: string, operation: string): CallFailure => {
  const error = ConnectError.from(thrown)
  const text = withoutStack(textOf(error))
  if (error.code === Code.Unauthenticated || error.code === Code.PermissionDenied) {
    return new SparkAccessDenied({ where, text })
  }
  if (error.code === Code.Unavailable || error.code === Code.DeadlineExceeded || !isAnswer(error)) {
    return error.code === Code.Unimplemented
      ? new SparkFailed({ where, operation, text: `this is no Spark Connect server: ${text}`, causes: [] })
      : new Broken(text)
  }
  const [info] = error.findDetails(ErrorInfoSchema)
  const { errorClass, errorId, sqlState } = info?.metadata ?? {}
  if (errorClass !== undefined && SESSION_GONE.test(errorClass)) return new SparkSessionLost({ where, text })
  const failure = new SparkFailed({
    where,
    operation,
    ...(errorClass === undefined ? {} : { errorClass }),
    ...(sqlState === undefined ? {} : { sqlState }),
    text,
    causes: [],
  })
  return errorId === undefined ? failure : new Detailed(errorId, failure)
}

/** Adds the details of the server to an error: the text, which is else cut off, and the causes. */
export const withDetails = (failure: SparkFailed, { errors, rootErrorIdx }: FetchErrorDetailsResponse): SparkFailed => {
  const chain: Array<FetchErrorDetailsResponse["errors"][number]> = []
  for (let at = rootErrorIdx; at !== undefined && chain.length < errors.length;) {
    const error = errors[at]
    if (error === undefined) break
    chain.push(error)
    at = error.causeIdx
  }
  const [root, ...causes] = chain
  const errorClass = failure.errorClass ??
    chain.find((error) => error.sparkThrowable?.errorClass)?.sparkThrowable?.errorClass
  const sqlState = failure.sqlState ?? chain.find((error) => error.sparkThrowable?.sqlState)?.sparkThrowable?.sqlState
  return new SparkFailed({
    where: failure.where,
    operation: failure.operation,
    ...(errorClass === undefined ? {} : { errorClass }),
    ...(sqlState === undefined ? {} : { sqlState }),
    text: root === undefined || root.message === "" ? failure.text : withoutStack(root.message),
    causes: causes.map((cause) => withoutStack(cause.message)),
  })
}
