/**
 * What all windows share: which batches one covers, what is wrong with its durations, and the RDDs that it looks back at.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import { toMillis } from "../../core/durations.ts"
import * as Rdd from "../../rdd/operators/persistence.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { Batch } from "../batch.ts"
import { type AnyDStream, type DStream, lift, type NodeOptions } from "../dstream.ts"

/** How often a window is taken. */
export interface WindowOptions {
  /** The time from one window to the next: the slide of the stream. A multiple of that. */
  readonly slide?: Duration.Input | undefined
}

/** A window's durations, as they were given. */
export interface Frame {
  /** Milliseconds; NaN where what was given is no duration, which stops the graph from being started. */
  readonly window: number
  /** Milliseconds; undefined: that of the stream. */
  readonly slide: number | undefined
  readonly check: (batchDuration: number) => ReadonlyArray<string>
}

/** Spark has two texts for the same rule: one for windows, one for those that are reduced with an inverse. */
const rules = {
  windowed: { name: "windowed DStream", must: "must be a multiple" },
  reduced: { name: "ReducedWindowedDStream", must: "must be multiple" },
} as const

/** Reads the durations of a window over `parent`. */
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

/** What a node needs that looks back over a frame. */
export const looking = ({ slide, window }: Frame): NodeOptions => ({
  slideDuration: slide,
  lookBack: Number.isNaN(window) ? 0 : window,
})

/**
 * The stream with its RDDs kept once computed: windows that overlap compute each of them once. So it is where the user has
 * persisted the stream already, which may have been with a level that keeps nothing.
 */
export const kept = <A, E, R>(self: DStream<A, E, R>): DStream<A, E, R> =>
  lift("persist", self, (rdd) => Rdd.persist(rdd), { keeps: "whileNeeded" })

/** The times in (from, to] at which a stream may have an RDD, oldest first. Both ends are multiples of its slide. */
const times = (stream: AnyDStream, { batchDuration, zeroTime }: Batch, from: number, to: number): Array<number> => {
  const slide = stream.slideDuration ?? batchDuration
  const found: Array<number> = []
  for (let time = Math.max(from, zeroTime) + slide; time <= to; time += slide) found.push(time)
  return found
}

/**
 * The RDDs that a stream had at the times in (from, to], oldest first; that of the current batch once the stream has been
 * evaluated in it. The times before are done: what is looked back at is evaluated in every batch. Those of batches that could not be made are not there,
 * and those of batches that could not be computed are empty.
 */
export const recalled = (stream: AnyDStream, batch: Batch, from: number, to: number): ReadonlyArray<AnyRDD> =>
  times(stream, batch, from, to).flatMap((time) => batch.at(time).recall(stream) ?? [])
