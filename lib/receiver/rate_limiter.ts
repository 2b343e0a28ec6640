/**
 * The rate limit of a receiver: a token bucket on the monotonic clock.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

/**
 * Limits the number of records per second.
 *
 * The bucket holds one second's worth of records, or one record if the rate is lower. A request for more records than
 * the bucket holds passes when the bucket is full, and later requests wait until the bucket has recovered. Waiting
 * requests are served in the order in which they came.
 */
export class RateLimiter {
  readonly #clock: Clock.Clock
  readonly #maxRate: number
  readonly #turn = Semaphore.makeUnsafe(1)
  /** Completed when the rate changes, so that the request whose turn it is computes its wait again. */
  #changed = Deferred.makeUnsafe<void>()
  #rate: number
  /** Negative after a request for more records than the bucket held. */
  #tokens = 1
  #refilledAt: bigint
  #waiting = 0

  /** `maxRate` is in records per second. Without it, or if it is not positive, there is no limit. */
  constructor(clock: Clock.Clock, maxRate?: number) {
    this.#clock = clock
    this.#maxRate = maxRate === undefined || maxRate <= 0 ? Infinity : maxRate
    this.#rate = this.#maxRate
    this.#refilledAt = clock.monotonicTimeNanosUnsafe()
  }

  /** The current limit in records per second; `Infinity` if there is none. */
  get rate(): number {
    return this.#rate
  }

  /** Sets the limit, at most the maximum. Ignores rates that are not positive. Waiting requests follow it at once. */
  updateRate(rate: number): void {
    if (rate > 0) this.#setRate(Math.min(rate, this.#maxRate))
  }

  /** Removes the limit. All waiting requests pass. */
  removeLimit(): void {
    this.#setRate(Infinity)
  }

  /** Takes permission for some records now and returns true, or returns false if the caller has to wait. */
  tryTake(records: number): boolean {
    return records === 0 || this.#rate === Infinity || (this.#waiting === 0 && this.#takeTokens(records))
  }

  /** Waits until some records may pass. */
  take(records: number): Effect.Effect<void> {
    const untilTaken: Effect.Effect<void> = Effect.suspend(() => {
      if (this.#rate === Infinity || this.#takeTokens(records)) return Effect.void
      const missing = Math.min(records, this.#bucketSize) - this.#tokens
      const pause = Effect.sleep(Math.ceil(missing / this.#rate * 1000))
      return Effect.andThen(Effect.raceFirst(pause, Deferred.await(this.#changed)), untilTaken)
    })
    return Effect.suspend(() => {
      this.#waiting++
      return Effect.ensuring(Semaphore.withPermit(this.#turn, untilTaken), Effect.sync(() => this.#waiting--))
    })
  }

  get #bucketSize(): number {
    return Math.max(this.#rate, 1)
  }

  #setRate(rate: number): void {
    this.#refill()
    this.#rate = rate
    this.#tokens = Math.min(this.#tokens, this.#bucketSize)
    const changed = this.#changed
    this.#changed = Deferred.makeUnsafe()
    Deferred.doneUnsafe(changed, Effect.void)
  }

  #refill(): void {
    const now = this.#clock.monotonicTimeNanosUnsafe()
    if (this.#rate !== Infinity) {
      this.#tokens = Math.min(this.#bucketSize, this.#tokens + Number(now - this.#refilledAt) * this.#rate / 1e9)
    }
    this.#refilledAt = now
  }

  #takeTokens(records: number): boolean {
    this.#refill()
    // The tolerance is for rounding: fractions of a token may add up to slightly less than a whole one.
    if (this.#tokens + 1e-6 < Math.min(records, this.#bucketSize)) return false
    this.#tokens -= records
    return true
  }
}

/** Makes a rate limiter on the current clock. `maxRate` is in records per second. */
export const make = (maxRate?: number): Effect.Effect<RateLimiter> =>
  Effect.map(Clock.Clock, (clock) => new RateLimiter(clock, maxRate))
