/** Actions with a time limit, without waiting for it. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Latch from "effect/Latch"
import * as TestClock from "effect/testing/TestClock"
import type { Tupled } from "../../lib/core/tupled.ts"
import { mapPartitionsEffect, type RDD } from "../../lib/rdd.ts"

/** Lets everything run that can run now. */
export const settle: Effect.Effect<void> = Effect.forEach(Array(200), () => Effect.yieldNow, { discard: true })

/** Runs an action that has a minute, which is over when all that need not wait has been done. */
export const untilTime = <A, E, R>(action: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(action)
    yield* settle
    yield* TestClock.adjust("1 minute")
    return yield* Fiber.join(fiber)
  }).pipe(Effect.provide(TestClock.layer()))

/** Lets some partitions wait until a latch is open, and notes which have begun, and ended as they should. */
export const holding = <A extends Tupled, E, R>(
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
