/**
 * Virtual time that advances as far as the sleeps of the current batch need, and no further.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { layer as fixedContextLayer } from "../core/async_context.ts"
import { currentPacing } from "../core/pace.ts"
import { InBatch } from "../streaming/inside.ts"
import type { Runtime } from "../streaming/runtime.ts"

/** A batch does not end, however far the clock advances. */
export class BatchStuck extends Data.Error<{ readonly batchTime: number; readonly intervals: number }> {
  readonly _tag = "BatchStuck" as const
  override get message(): string {
    return `Testing.advance: batch ${this.batchTime} ms has not ended after ${this.intervals} intervals of virtual time; ` +
      "something in it never returns"
  }
}

/** The sleeps of batches on one clock. */
interface Sleeps {
  /** When each sleep ends, in milliseconds since the epoch. */
  readonly ends: Set<{ readonly at: number }>
  /** Completed when the next sleep begins, and then replaced. */
  begun: Deferred.Deferred<void>
}

const sleepsOf = new WeakMap<Clock.Clock, Sleeps>()

/** Makes a test clock record the sleeps of batches. */
const tell = (clock: Clock.Clock): void => {
  const sleeps: Sleeps = { ends: new Set(), begun: Deferred.makeUnsafe() }
  const { sleep } = clock
  const told = (duration: Duration.Duration): Effect.Effect<void> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const end = { at: clock.currentTimeMillisUnsafe() + Duration.toMillis(duration) }
        sleeps.ends.add(end)
        const { begun } = sleeps
        sleeps.begun = Deferred.makeUnsafe()
        Deferred.doneUnsafe(begun, Effect.void)
        return end
      }),
      () => sleep(duration),
      (end) => Effect.sync(() => sleeps.ends.delete(end)),
    )
  sleepsOf.set(clock, sleeps)
  // Changed in place rather than wrapped: the clock is known by its identity, and so is the live clock behind it.
  Object.assign(clock, {
    sleep: (duration: Duration.Duration) =>
      Effect.flatMap(InBatch, (inBatch) => inBatch ? told(duration) : sleep(duration)),
  })
}

/** Provides a test clock that starts at the given time, in milliseconds since the epoch. */
export const layer = (start: number): Layer.Layer<never> => {
  const set = Effect.andThen(Effect.map(Clock.Clock, tell), TestClock.setTime(start))
  const clock = Layer.provideMerge(Layer.effectDiscard(set), TestClock.layer())
  // Tests run for many batches, too.
  return Layer.provideMerge(fixedContextLayer, clock) as Layer.Layer<never>
}

/**
 * Real milliseconds to wait for real work of a batch before the clock advances: when the batch does not sleep, at first
 * and before each further interval; when it sleeps, before the end of its first sleep, and of another near or far one.
 */
const REAL_TIME = { first: 3_000, more: 100, sleep: 25, near: 2, far: 50 } as const
/**
 * When a batch counts as stuck: after this many intervals in which it neither ended nor slept, or after this many
 * intervals and this many sleeps.
 */
const LIMITS = { idle: 20, intervals: 20, sleeps: 1_000 } as const

/**
 * Waits until a batch ends. While the batch sleeps, the clock advances from the end of one sleep to the next. Ticks
 * that come due meanwhile wait for their turn, as they do in real time. Dies with {@link BatchStuck} if the batch does
 * not end.
 */
export const untilEnded: (runtime: Runtime, batchTime: number) => Effect.Effect<void> = Effect.fnUntraced(
  function* (runtime: Runtime, batchTime: number) {
    const clock = yield* Clock.Clock
    const { batchDuration } = runtime.run
    const isDone = () => runtime.results.has(batchTime) || Deferred.isDoneUnsafe(runtime.stopped)
    const begin = clock.currentTimeMillisUnsafe()
    const live = (millis: number, other: Effect.Effect<void> = Effect.never) =>
      Effect.raceFirst(Effect.raceFirst(runtime.until(isDone), other), TestClock.withLive(Effect.sleep(millis)))
    const pacing = currentPacing()
    let steps = 0
    let idle = 0
    let turnedAt = NaN
    while (!isDone()) {
      const sleeps = sleepsOf.get(clock)
      const now = clock.currentTimeMillisUnsafe()
      const next = Array.from(sleeps?.ends ?? []).reduce((least, { at }) => Math.min(least, at), Infinity)
      const intervals = Math.floor((now - begin) / batchDuration)
      if (idle > LIMITS.idle || (steps > LIMITS.sleeps && intervals > LIMITS.intervals)) {
        return yield* Effect.die(new BatchStuck({ batchTime, intervals }))
      }
      if (next !== Infinity) {
        // The sleep may be the time limit of real work, which then gets the time to end.
        const near = steps === 0 ? REAL_TIME.sleep : REAL_TIME.near
        yield* live(next - now > batchDuration ? REAL_TIME.far : near)
        if (isDone() || !Array.from(sleeps?.ends ?? []).some(({ at }) => at === next)) continue
        steps++
        yield* TestClock.adjust(next - now)
        continue
      }
      const begun = sleeps === undefined ? Effect.never : Deferred.await(sleeps.begun)
      yield* live(idle === 0 ? REAL_TIME.first : REAL_TIME.more, begun)
      if (isDone() || (sleeps !== undefined && sleeps.ends.size > 0)) continue
      // A batch that computes gives the event loop its turns meanwhile.
      const isComputing = idle > 0 && pacing.turnedAt !== turnedAt
      turnedAt = pacing.turnedAt
      if (isComputing) continue
      idle++
      yield* TestClock.adjust(batchDuration)
    }
  },
)
