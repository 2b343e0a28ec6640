/**
 * How many records a batch may take from all inputs together.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { currentTimeMillis } from "../core/steady_clock.ts"
import { type Backpressure, RateEstimator, SHORT } from "./rate_estimator.ts"
import { NO_WINDOWS, type Records, WindowLoad, type WindowShape } from "./window_load.ts"

/** A batch that has been allocated and has not ended. */
interface Pending {
  readonly time: number
  readonly records: number
  /** The record counts on which the processing time depends, if a slide ends with this batch. For other batches no time is predicted. */
  readonly work: Records | undefined
  /** On the monotonic clock, in milliseconds. */
  readonly allocatedAt: number
  /** How long after its batch time the batch was allocated, in milliseconds. */
  readonly lateness: number
}

/** How much of the predicted wait of a batch is taken off its interval. All of it would make the sizes of batches jump. */
const CORRECTION = 0.5

const monotonic = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/**
 * Bounds batches by the rate that is estimated from the batches that have ended, and by the work of those that have
 * not. A batch that would have to wait for others takes less, so that a context that falls behind does not allocate more
 * and more.
 *
 * Where streams slide by several batches, slides take the place of batches: they are measured as a whole, and the batches
 * of a slide are not made smaller because the long batch at the end of the slide before delays them.
 */
export class BatchBound {
  readonly #interval: number
  readonly #minimum: number
  readonly #shape: WindowShape
  readonly #load: WindowLoad
  readonly #estimator: RateEstimator | undefined
  /** In the order of their times. The first one runs. */
  #pending: Array<Pending> = []
  #lastEnd = -Infinity
  /** How long the batches of the current slide have taken. Undefined if one of them has failed. */
  #processed: number | undefined = 0
  /** How many slides have been measured. */
  #slides = 0
  /** The most that the rate may be at first. It grows until the longest window is full, or a slide has taken long. */
  #firstRate = Infinity
  #shortBatches = 0

  /** `interval` in milliseconds. Without options there is no bound. */
  constructor(interval: number, options: Backpressure | undefined, shape: WindowShape = NO_WINDOWS) {
    this.#interval = interval
    this.#shape = shape
    this.#load = new WindowLoad(shape)
    this.#minimum = options === undefined ? 0 : options.minRate * interval / 1000
    if (options === undefined) return
    // Each slide of a window may process the records again.
    const initialRate = options.initialRate / shape.slides
    this.#estimator = new RateEstimator(interval * shape.slide, { ...options, initialRate })
    this.#firstRate = this.#estimator.rate
  }

  /** Whether batches take as long as the interval or nearly so, or would if their windows were full. */
  get isBehind(): boolean {
    return this.#estimator?.isBehind ?? false
  }

  /** The bound of the batch at a time, which is allocated now; `Infinity` if there is none. At least 1. */
  next(time: number): Effect.Effect<number> {
    return Effect.map(Clock.Clock, (clock) => this.#next(time, monotonic(clock)))
  }

  /** Adds a batch that has been allocated. */
  allocated(time: number, records: number): Effect.Effect<void> {
    return Effect.zipWith(Clock.Clock, currentTimeMillis, (clock, now) => {
      const work = this.#load.add(records)
      this.#pending.push({
        time,
        records,
        work: this.#shape.slideEnd(time) === time ? work : undefined,
        allocatedAt: monotonic(clock),
        lateness: Math.max(0, now - time),
      })
    })
  }

  /** Removes a batch that has ended. The estimate takes only those into account that ended well. */
  ended(time: number, isCommitted: boolean): Effect.Effect<void> {
    return Effect.map(Clock.Clock, (clock) => {
      const batch = this.#pending.find((each) => each.time === time)
      if (batch === undefined) return
      const endTime = monotonic(clock)
      const start = this.#startOf(batch)
      this.#pending = this.#pending.filter((each) => each !== batch)
      this.#lastEnd = endTime
      const delay = endTime - start
      const processed = isCommitted && this.#processed !== undefined ? this.#processed + delay : undefined
      this.#processed = batch.work === undefined ? processed : 0
      if (processed === undefined) return
      const isShort = processed < SHORT * this.#interval
      if (isShort && ++this.#shortBatches % 2 === 0) this.#firstRate *= GROWTH
      if (batch.work === undefined) return
      if (!isShort) this.#firstRate = Infinity
      this.#slides += 1
      const schedulingDelay = batch.lateness + start - batch.allocatedAt
      this.#estimator?.add({
        ...this.#load.steady(batch.work, processed),
        endTime,
        schedulingDelay: schedulingDelay * this.#load.promptness,
      })
    })
  }

  #startOf({ allocatedAt }: Pending): number {
    return Math.max(allocatedAt, this.#lastEnd)
  }

  #next(time: number, now: number): number {
    if (this.#estimator === undefined || this.#estimator.rate === Infinity) return Infinity
    const { capacity } = this.#estimator
    const rate = this.#slides < this.#shape.slides
      ? Math.min(this.#slides === 0 ? Infinity : this.#estimator.rate, this.#firstRate)
      : this.#estimator.rate
    const [running, ...waiting] = this.#pending
    if (running === undefined) return this.#bound(rate, 0)
    const elapsed = now - this.#startOf(running)
    // A batch that took much and has not ended when it should have: its rate is lower than the estimate.
    const isFull = running.records >= SHARE_OF_FULL * rate * this.#interval
    const expected = Math.max(running.records, this.#loadOf(running))
    const speed = isFull && elapsed * capacity > expected ? expected / elapsed : capacity
    // Nothing is known yet: whether there will be time for more shows when the first batch ends.
    if (isFull && this.#lastEnd === -Infinity) return this.#bound(rate, Infinity)
    const records = waiting.reduce((sum, batch) => sum + this.#loadOf(batch), 0)
    const left = Math.max(0, this.#loadOf(running) / speed - elapsed) + records / speed
    return this.#bound(Math.min(rate, speed), Math.max(0, left - (this.#shape.slideEnd(time) - time)))
  }

  #loadOf({ work }: Pending): number {
    return work === undefined ? 0 : this.#load.of(work)
  }

  /** `wait` is how late the work at the end of the slide will begin. Its batches make up for it, but not in one slide. */
  #bound(rate: number, wait: number): number {
    const correction = CORRECTION * wait * this.#load.promptness / this.#shape.slide
    const records = rate * Math.max(0, this.#interval - correction)
    return Math.max(1, Math.floor(Math.max(records, this.#minimum) + ROUNDING))
  }
}

/**
 * How much the rate may grow with every second batch before windows are full. Between two batches of the same size, only the
 * windows grow, so their costs differ by what windows add. If each batch were larger than the one before, nothing would tell
 * the cost of windows from that of batches.
 */
const GROWTH = 8

/** The part of its bound that a batch must have taken to show how fast it is. */
const SHARE_OF_FULL = 0.5

/** Rates are quotients, so whole numbers may come out slightly lower. */
const ROUNDING = 1e-6
