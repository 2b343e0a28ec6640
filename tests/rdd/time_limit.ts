/** Helpers for actions with a time limit, under virtual time. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Latch from "effect/Latch"
import * as TestClock from "effect/testing/TestClock"
import type { Tupled } from "../../lib/core/tupled.ts"
import { mapPartitionsEffect, type RDD } from "../../lib/rdd.ts"

/** Runs all fibers until they wait for something. */
export const runPending: Effect.Effect<void> = Effect.forEach(Array(200), () => Effect.yieldNow, { discard: true })

/** Runs an action with a time limit of one minute. The minute passes as soon as the action waits for something. */
export const runUntilTimeout = <A, E, R>(action: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(action)
    yield* runPending
    yield* TestClock.adjust("1 minute")
    return yield* Fiber.join(fiber)
  }).pipe(Effect.provide(TestClock.layer()))

/** Makes the partitions in `held` wait for a latch, and logs which partitions begin, end, and are interrupted. */
export const holdPartitions = <A extends Tupled, E, R>(
  self: RDD<A, E, R>,
  held: ReadonlyArray<number>,
  gate: Latch.Latch,
  log: Array<string> = [],
): RDD<A, E, R> =>
  mapPartitionsEffect(self, (part, i) =>
    Effect.suspend(() => {
      log.push(`begin ${i}`)
      return held.includes(i) ? gate.await : Effect.void
    }).pipe(
      Effect.andThen(Effect.sync(() => log.push(`end ${i}`))),
      Effect.onInterrupt(() => Effect.sync(() => log.push(`interrupted ${i}`))),
      Effect.as(part),
    ))
