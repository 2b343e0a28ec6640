/**
 * Failure policies of outputs: what happens when an output fails in a batch. Pass one to `DStream.onFailure`, or to the
 * streaming context for all outputs without a policy of their own.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Schedule } from "effect"
 *
 * const twiceThenSkip = OutputPolicy.retry(Schedule.recurs(2), OutputPolicy.skip)
 * const output = Testing.input([[1]]).pipe(DStream.print(), DStream.onFailure(twiceThenSkip))
 * assert.equal(output.policy?._tag, "Retry")
 * ```
 *
 * @module
 */
export {
  continueOn,
  deadLetter,
  fail,
  type OutputFailure,
  type OutputPolicy,
  retry,
  skip,
} from "./dstream/outputs/policy.ts"
