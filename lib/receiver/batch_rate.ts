/**
 * The rate limit of a receiver, as a bound of its batches.
 *
 * @module
 */

/**
 * Bounds the records of each batch by the rate times the batch interval, rounded down.
 *
 * The rate limiter of a receiver cannot do so: it lets bursts pass that are long compared to the interval, and chunks
 * that are larger than the limit. If the rate gives less than one record a batch, batches without a record pass until
 * it gives one.
 */
export class BatchRate {
  readonly #perBatch: number
  /**
   * The rate for receiving, in records per second: what all batches can take, so that records do not wait longer and
   * longer. Undefined if there is no limit.
   */
  readonly maxRate: number | undefined
  /** The part of a record that may be taken, where a batch may not take a whole one. */
  #credit = 1

  /** `maxRate` in records per second, `interval` in milliseconds. */
  constructor(maxRate: number | undefined, interval: number) {
    const perBatch = maxRate === undefined ? Infinity : maxRate * interval / 1000
    const whole = Math.floor(perBatch + ROUNDING)
    this.#perBatch = whole >= 1 ? whole : perBatch
    this.maxRate = maxRate === undefined || whole < 1 ? maxRate : whole * 1000 / interval
  }

  /** How many records the next batch may take. */
  get next(): number {
    return this.#perBatch >= 1 ? this.#perBatch : this.#credit + ROUNDING >= 1 ? 1 : 0
  }

  /** A batch has been allocated, with or without records. */
  took(some: boolean): void {
    if (this.#perBatch >= 1) return
    // A batch without records must not let two of the next ones take one each.
    this.#credit = Math.min(some ? this.#credit - 1 : this.#credit, 1) + this.#perBatch
  }
}

/** Products of decimal fractions may come out slightly lower. */
const ROUNDING = 1e-6
