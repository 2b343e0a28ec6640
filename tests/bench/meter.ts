/** Measures how fast records arrive. */
import { threadMillis } from "./cpu.ts"
import type { Samples } from "./measure.ts"
import type { Size } from "./size.ts"

const WARM_UP_MS = 1000
const TIMED_MS = 2000
/** How many records the timed part has at least, however long it takes: a batch may come long after the one before. */
const TIMED_RECORDS = 100_000

/** A moment of a measurement. */
interface Moment {
  readonly time: number
  readonly cpu: number
  readonly records: number
}

/** Measures the time per million records, after a warm-up. */
export class Meter {
  readonly #warmUp: number
  readonly #timed: number
  readonly #timedRecords: number
  #records = 0
  #start = performance.now()
  #from: Moment | undefined
  #to: Moment = { time: 0, cpu: 0, records: 0 }

  constructor({ isQuick }: Size) {
    this.#warmUp = isQuick ? 50 : WARM_UP_MS
    this.#timed = isQuick ? 100 : TIMED_MS
    this.#timedRecords = isQuick ? 1 : TIMED_RECORDS
  }
  /** Counts records; returns true when the measurement is over. */
  add(records: number): boolean {
    this.#records += records
    const now = { time: performance.now() - this.#start, cpu: threadMillis?.() ?? NaN, records: this.#records }
    if (this.#from === undefined) {
      if (now.time >= this.#warmUp) this.#from = now
      return false
    }
    this.#to = now
    return now.time - this.#from.time >= this.#timed && now.records - this.#from.records >= this.#timedRecords
  }
  /** Adds the milliseconds per million records to samples. */
  report(into: Samples): void {
    const from = this.#from ?? { time: 0, cpu: 0, records: 0 }
    const millions = (this.#to.records - from.records) / 1e6
    into.wall.push((this.#to.time - from.time) / millions)
    if (threadMillis !== undefined) into.cpu.push((this.#to.cpu - from.cpu) / millions)
  }
}
