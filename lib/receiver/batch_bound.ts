/**
 * How many records a batch may take from all inputs together.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { currentTimeMillis } from "../core/steady_clock.ts"
import { type Backpressure, RateEstimator } from "./rate_estimator.ts"

/** A batch that has been allocated and has not ended. */
interface Pending {
  readonly time: number
  readonly records: number
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
 */
export class BatchBound {
  readonly #interval: number
  readonly #minimum: number
  readonly #span: number
  readonly #isSlideEnd: (time: number) => boolean
  readonly #estimator: RateEstimator | undefined
  /** In the order of their times. The first one runs. */
  #pending: Array<Pending> = []
  #lastEnd = -Infinity

  /**
   * `interval` in milliseconds. Without options there is no bound. `span` is the longest slide in the graph, in
   * intervals. `isSlideEnd` tells whether streams with that slide are computed in the batch of a time.
   */
  constructor(
    interval: number,
    options: Backpressure | undefined,
    span: number = 1,
    isSlideEnd: (time: number) => boolean = () => true,
  ) {
    this.#span = span
    this.#isSlideEnd = isSlideEnd
    this.#interval = interval
    this.#minimum = options === undefined ? 0 : options.minRate * interval / 1000
    this.#estimator = options === undefined ? undefined : new RateEstimator(interval, options, span)
  }

  /** Whether batches take as long as the interval or nearly so. */
  get isBehind(): boolean {
    return this.#estimator?.isBehind ?? false
  }

  /** The bound of a batch that is allocated now; `Infinity` if there is none. At least 1. */
  get next(): Effect.Effect<number> {
    return Effect.map(Clock.Clock, (clock) => this.#next(monotonic(clock)))
  }

  /** Adds a batch that has been allocated. */
  allocated(time: number, records: number): Effect.Effect<void> {
    return Effect.zipWith(Clock.Clock, currentTimeMillis, (clock, now) => {
      this.#pending.push({ time, records, allocatedAt: monotonic(clock), lateness: Math.max(0, now - time) })
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
      if (!isCommitted) return
      const schedulingDelay = batch.lateness + start - batch.allocatedAt
      this.#estimator?.add({
        endTime,
        records: batch.records,
        processingDelay: endTime - start,
        schedulingDelay,
        isSlideEnd: this.#isSlideEnd(time),
      })
    })
  }

  #startOf({ allocatedAt }: Pending): number {
    return Math.max(allocatedAt, this.#lastEnd)
  }

  #next(now: number): number {
    if (this.#estimator === undefined || this.#estimator.rate === Infinity) return Infinity
    const { capacity, rate } = this.#estimator
    const [running, ...waiting] = this.#pending
    if (running === undefined) return this.#bound(rate, 0)
    const elapsed = now - this.#startOf(running)
    // A batch that took much and has not ended when it should have: its rate is lower than the estimate.
    const isFull = running.records >= SHARE_OF_FULL * rate * this.#interval
    const expected = running.records * this.#span
    const speed = isFull && elapsed * capacity > expected ? expected / elapsed : capacity
    // Nothing is known yet: whether there will be time for more shows when the first batch ends.
    if (isFull && this.#lastEnd === -Infinity) return this.#bound(rate, Infinity)
    const records = waiting.reduce((sum, batch) => sum + batch.records, 0)
    const wait = Math.max(0, running.records / speed - elapsed) + records / speed
    return this.#bound(Math.min(rate, speed), wait)
  }

  #bound(rate: number, wait: number): number {
    const records = rate * Math.max(0, this.#interval - CORRECTION * wait / this.#span)
    return Math.max(1, Math.floor(Math.max(records, this.#minimum) + ROUNDING))
  }
}

/** The part of its bound that a batch must have taken to show how fast it is. */
const SHARE_OF_FULL = 0.5

/** Rates are quotients, so whole numbers may come out slightly lower. */
const ROUNDING = 1e-6
