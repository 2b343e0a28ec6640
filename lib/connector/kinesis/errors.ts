/**
 * The error of everything that is asked of Kinesis, and of DynamoDB for leases.
 *
 * @module
 */
import * as Data from "effect/Data"
import { describeCause } from "../../core/errors.ts"
import { fieldOf, isTlsFailure } from "../thrown.ts"

/**
 * Why the service did not do what it was asked for.
 *
 * - `Unreachable`: the service did not answer, or answered that it cannot at the moment.
 * - `Throttled`: the shard or the table has been asked too often, or for too much.
 * - `AuthenticationFailed`: there are no credentials, or the service refused them.
 * - `TlsFailed`: no encrypted connection, for example because the certificate of the endpoint is not trusted.
 * - `NotAuthorized`: the credentials do not allow the call.
 * - `UnknownStream`: the stream or one of its shards does not exist, or has been deleted.
 * - `DataLost`: records that were to be read are not there any more: the stream keeps them too short a time.
 * - `Refused`: any other error; the cause has it.
 */
export type KinesisReason =
  | "Unreachable"
  | "Throttled"
  | "AuthenticationFailed"
  | "TlsFailed"
  | "NotAuthorized"
  | "UnknownStream"
  | "DataLost"
  | "Refused"

/** What AWS's SDK adds to errors for those who have the error in a debugger. */
const HINT = /\s*Deserialization error: to see the raw response.*$/m

/** Kinesis, or DynamoDB for leases, did not do what it was asked for. */
export class KinesisError extends Data.Error<{
  readonly reason: KinesisReason
  readonly service: "Kinesis" | "DynamoDB"
  /** What was asked for, such as `read shardId-000000000000 of clicks`. */
  readonly operation: string
  /** Whether the same may succeed later. */
  readonly isTemporary: boolean
  readonly cause: unknown
}> {
  readonly _tag = "KinesisError" as const
  override get message(): string {
    const cause = describeCause(this.cause).replace(HINT, "")
    return `${this.service} cannot ${this.operation} (${this.reason}): ${cause}`
  }
}

/** Makes an error of Kinesis that stays, however often the same is tried. */
export const lasting = (reason: KinesisReason, operation: string, cause: unknown): KinesisError =>
  new KinesisError({ reason, service: "Kinesis", operation, isTemporary: false, cause })

/** Names of errors that stand for a reason of their own. */
const REASONS: Readonly<Record<string, KinesisReason>> = {
  ProvisionedThroughputExceededException: "Throttled",
  LimitExceededException: "Throttled",
  ThrottlingException: "Throttled",
  RequestLimitExceeded: "Throttled",
  KMSThrottlingException: "Throttled",
  UnrecognizedClientException: "AuthenticationFailed",
  InvalidClientTokenId: "AuthenticationFailed",
  InvalidSignatureException: "AuthenticationFailed",
  IncompleteSignatureException: "AuthenticationFailed",
  MissingAuthenticationTokenException: "AuthenticationFailed",
  ExpiredTokenException: "AuthenticationFailed",
  CredentialsProviderError: "AuthenticationFailed",
  AccessDeniedException: "NotAuthorized",
  KMSAccessDeniedException: "NotAuthorized",
  KMSOptInRequired: "NotAuthorized",
  ResourceNotFoundException: "UnknownStream",
}

/** Names of errors that a client has when there is no answer. */
const NO_ANSWER: ReadonlySet<string> = new Set(["TimeoutError", "AbortError", "NetworkingError"])

const nameOf = (error: unknown): string => String(fieldOf(error, "name") ?? "")

/** Whether an error is the one of the service that has this name, such as `ExpiredIteratorException`. */
export const hasName = ({ cause }: KinesisError, name: string): boolean => nameOf(cause) === name

/** Errors about signatures repeat what was signed, with the session token, or the header with the signature. */
const SIGNED = /\s*(\n|\bAuthorization=).*/s

/** An error that shows no credentials. */
const withoutCredentials = (cause: unknown): unknown => {
  const text = String(fieldOf(cause, "message") ?? "")
  return SIGNED.test(text) ? Object.assign(new Error(text.replace(SIGNED, "")), { name: nameOf(cause) }) : cause
}

/** Makes the error of what a client of the service has thrown. */
export const thrown = (service: KinesisError["service"], operation: string) => (cause: unknown): KinesisError => {
  const name = nameOf(cause)
  const metadata = fieldOf(cause, "$metadata")
  const status = Number(fieldOf(metadata, "httpStatusCode") ?? NaN)
  const fail = (reason: KinesisReason, isTemporary: boolean) =>
    new KinesisError({
      reason,
      service,
      operation,
      isTemporary,
      cause: reason === "AuthenticationFailed" ? withoutCredentials(cause) : cause,
    })
  // A table is no stream.
  const known = service === "DynamoDB" && name === "ResourceNotFoundException" ? "Refused" : REASONS[name]
  // The clock of this machine is wrong. The client knows the difference now, and signs the next call with the right time.
  if (fieldOf(metadata, "clockSkewCorrected") === true) return fail("Unreachable", true)
  if (known !== undefined) return fail(known, known === "Throttled")
  if (isTlsFailure(cause)) return fail("TlsFailed", false)
  // Errors of connections have a code, also where they break within an answer. An answer that cannot be read was cut off.
  const isBroken = typeof fieldOf(cause, "code") === "string" || NO_ANSWER.has(name) || cause instanceof SyntaxError
  if (isBroken || status >= 500) return fail("Unreachable", true)
  return fail("Refused", false)
}
