/**
 * Where a run begins: at the next tick, or behind the batches of an earlier process.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { currentTimeMillis } from "../core/steady_clock.ts"
import type { Allocation } from "../dstream/inputs/allocation.ts"
import { countMissed, missedBatches } from "./checkpoint/catch_up.ts"
import { firstTick } from "./scheduler.ts"

/** A batch that comes before the first tick: one that an earlier process did not end, or one that it missed. */
export interface Earlier {
  readonly time: number
  /** What the batch reads, if that had been decided. */
  readonly allocation: Allocation | undefined
}

/** Where a run begins. */
export interface Beginning {
  readonly zeroTime: number
  /** The last batch before the first one of this run. */
  readonly last: number
  readonly earlier: ReadonlyArray<Earlier>
  /** The time of the first tick. */
  readonly first: number
}

/** Returns the batch time that follows another. Some are left out between earlier batches. */
export const batchAfter = (
  { earlier, first }: Pick<Beginning, "earlier" | "first">,
  batchDuration: number,
  time: number,
): number => {
  if (time >= first) return time + batchDuration
  return earlier.find((each) => each.time > time)?.time ?? first
}

/** Where a run without an earlier one begins: the first batch is due at the next tick. */
export const fresh = (batchDuration: number): Effect.Effect<Beginning> =>
  Effect.map(currentTimeMillis, (now) => {
    const first = firstTick(now, batchDuration)
    return { zeroTime: first - batchDuration, last: first - batchDuration, earlier: [], first }
  })

/** What an earlier process has left. */
export interface Left {
  readonly directory: string
  readonly zeroTime: number
  readonly batchDuration: number
  /** The last batch that was allocated. */
  readonly lastTime: number
  /** The batches that were allocated and have not ended. */
  readonly pending: ReadonlyArray<Allocation>
  /** The slides of all streams, in milliseconds. */
  readonly slides: ReadonlyArray<number>
  /** The most missed batches to make up for. */
  readonly catchUp: number
}

/** Where a run goes on. Batches that were pending come first, then those that were missed. */
export const continued = (left: Left): Effect.Effect<Beginning> =>
  Effect.gen(function* () {
    const { batchDuration, catchUp, directory, lastTime, pending, slides, zeroTime } = left
    const due = firstTick(yield* currentTimeMillis, batchDuration)
    const first = Math.max(due, lastTime + batchDuration)
    if (first > due) {
      yield* Effect.logWarning(
        `The clock is ${first - due} ms behind the last batch of the checkpoint in ${directory}. ` +
          "Batches go on when it has caught up",
      )
    }
    const downtime = { zeroTime, batchDuration, slides, last: lastTime, first, most: catchUp }
    const missed = missedBatches(downtime)
    const leftOut = countMissed(downtime) - missed.length
    if (leftOut > 0) {
      yield* Effect.logWarning(
        `${leftOut} of ${leftOut + missed.length} batches that were missed are left out; ` +
          "the first one that runs gets what was received meanwhile. To run more of them: checkpoint(directory, { catchUp: … })",
      )
    }
    const earlier: ReadonlyArray<Earlier> = [
      ...pending.toSorted((a, b) => a.time - b.time).map((allocation) => ({ time: allocation.time, allocation })),
      ...missed.map((time) => ({ time, allocation: undefined })),
    ]
    return { zeroTime, last: (earlier[0]?.time ?? first) - batchDuration, earlier, first }
  })
