/**
 * Why S3 did not do what it was asked for.
 *
 * @module
 */
import * as Data from "effect/Data"

/** A request to S3, or to a compatible store, failed. Credentials are never part of it. */
export class S3Error extends Data.Error<{
  /** The request, such as `GET`. */
  readonly method: string
  readonly bucket: string
  /** The key of the object. Empty for requests about a bucket. */
  readonly key: string
  /** The HTTP status. Undefined if there was no answer. */
  readonly status: number | undefined
  /**
   * The code that the store gave, such as `NoSuchKey` or `SlowDown`. Of this library are `NoAnswer`, `NoCredentials`,
   * `InvalidSettings` and `InvalidKey`; and `NotFound`, `Forbidden` and `PreconditionFailed` for answers without a code.
   * `Forbidden` without a status means that Deno refused the connection.
   */
  readonly code: string
  /** What the store says about it, or what to do. */
  readonly detail: string
}> {
  readonly _tag = "S3Error" as const
  override get message(): string {
    return this.status === undefined ? this.detail : `${this.status} ${this.code}${this.detail && `: ${this.detail}`}`
  }
}

/** Whether the object, or the bucket, does not exist. */
export const isMissing = ({ status }: S3Error): boolean => status === 404

/** Whether the store refused the credentials, or Deno the connection. */
export const isRefused = ({ code, status }: S3Error): boolean =>
  status === 403 || status === 401 || code === "Forbidden"

const OVERLOADED = new Set([429, 503])
const UNCERTAIN = new Set([500, 502, 504])

/**
 * Whether another attempt may succeed. A store that is overloaded, or busy with another request for the same object, has done
 * nothing. After other errors it may have done what it was asked for, so only requests that can be repeated are.
 */
export const isTemporary = ({ code, status }: S3Error, isRepeatable: boolean): boolean => {
  if (status === 409) return code === "ConditionalRequestConflict" || code === "OperationAborted"
  if (OVERLOADED.has(status ?? 0) || code === "SlowDown") return true
  return isRepeatable && (UNCERTAIN.has(status ?? 0) || code === "NoAnswer" || code === "RequestTimeout")
}
