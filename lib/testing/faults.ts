/**
 * Fault injection: operators, outputs and receivers that fail where a test asks for it, to test failure policies.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { Batch } from "../dstream/batch.ts"
import { type DStream, make } from "../dstream/dstream.ts"
import type { OutputInfo } from "../dstream/outputs/output_info.ts"
import type { Receiver } from "../dstream/inputs/receiver.ts"
import { mapPartitionsEffect } from "../rdd/operators/effectful.ts"
import type { RDD } from "../rdd/rdd.ts"

/** A failure that a test has asked for. */
export class InjectedFault extends Data.Error<{
  /** What failed: an operator, an output or a receiver. */
  readonly where: "operator" | "output" | "receiver"
  /** The batch time in milliseconds since the epoch; undefined for receivers. */
  readonly time: number | undefined
  /** The index of the partition; undefined for outputs and receivers. */
  readonly partition: number | undefined
  /** The number of the attempt: 0 for the first, then 1, 2, … */
  readonly attempt: number
}> {
  readonly _tag = "InjectedFault" as const
  override get message(): string {
    const time = this.time === undefined ? "" : ` at ${this.time} ms`
    const partition = this.partition === undefined ? "" : `, partition ${this.partition}`
    return `injected fault: ${this.where}${time}${partition}, attempt ${this.attempt}`
  }
}

/** Where and how often to fail. */
export interface Fault {
  /**
   * The time of the batch to fail in, in milliseconds since the epoch. Default: all batches. In a test with the default
   * options, the n-th batch has the time n * 1000.
   */
  readonly time?: number | undefined
  /** The index of the partition to fail in. Default 0. Other partitions succeed. */
  readonly partition?: number | undefined
  /** The number of attempts that fail before one succeeds. Default 1. With `Infinity`, all attempts fail. */
  readonly attempts?: number | undefined
}

const applies = (faultTime: number | undefined, time: number): boolean => faultTime === undefined || faultTime === time

/**
 * Makes a stream fail with {@link InjectedFault} when one of its partitions is computed. Attempts are counted for each
 * batch of a run.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Schedule } from "effect"
 *
 * const seen: Array<number> = []
 * const output = Testing.input([[1], [2]]).pipe(
 *   Testing.failAt({ time: 2000, attempts: 2 }),
 *   DStream.foreachPartition((records) => Effect.sync(() => void seen.push(...records))),
 * )
 * const failed = await Effect.runPromise(Testing.runOutputs([output]))
 * assert.deepEqual([seen, failed.exit._tag], [[1], "Failure"])
 *
 * const retried = DStream.onFailure(output, OutputPolicy.retry(Schedule.recurs(2)))
 * const { exit } = await Effect.runPromise(Testing.runOutputs([retried]))
 * assert.deepEqual([seen, exit._tag], [[1, 1, 2], "Success"])
 * ```
 */
export const failAt = (
  fault: Fault,
): <A, E, R>(self: DStream<A, E, R>) => DStream<A, E | InjectedFault, R> =>
<A, E, R>(self: DStream<A, E, R>) => {
  const { attempts = 1, partition = 0 } = fault
  const body = Effect.gen(function* () {
    const { time } = yield* Batch
    const rdd: RDD<A, E, R> = yield* self
    if (!applies(fault.time, time)) return rdd
    // A stream is a value and may run several times, so each RDD counts its own attempts.
    let attemptsSoFar = 0
    return mapPartitionsEffect(
      rdd,
      (records: ReadonlyArray<A>, index: number): Effect.Effect<ReadonlyArray<A>, InjectedFault> =>
        Effect.suspend(() => {
          if (index !== partition) return Effect.succeed(records)
          const attempt = attemptsSoFar++
          return attempt < attempts
            ? Effect.fail(new InjectedFault({ where: "operator", time, partition, attempt }))
            : Effect.succeed(records)
        }),
      { preservesPartitioning: true },
    )
  })
  return make("failAt", [self], [], () => body) as DStream<A, E | InjectedFault, R>
}

/**
 * Makes a function for `foreachRDD` that fails with {@link InjectedFault} before it does anything.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const sums: Array<number> = []
 * const save = (rdd: RDD.RDD<number>) => Effect.map(RDD.fold(rdd, 0, (a, b) => a + b), (sum) => void sums.push(sum))
 * const output = DStream.foreachRDD(Testing.input([[1, 2], [3], [4]]), Testing.failingOutput({ time: 2000 }, save))
 * await Effect.runPromise(Testing.runOutputs([DStream.onFailure(output, OutputPolicy.skip)]))
 * assert.deepEqual(sums, [3, 4])
 * ```
 */
export const failingOutput = <A, E, R, E2, R2>(
  fault: Omit<Fault, "partition">,
  f: (rdd: RDD<A, E, R>, info: OutputInfo) => Effect.Effect<unknown, E2, R2>,
): (rdd: RDD<A, E, R>, info: OutputInfo) => Effect.Effect<unknown, E2 | InjectedFault, R2> =>
(rdd, info) => {
  const { attempt, time } = info
  return applies(fault.time, time) && attempt < (fault.attempts ?? 1)
    ? Effect.fail(new InjectedFault({ where: "output", time, partition: undefined, attempt }))
    : f(rdd, info)
}

/**
 * Makes the first `starts` starts of a receiver fail with {@link InjectedFault}. The receiver is then restarted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Receiver } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const greeting = Receiver.make({
 *   name: "Greeting",
 *   onStart: (store: Receiver.Store<string>) => store.block(["hello"]),
 *   restartDelay: "1 second",
 * })
 * const words = DStream.receiverStream(Testing.failingStarts(1, greeting))
 * const batches = await Effect.runPromise(Testing.run(words, { batches: 3 }))
 * assert.deepEqual(batches.flat(), ["hello"])
 * ```
 */
export const failingStarts = <A, E, R>(
  starts: number,
  receiver: Receiver<A, E, R>,
): Receiver<A, E | InjectedFault, R> => {
  let attempt = 0
  return {
    ...receiver,
    onStart: (store) =>
      Effect.suspend((): ReturnType<Receiver<A, E | InjectedFault, R>["onStart"]> =>
        attempt < starts
          ? Effect.fail(
            new InjectedFault({ where: "receiver", time: undefined, partition: undefined, attempt: attempt++ }),
          )
          : receiver.onStart(store)
      ),
  }
}
