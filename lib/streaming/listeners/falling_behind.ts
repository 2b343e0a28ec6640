/**
 * Tells when a context falls behind, and when it has caught up.
 *
 * @module
 */
import type { Behind, StreamingEvent } from "./events.ts"
import type { Progress } from "./progress.ts"

/** How often it is said that a context is behind, in milliseconds. */
const SAID_EVERY = 60_000

/** How often to check while nothing happens, in milliseconds: a batch that never ends publishes nothing. */
export const CHECKED_EVERY = 3_000

/** A context is behind from this many intervals of lag on. */
const LAG = 2

/** How long a context must be behind before it is said: intervals, and milliseconds. A slow first batch is normal. */
const INTERVALS = 3
const AT_LEAST = 3_000

type State =
  | { readonly _tag: "OnTime" }
  /** `isSaid`: whether it has been said. */
  | { readonly _tag: "Behind"; readonly since: number; readonly isSaid: boolean }

/** Watches the progress of a context. */
export class FallingBehind {
  readonly #progress: Progress
  readonly #interval: number
  #state: State = { _tag: "OnTime" }
  #saidAt = -Infinity

  /** `interval` is the batch interval in milliseconds. */
  constructor(progress: Progress, interval: number) {
    this.#progress = progress
    this.#interval = interval
  }

  /** What is to be published now. `recordsLeft`: the received records that the last batch has left for later batches. */
  check(now: number, recordsLeft: number): StreamingEvent | undefined {
    const lag = this.#progress.lagAt(now)
    const records = this.#progress.batches.received?.numRecords ?? 0
    if (lag < LAG * this.#interval && recordsLeft <= records) return this.#onTime(now)
    // The lag has passed its limit before this check.
    const since = this.#state._tag === "Behind" ? this.#state.since : now - Math.max(0, lag - LAG * this.#interval)
    const isDue = now - since >= Math.max(INTERVALS * this.#interval, AT_LEAST) && now - this.#saidAt >= SAID_EVERY
    this.#state = { _tag: "Behind", since, isSaid: isDue || (this.#state._tag === "Behind" && this.#state.isSaid) }
    if (!isDue) return undefined
    this.#saidAt = now
    const slowest = this.#progress.slowestAt(now)
    const behind: Behind = { since, lag, interval: this.#interval, recordsLeft, slowest }
    return { _tag: "FallingBehind", behind }
  }

  #onTime(time: number): StreamingEvent | undefined {
    const before = this.#state
    this.#state = { _tag: "OnTime" }
    return before._tag === "Behind" && before.isSaid ? { _tag: "CaughtUp", since: before.since, time } : undefined
  }
}
