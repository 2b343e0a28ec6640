/**
 * Virtual time that moves for batches: as far as their sleeps need it, and no further.
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
import { InBatch } from "../streaming/inside.ts"
import type { Runtime } from "../streaming/runtime.ts"

/** A batch does not end, however much time it is given. */
export class BatchStuck extends Data.Error<{ readonly batchTime: number; readonly intervals: number }> {
  readonly _tag = "BatchStuck" as const
  override get message(): string {
    return `Testing.advance: batch ${this.batchTime} ms has not ended after ${this.intervals} intervals of virtual time; ` +
      "something in it never returns"
  }
}

/** When the sleeps of batches end, and who waits for one to begin. */
interface Sleeps {
  readonly ends: Set<{ readonly at: number }>
  begun: Deferred.Deferred<void>
}

const sleepsOf = new WeakMap<Clock.Clock, Sleeps>()

/** Makes a test clock tell of the sleeps of batches. */
const tell = (clock: Clock.Clock): void => {
  const sleeps: Sleeps = { ends: new Set(), begun: Deferred.makeUnsafe() }
  const { sleep } = clock
  const told = (duration: Duration.Duration): Effect.Effect<void> => {
    const end = { at: clock.currentTimeMillisUnsafe() + Duration.toMillis(duration) }
    sleeps.ends.add(end)
    const { begun } = sleeps
    sleeps.begun = Deferred.makeUnsafe()
    Deferred.doneUnsafe(begun, Effect.void)
    return Effect.ensuring(sleep(duration), Effect.sync(() => sleeps.ends.delete(end)))
  }
  sleepsOf.set(clock, sleeps)
  // In place: a clock is known by its identity, and so is the live clock behind it.
  Object.assign(clock, {
    sleep: (duration: Duration.Duration) =>
      Effect.flatMap(InBatch, (inBatch) => inBatch ? told(duration) : sleep(duration)),
  })
}

/** A clock that moves only when told to, from the given time on. */
export const layer = (start: number): Layer.Layer<never> => {
  const set = Effect.andThen(Effect.map(Clock.Clock, tell), TestClock.setTime(start))
  return Layer.provideMerge(Layer.effectDiscard(set), TestClock.layer()) as Layer.Layer<never>
}

/** Real time that a batch gets for real work: at first, and then for each interval; in milliseconds. */
const PATIENCE = { first: 3_000, more: 100, near: 2, far: 50 } as const
/** When a batch is given up: after so many intervals if it does real work or nothing, or so many sleeps as well. */
const LIMITS = { idle: 20, intervals: 20, sleeps: 1_000 } as const

/**
 * Waits for a batch. While it sleeps, the clock goes on from one of its sleeps to the next; ticks that come due then wait for
 * their turn as they would in real time. Dies with {@link BatchStuck} where that does not help.
 */
export const untilEnded: (runtime: Runtime, batchTime: number) => Effect.Effect<void> = Effect.fnUntraced(
  function* (runtime: Runtime, batchTime: number) {
    const clock = yield* Clock.Clock
    const { batchDuration } = runtime.run
    const isDone = () => runtime.results.has(batchTime) || Deferred.isDoneUnsafe(runtime.stopped)
    const begin = clock.currentTimeMillisUnsafe()
    const live = (millis: number, other: Effect.Effect<void> = Effect.never) =>
      Effect.raceFirst(Effect.raceFirst(runtime.until(isDone), other), TestClock.withLive(Effect.sleep(millis)))
    let steps = 0
    let idle = 0
    while (!isDone()) {
      const sleeps = sleepsOf.get(clock)
      const now = clock.currentTimeMillisUnsafe()
      const next = Array.from(sleeps?.ends ?? []).reduce((least, { at }) => Math.min(least, at), Infinity)
      const intervals = Math.floor((now - begin) / batchDuration)
      if (idle > LIMITS.idle || (steps > LIMITS.sleeps && intervals > LIMITS.intervals)) {
        return yield* Effect.die(new BatchStuck({ batchTime, intervals }))
      }
      if (next !== Infinity) {
        // It may do real work under a time limit.
        yield* live(next - now > batchDuration ? PATIENCE.far : PATIENCE.near)
        if (isDone() || !Array.from(sleeps?.ends ?? []).some(({ at }) => at === next)) continue
        steps++
        yield* TestClock.adjust(next - now)
        continue
      }
      const begun = sleeps === undefined ? Effect.never : Deferred.await(sleeps.begun)
      yield* live(idle === 0 ? PATIENCE.first : PATIENCE.more, begun)
      if (isDone() || (sleeps !== undefined && sleeps.ends.size > 0)) continue
      idle++
      yield* TestClock.adjust(batchDuration)
    }
  },
)
