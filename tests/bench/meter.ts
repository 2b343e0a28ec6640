/** Measures how fast records arrive. */
const WARM_UP_MS = 1000
const TIMED_MS = 2000

/** Measures the time per million records, after a warm-up. */
export class Meter {
  #records = 0
  #start = performance.now()
  #from: readonly [time: number, records: number] | undefined
  #to: readonly [time: number, records: number] = [0, 0]

  /** Counts records; returns true when the measurement is over. */
  add(records: number): boolean {
    this.#records += records
    const time = performance.now() - this.#start
    if (this.#from === undefined && time >= WARM_UP_MS) this.#from = [time, this.#records]
    this.#to = [time, this.#records]
    return time >= WARM_UP_MS + TIMED_MS
  }

  /** Milliseconds per million records. */
  get millisPerMillion(): number {
    const [time, records] = this.#from ?? [0, 0]
    return ((this.#to[0] - time) / (this.#to[1] - records)) * 1e6
  }
}
