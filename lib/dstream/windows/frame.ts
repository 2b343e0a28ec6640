/**
 * What all windows share: their durations and the checks of these, and the RDDs that they look back at.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import { toMillis } from "../../core/durations.ts"
import * as Rdd from "../../rdd/operators/persistence.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { Batch } from "../batch.ts"
import { type AnyDStream, type DStream, lift, type NodeOptions } from "../dstream.ts"

/** Options of all windows. */
export interface WindowOptions {
  /** The time from one window to the next, a multiple of the slide of the stream. Default: the slide of the stream. */
  readonly slide?: Duration.Input | undefined
}

/** The durations of a window. */
export interface Frame {
  /** The duration in milliseconds. NaN if the given one is invalid; `check` reports that before the context starts. */
  readonly window: number
  /** The slide in milliseconds. Undefined if it is the batch interval. */
  readonly slide: number | undefined
  /** Lists what is wrong with the durations, given the batch interval in milliseconds. */
  readonly check: (batchDuration: number) => ReadonlyArray<string>
}

/** Spark has two texts for the same rule: one for windows, and one for windows that are reduced with an inverse. */
const rules = {
  windowed: { name: "windowed DStream", must: "must be a multiple" },
  reduced: { name: "ReducedWindowedDStream", must: "must be multiple" },
} as const

/** Parses the durations of a window over `parent`. */
export const frame = (
  kind: keyof typeof rules,
  parent: AnyDStream,
  windowDuration: Duration.Input,
  slide: Duration.Input | undefined,
): Frame => {
  const { name, must } = rules[kind]
  const given = [["window", windowDuration], ["slide", slide]] as const
  const check = (batchDuration: number) => {
    const unit = parent.slideDuration ?? batchDuration
    return given.flatMap(([which, input]) => {
      if (input === undefined) return []
      const millis = toMillis(input)
      if (millis === undefined) {
        return [`The ${which} duration of ${name} (${String(input)}) must be a positive whole number of milliseconds`]
      }
      if (millis % unit === 0) return []
      return [
        `The ${which} duration of ${name} (${millis} ms) ${must} of the slide duration of parent DStream (${unit} ms)`,
      ]
    })
  }
  return {
    window: toMillis(windowDuration) ?? NaN,
    slide: slide === undefined ? parent.slideDuration : toMillis(slide),
    check,
  }
}

/** The options of an operator that looks back over a window. */
export const looking = ({ slide, window }: Frame): NodeOptions => ({
  slideDuration: slide,
  lookBack: Number.isNaN(window) ? 0 : window,
})

/**
 * Makes a kept stream of a window's parent, so that overlapping windows compute each RDD once. It also persists streams
 * that the user has persisted, because the user's storage level may store nothing. What has no room in memory goes to files:
 * batches that have ended are not computed again.
 */
export const kept = <A, E, R>(self: DStream<A, E, R>): DStream<A, E, R> =>
  lift("persist", self, [], (rdd) => Rdd.persist(rdd, "MEMORY_AND_DISK"), { keeps: "whileNeeded" })

/** The times in (from, to] at which a stream may have an RDD, oldest first. Both must be multiples of its slide. */
const times = (stream: AnyDStream, { batchDuration, zeroTime }: Batch, from: number, to: number): Array<number> => {
  const slide = stream.slideDuration ?? batchDuration
  const found: Array<number> = []
  for (let time = Math.max(from, zeroTime) + slide; time <= to; time += slide) found.push(time)
  return found
}

/**
 * Looks up the RDDs that a kept stream has at the times in (from, to], oldest first. Evaluate the stream in the current
 * batch first; in earlier batches it was evaluated then. Batches whose evaluation failed have no RDD, and batches whose
 * computation failed have an empty one.
 */
export const recalled = (stream: AnyDStream, batch: Batch, from: number, to: number): ReadonlyArray<AnyRDD> =>
  times(stream, batch, from, to).flatMap((time) => batch.at(time).recall(stream) ?? [])
