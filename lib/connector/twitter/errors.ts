/**
 * The errors of streams from X.
 *
 * @module
 */
import * as Data from "effect/Data"
import { describeCause } from "../../core/errors.ts"

/**
 * Why a request or a connection failed.
 *
 * Trying again does not cure the first four. `Unauthorized`: X refuses the bearer token, or the app may not use the stream.
 * `InvalidRules`: X refuses a rule. `Refused`: X refuses the request for another reason. `NotPermitted`: Deno does not allow the
 * connection. The others are temporary. `RateLimited`: too many requests or connections. `Unavailable`: X answers with an error of
 * its own. `Unreachable`: no answer. `Dropped`: a connection has ended.
 */
export type TwitterReason =
  | "Unauthorized"
  | "InvalidRules"
  | "Refused"
  | "NotPermitted"
  | "RateLimited"
  | "Unavailable"
  | "Unreachable"
  | "Dropped"

const FINAL: ReadonlySet<TwitterReason> = new Set(["Unauthorized", "InvalidRules", "Refused", "NotPermitted"])

/**
 * A request to X or a connection has failed. It never shows the bearer token.
 *
 * A stream stops its context with this error if `isFinal` is set. It connects again after all other errors.
 */
export class TwitterError extends Data.Error<{
  /** What was asked for, such as `https://api.x.com/2/tweets/search/stream`. */
  readonly url: string
  /** The kind of the failure. */
  readonly reason: TwitterReason
  /** What went wrong, and what to do. */
  readonly problem: string
  /** The status of the answer, if there was one. */
  readonly status?: number | undefined
  /** After how many milliseconds X accepts requests again, if it said so. */
  readonly retryAfter?: number | undefined
  /** The error of the runtime. */
  readonly cause?: unknown
}> {
  readonly _tag = "TwitterError" as const
  /** Whether trying again is useless. */
  get isFinal(): boolean {
    return FINAL.has(this.reason)
  }
  override get message(): string {
    const status = this.status === undefined ? "" : ` (status ${this.status})`
    const cause = this.cause === undefined ? "" : `: ${describeCause(this.cause)}`
    return `X at ${this.url}: ${this.problem}${status}${cause}`
  }
}
