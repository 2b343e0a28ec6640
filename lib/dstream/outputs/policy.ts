/**
 * Output policies: what happens when an output fails in a batch.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { OutputInfo } from "./output.ts"

/** Why and where an output failed. */
export interface OutputFailure<out E = unknown> extends OutputInfo {
  /** What went wrong. */
  readonly reason: E
  /** The operation that failed, such as `map`. */
  readonly operator: string
}

/** What happens when an output fails. `E` and `R` are the errors and services of its own functions. */
export type OutputPolicy<E = never, R = never> =
  /** The batch and the context fail: nothing of the batch is committed. The default. */
  | { readonly _tag: "Fail" }
  /** Spark's behaviour: the failure is reported to `awaitTermination`; other outputs and later batches go on. */
  | { readonly _tag: "Continue" }
  /** This output is left out of this batch; an event says so. */
  | { readonly _tag: "Skip" }
  /** Runs the output again as the schedule says, and then, if it still fails, applies another policy. */
  | {
    readonly _tag: "Retry"
    readonly schedule: Schedule.Schedule<unknown, unknown, never, R>
    readonly then: OutputPolicy<E, R>
  }
  /** Hands the batch's RDD and the failure to somebody else; when that succeeds, the output counts as done. */
  | {
    readonly _tag: "DeadLetter"
    readonly handler: (rdd: AnyRDD, failure: OutputFailure) => Effect.Effect<void, E, R>
  }

/**
 * The default policy: the batch and the context fail, and nothing of the batch is committed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const refuse = DStream.foreachRDD(Testing.input([[1], [2]]), () => Effect.fail("refused"))
 * const { batches, exit } = await Effect.runPromise(Testing.runOutputs([DStream.onFailure(refuse, OutputPolicy.fail)]))
 * assert.deepEqual([batches.length, exit._tag], [1, "Failure"])
 * ```
 */
export const fail: OutputPolicy = { _tag: "Fail" }

/**
 * Spark's own policy: `awaitTermination` fails with the reason, but other outputs and later batches go on, until somebody
 * stops the context. A program that waits, as under `runMain`, ends then: to go on past failures use {@link skip},
 * {@link retry} or {@link deadLetter}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const refuse = DStream.foreachRDD(Testing.input([[1], [2]]), () => Effect.fail("refused"))
 * const { batches, exit } = await Effect.runPromise(Testing.runOutputs([DStream.onFailure(refuse, OutputPolicy.continueOn)]))
 * assert.deepEqual([batches.length, exit._tag], [2, "Failure"])
 * ```
 */
export const continueOn: OutputPolicy = { _tag: "Continue" }

/**
 * Leaves a failed output out of its batch. The batch and the context go on; listeners see the outcome `skipped`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const refuse = DStream.foreachRDD(Testing.input([[1], [2]]), () => Effect.fail("refused"))
 * const { batches, exit } = await Effect.runPromise(Testing.runOutputs([DStream.onFailure(refuse, OutputPolicy.skip)]))
 * assert.deepEqual([batches.length, exit._tag], [2, "Success"])
 * ```
 */
export const skip: OutputPolicy = { _tag: "Skip" }

/**
 * Runs a failed output again as the schedule says; when that is over, `then` (default {@link fail}) applies. Every run reads
 * the same state; its number is the `attempt` in the output's info.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Schedule } from "effect"
 *
 * const attempts: Array<number> = []
 * const flaky = DStream.foreachRDD(Testing.input([[1]]), (_, { attempt }) => {
 *   attempts.push(attempt)
 *   return attempt < 2 ? Effect.fail("not yet") : Effect.void
 * })
 * const thrice = OutputPolicy.retry(Schedule.recurs(3))
 * const { exit } = await Effect.runPromise(Testing.runOutputs([DStream.onFailure(flaky, thrice)]))
 * assert.deepEqual([attempts, exit._tag], [[0, 1, 2], "Success"])
 * ```
 */
export const retry: {
  // Apart, so that what the context expects does not become the errors and services of a policy that is not there.
  <R = never>(schedule: Schedule.Schedule<unknown, unknown, never, R>): OutputPolicy<never, R>
  <R, E2, R2>(
    schedule: Schedule.Schedule<unknown, unknown, never, R>,
    then: OutputPolicy<E2, R2>,
  ): OutputPolicy<E2, R | R2>
} = ((schedule: Schedule.Schedule<unknown, unknown, never, unknown>, then: OutputPolicy<unknown, unknown> = fail) => ({
  _tag: "Retry",
  schedule,
  then,
})) as never

/**
 * Hands the RDD of the batch, and why and where its output failed, to `handler`. A policy may serve any output, so the types of
 * the RDD's records and errors are not known in it. When that succeeds the output counts as
 * done, otherwise the batch fails. Where the stream could not even be evaluated (a `transform` that throws) there is no RDD to
 * hand over: then this is {@link fail}, so that no record is counted as dealt with that nobody has seen. Of what a state or
 * window cannot take for later batches, the RDD is that of the records it would be made of.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const letters: Array<string> = []
 * const policy = OutputPolicy.deadLetter((_, { reason, time }) => Effect.sync(() => void letters.push(`${time} ${reason}`)))
 * const refuse = DStream.foreachRDD(Testing.input([[1], [2]]), () => Effect.fail("refused"))
 * const { exit } = await Effect.runPromise(Testing.runOutputs([DStream.onFailure(refuse, policy)]))
 * assert.deepEqual([letters, exit._tag], [["1000 refused", "2000 refused"], "Success"])
 * ```
 */
export const deadLetter = <E = never, R = never>(
  handler: (rdd: AnyRDD, failure: OutputFailure) => Effect.Effect<void, E, R>,
): OutputPolicy<E, R> => ({ _tag: "DeadLetter", handler })
