/**
 * How long a stream waits before it connects again, as the documentation of X asks for.
 *
 * @module
 */
import type { TwitterError } from "./errors.ts"

/** A connection that has lasted so long shows that X is well again. In milliseconds. */
const PROVEN = 1000

/** For network errors: each wait is longer by the step. In milliseconds. */
const NETWORK = { step: 250, longest: 16_000 }

/** For answers that are errors, and for too many requests: each wait is twice as long. In milliseconds. */
const HTTP = { first: 5000, longest: 320_000 }
const LIMIT = { first: 60_000, longest: 960_000 }

const doubled = ({ first, longest }: { readonly first: number; readonly longest: number }, attempt: number): number =>
  Math.min(longest, first * 2 ** Math.min(attempt - 1, 10))

/** The waits of one stream. It counts failed attempts by their kind, until a connection has lasted for a second. */
export class Backoff {
  #network = 0
  #http = 0
  #limit = 0

  /**
   * Returns the milliseconds to wait after a failed attempt. `lasted` says for how many milliseconds data has arrived before it
   * failed; undefined if none has.
   */
  next({ reason, retryAfter }: TwitterError, lasted: number | undefined): number {
    const isProven = lasted !== undefined && lasted >= PROVEN
    if (isProven) {
      this.#network = 0
      this.#http = 0
      this.#limit = 0
    }
    if (reason === "RateLimited") {
      const wait = doubled(LIMIT, ++this.#limit)
      return retryAfter === undefined ? wait : Math.min(retryAfter, LIMIT.longest)
    }
    if (reason === "Unavailable") return doubled(HTTP, ++this.#http)
    if (isProven) return 0
    // A stream that was connected connects again at once. If that connection breaks at once too, it slows down.
    const steps = lasted === undefined ? ++this.#network : this.#network++
    return Math.min(NETWORK.longest, steps * NETWORK.step)
  }
}
