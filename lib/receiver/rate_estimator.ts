/**
 * Estimates how many records a second can be processed, from the batches that have ended. Spark: `PIDRateEstimator`.
 *
 * @module
 */

/** The parameters of back-pressure. */
export interface BackpressureSettings {
  /** The weight of the last error, 0 or more: 1. Spark: `spark.streaming.backpressure.pid.proportional`. */
  readonly proportional?: number | undefined
  /**
   * The weight of the accumulated error, which is the backlog, 0 or more: 0.2. Spark:
   * `spark.streaming.backpressure.pid.integral`.
   */
  readonly integral?: number | undefined
  /** The weight of the change of the error, 0 or more: 0. Spark: `spark.streaming.backpressure.pid.derived`. */
  readonly derived?: number | undefined
  /**
   * Records per second of all inputs together that batches may take however slow they are, above 0: 10. Spark:
   * `spark.streaming.backpressure.pid.minRate`, which is 100.
   */
  readonly minRate?: number | undefined
  /**
   * Records per second of all inputs together that batches may take before one has ended, above 0: 1,000. Divided by
   * the slides of the longest window, 30 at most, each of which may process a record again. Spark:
   * `spark.streaming.backpressure.initialRate`, without a default.
   */
  readonly initialRate?: number | undefined
}

/** The parameters of back-pressure, with their defaults. */
export type Backpressure = { readonly [K in keyof BackpressureSettings]-?: number }

/** The defaults of back-pressure. */
export const BACKPRESSURE: Backpressure = {
  proportional: 1,
  integral: 0.2,
  derived: 0,
  minRate: 10,
  initialRate: 1_000,
}

/** A batch that has ended well. Times are in milliseconds. */
export interface EndedBatch {
  readonly endTime: number
  readonly records: number
  readonly processingDelay: number
  /** How long after its batch time the batch began to run. */
  readonly schedulingDelay: number
}

/** A batch that takes less than this fraction of the interval does not show how much can be processed. */
export const SHORT = 0.5

/** The estimate. Rates are in records per millisecond. */
export class RateEstimator {
  readonly #interval: number
  readonly #options: Backpressure
  #rate: number
  #capacity: number
  #error = 0
  #endTime: number | undefined
  #isBehind = false

  /** `interval` in milliseconds. */
  constructor(interval: number, options: Backpressure) {
    this.#interval = interval
    this.#options = options
    this.#rate = Math.max(options.initialRate, options.minRate) / 1000
    this.#capacity = this.#rate
  }

  /** The rate at which batches should take records, so that those that have been received too early are made up for. */
  get rate(): number {
    return this.#rate
  }

  /** The rate at which records are processed. */
  get capacity(): number {
    return this.#capacity
  }

  /** Whether the last batch took so long that its rate is the most that can be processed. */
  get isBehind(): boolean {
    return this.#isBehind
  }

  /**
   * Adds a batch. Batches without records tell nothing. A short batch raises the estimate but never lowers it: much of
   * its time does not depend on how many records there are. Batches that take no time, as in virtual time, lift the bound.
   */
  add({ endTime, processingDelay, records, schedulingDelay }: EndedBatch): void {
    if (records === 0) return
    const { derived, integral, minRate, proportional } = this.#options
    this.#isBehind = processingDelay >= SHORT * this.#interval
    const measured = records / processingDelay
    const old = Number.isFinite(this.#rate) ? this.#rate : measured
    const error = old - measured
    const backlog = schedulingDelay * measured / this.#interval
    const seconds = this.#endTime === undefined ? 0 : (endTime - this.#endTime) / 1000
    const change = seconds > 0 ? (error - this.#error) / seconds : 0
    const rate = Math.max(old - proportional * error - integral * backlog - derived * change, minRate / 1000)
    if (!Number.isFinite(measured)) this.#rate = this.#capacity = Infinity
    else if (this.#isBehind) [this.#rate, this.#capacity] = [rate, measured]
    else [this.#rate, this.#capacity] = [Math.max(rate, this.#rate), Math.max(measured, this.#capacity)]
    this.#error = Number.isFinite(error) ? error : 0
    this.#endTime = endTime
  }
}
