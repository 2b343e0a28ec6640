/**
 * Failure policies of outputs: what happens when an output fails in a batch.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import type { Engine } from "../../rdd/engine.ts"
import type { AnyRDD, RDD } from "../../rdd/rdd.ts"
import type { OutputInfo } from "./output_info.ts"

/** Which run of an output failed, and why. */
export interface OutputFailure<out E = unknown> extends OutputInfo {
  /** The reason of the failure. */
  readonly reason: E
  /** The operation that failed, such as `map`. */
  readonly operator: string
}

/** What happens when an output fails. `E` and `R` are the errors and services of the policy's own functions. */
export type OutputPolicy<E = never, R = never> =
  /** The batch and the context fail, and nothing of the batch is committed. The default. */
  | { readonly _tag: "Fail" }
  /** `awaitTermination` fails with the reason, but other outputs and later batches continue. Spark's behaviour. */
  | { readonly _tag: "Continue" }
  /** The output is skipped in this batch. An event reports it. */
  | { readonly _tag: "Skip" }
  /** The output is retried by the schedule. If it still fails, the policy `then` applies. */
  | {
    readonly _tag: "Retry"
    readonly schedule: Schedule.Schedule<unknown, unknown, never, R>
    readonly then: OutputPolicy<E, R>
  }
  /** The handler gets the RDD of the batch and the failure. If it succeeds, the output counts as done. */
  | {
    readonly _tag: "DeadLetter"
    readonly handler: (rdd: AnyRDD, failure: OutputFailure) => Effect.Effect<void, E, R>
  }

/**
 * Fails the batch and the context; nothing of the batch is committed. The outputs after the failed one have no job in
 * the batch. The default policy.
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
 * Fails `awaitTermination` with the first error, but keeps the context running: other outputs and later batches
 * continue. Spark behaves like this.
 *
 * What one output loses, no other output, state, window or queue loses. If a stream cannot be evaluated in a batch, only
 * the outputs above it have no job there. A state or window that fails is tried once more before the batch ends, so its
 * function may be called twice for a batch. If it fails again, later batches continue without the records of that batch.
 *
 * A program that waits with `awaitTermination`, as under `runMain`, ends with that error unless it catches it. To
 * continue past failures, use {@link skip}, {@link retry} or {@link deadLetter}.
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
 * Skips a failed output in its batch. The batch and the context continue, and listeners see the outcome `skipped`.
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
 * Retries a failed output by a schedule. If the output still fails when the schedule ends, `then` applies, which is
 * {@link fail} by default. Every run reads the same state. The number of the run is the `attempt` in the output's info.
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
  // An overload of its own, so that TypeScript does not infer the errors and services of the absent policy from the
  // context.
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
 * Calls `handler` with the RDD of the batch and the failure. If the handler succeeds, the output counts as done;
 * otherwise the batch fails. The types of the RDD's records and errors are unknown, because a policy can serve any
 * output.
 *
 * Actions on the RDD compute it again. If a function of the stream itself is what failed, such as that of a `map`, an
 * action in the handler fails as well, and so does the batch. Use this policy where writing the records may fail.
 *
 * If the stream could not be evaluated, as when the function of a `transform` throws, there is no RDD. The policy is
 * then {@link fail}, because no handler has seen the records. When a state or window itself fails, the handler gets the
 * records that it was about to add.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const deadLetters: Array<string> = []
 * const policy = OutputPolicy.deadLetter((rdd, { reason, time }) =>
 *   Effect.map(RDD.collect(rdd), (records) => void deadLetters.push(`${time} ${reason}: ${records}`))
 * )
 * const refuse = DStream.foreachRDD(Testing.input([[1, 2], [3]]), () => Effect.fail("refused"))
 * const { exit } = await Effect.runPromise(Testing.runOutputs([DStream.onFailure(refuse, policy)]))
 * assert.deepEqual([deadLetters, exit._tag], [["1000 refused: 1,2", "2000 refused: 3"], "Success"])
 * ```
 */
export const deadLetter = <E = never, R = never>(
  handler: (rdd: RDD<unknown, unknown>, failure: OutputFailure) => Effect.Effect<void, E, R>,
): OutputPolicy<E, Exclude<R, Engine>> => ({
  _tag: "DeadLetter",
  // The engine and the services of the RDD are there, because the output has them. The type of a policy cannot say so.
  handler: handler as (rdd: AnyRDD, failure: OutputFailure) => Effect.Effect<void, E, Exclude<R, Engine>>,
})
