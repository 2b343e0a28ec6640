/**
 * The rate limit of a receiver: a token bucket on Effect's clock.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

/**
 * Lets so many records a second through, and at most one second's worth at once. More records than that in one go pass
 * when the bucket is full, and whoever comes next waits the longer. Who waits is served in order of arrival.
 */
export class RateLimiter {
  readonly #clock: Clock.Clock
  readonly #max: number
  readonly #turn = Semaphore.makeUnsafe(1)
  #changed = Deferred.makeUnsafe<void>()
  #rate: number
  #tokens = 1
  #at: number
  #waiting = 0

  /** `maxRate` in records a second; without it, or where it is not above 0, nothing is limited. */
  constructor(clock: Clock.Clock, maxRate?: number) {
    this.#clock = clock
    this.#max = maxRate === undefined || maxRate <= 0 ? Infinity : maxRate
    this.#rate = this.#max
    this.#at = clock.currentTimeMillisUnsafe()
  }

  /** The current limit in records a second; `Infinity` for none. */
  get rate(): number {
    return this.#rate
  }

  /** Sets the limit, up to the maximum. Not above 0: ignored. Who waits now goes by the new limit at once. */
  updateRate(rate: number): void {
    if (rate > 0) this.#set(Math.min(rate, this.#max))
  }

  /** Ends all limits: everybody who waits passes. */
  open(): void {
    this.#set(Infinity)
  }

  /** Lets records through at once, or not at all. */
  tryTake(records: number): boolean {
    return records === 0 || this.#rate === Infinity || (this.#waiting === 0 && this.#grab(records))
  }

  /** Waits until the records may pass. */
  take(records: number): Effect.Effect<void> {
    const wait: Effect.Effect<void> = Effect.suspend(() => {
      if (this.#rate === Infinity || this.#grab(records)) return Effect.void
      const missing = Math.min(records, this.#burst) - this.#tokens
      const pause = Effect.sleep(Math.ceil(missing / this.#rate * 1000))
      return Effect.andThen(Effect.raceFirst(pause, Deferred.await(this.#changed)), wait)
    })
    return Effect.suspend(() => {
      this.#waiting++
      return Effect.ensuring(Semaphore.withPermit(this.#turn, wait), Effect.sync(() => this.#waiting--))
    })
  }

  get #burst(): number {
    return Math.max(this.#rate, 1)
  }

  #set(rate: number): void {
    this.#refill()
    this.#rate = rate
    this.#tokens = Math.min(this.#tokens, this.#burst)
    const changed = this.#changed
    this.#changed = Deferred.makeUnsafe()
    Deferred.doneUnsafe(changed, Effect.void)
  }

  #refill(): void {
    const now = this.#clock.currentTimeMillisUnsafe()
    if (this.#rate !== Infinity) {
      this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#rate / 1000)
    }
    this.#at = now
  }

  #grab(records: number): boolean {
    this.#refill()
    // Sums of fractions may fall short of a whole token by a rounding error.
    if (this.#tokens + 1e-6 < Math.min(records, this.#burst)) return false
    this.#tokens -= records
    return true
  }
}

/** A limiter on the current clock. */
export const make = (maxRate?: number): Effect.Effect<RateLimiter> =>
  Effect.map(Clock.Clock, (clock) => new RateLimiter(clock, maxRate))
