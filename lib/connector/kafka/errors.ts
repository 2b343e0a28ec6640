/**
 * The error of everything that is asked of Kafka.
 *
 * @module
 */
import * as Data from "effect/Data"
import { protocolErrors, protocolErrorsCodesById } from "@platformatic/kafka"
import { describeCause } from "../../core/errors.ts"
import { fieldOf, isTlsFailure } from "../thrown.ts"

/**
 * Why Kafka did not do what it was asked for.
 *
 * - `Unreachable`: no broker answered, or the connection broke.
 * - `AuthenticationFailed`: the broker refused the user, the password or the mechanism.
 * - `TlsFailed`: no encrypted connection, for example because the broker's certificate is not trusted.
 * - `NotAuthorized`: the user may not read or write the topic, use the group or the transactional id.
 * - `UnknownTopic`: the topic does not exist, or has been deleted.
 * - `DataLost`: records that were to be read are not there any more: they were deleted before they were read.
 * - `Corrupt`: a batch of records is damaged.
 * - `Fenced`: another process has taken over the transactional id.
 * - `Refused`: any other error code; the cause has it.
 */
export type KafkaReason =
  | "Unreachable"
  | "AuthenticationFailed"
  | "TlsFailed"
  | "NotAuthorized"
  | "UnknownTopic"
  | "DataLost"
  | "Corrupt"
  | "Fenced"
  | "Refused"

/** Kafka did not do what it was asked for. */
export class KafkaError extends Data.Error<{
  readonly reason: KafkaReason
  /** What was asked for, such as `read words-0 from offset 17`. */
  readonly operation: string
  /** Whether the same may succeed later, as far as the broker says. */
  readonly isTemporary: boolean
  readonly cause: unknown
}> {
  readonly _tag = "KafkaError" as const
  override get message(): string {
    return `Kafka cannot ${this.operation} (${this.reason}): ${describeCause(this.cause)}`
  }
}

/** Makes an error that stays, however often the same is tried. */
export const lasting = (reason: KafkaReason, operation: string, cause: unknown): KafkaError =>
  new KafkaError({ reason, operation, isTemporary: false, cause })

/** Error codes of the protocol that stand for a reason of their own. */
const REASONS: Readonly<Record<string, KafkaReason>> = {
  SASL_AUTHENTICATION_FAILED: "AuthenticationFailed",
  UNSUPPORTED_SASL_MECHANISM: "AuthenticationFailed",
  ILLEGAL_SASL_STATE: "AuthenticationFailed",
  TOPIC_AUTHORIZATION_FAILED: "NotAuthorized",
  GROUP_AUTHORIZATION_FAILED: "NotAuthorized",
  CLUSTER_AUTHORIZATION_FAILED: "NotAuthorized",
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "NotAuthorized",
  UNKNOWN_TOPIC_OR_PARTITION: "UnknownTopic",
  UNKNOWN_TOPIC_ID: "UnknownTopic",
  INVALID_TOPIC_EXCEPTION: "UnknownTopic",
  OFFSET_OUT_OF_RANGE: "DataLost",
  CORRUPT_MESSAGE: "Corrupt",
  PRODUCER_FENCED: "Fenced",
  INVALID_PRODUCER_EPOCH: "Fenced",
  INVALID_PRODUCER_ID_MAPPING: "Fenced",
}

/** Makes the error of an error code of the protocol. */
export const refused = (operation: string, code: number): KafkaError => {
  const id = protocolErrorsCodesById[code] ?? `error code ${code}`
  const known = protocolErrors[id]
  const reason = REASONS[id] ?? "Refused"
  return new KafkaError({
    reason,
    operation,
    // Brokers call it temporary that they do not know a topic, because they might learn of it.
    isTemporary: reason !== "UnknownTopic" && (known?.canRetry ?? false),
    cause: known === undefined ? id : `${id}: ${known.message}`,
  })
}

/** Whether an error is that of an error code of the protocol, such as `UNSTABLE_OFFSET_COMMIT`. */
export const hasCode = ({ cause }: KafkaError, id: string): boolean => String(cause).startsWith(`${id}:`)

/** An error, the errors that it consists of, and their causes. */
const chain = (error: unknown, depth = 0): ReadonlyArray<unknown> => {
  if (typeof error !== "object" || error === null || depth > 8) return []
  const errors = fieldOf(error, "errors")
  const below = [fieldOf(error, "cause"), ...(Array.isArray(errors) ? errors : [])]
  return [error, ...below.flatMap((each) => chain(each, depth + 1))]
}

/** Makes the error of what the client library has thrown. */
export const thrown = (operation: string) => (cause: unknown): KafkaError => {
  if (cause instanceof KafkaError) return cause
  const all = chain(cause)
  const codes = all.map((each) => fieldOf(each, "code"))
  const apiCode = all.map((each) => fieldOf(each, "apiCode")).find((code) => typeof code === "number")
  const fail = (reason: KafkaReason, isTemporary = false) =>
    // The innermost error says what happened; those around it only where.
    new KafkaError({ reason, operation, isTemporary, cause: all.at(-1) ?? cause })
  if (codes.includes("PLT_KFK_AUTHENTICATION")) return fail("AuthenticationFailed")
  if (all.some(isTlsFailure)) return fail("TlsFailed")
  if (typeof apiCode === "number") return refused(operation, apiCode)
  if (codes.includes("PLT_KFK_NETWORK") || codes.includes("PLT_KFK_TIMEOUT")) return fail("Unreachable", true)
  return fail("Refused")
}
