/**
 * The posts that a stream has stored lately, so that it drops those that X delivers again.
 *
 * @module
 */

/** The time from which the IDs of posts count, in milliseconds since 1970. */
const EPOCH = 1_288_834_974_657

/** When a post was written, in milliseconds since 1970: all but the last 22 bits of its ID. */
const timeOf = (id: bigint): number => Number(id >> 22n) + EPOCH

const MINUTE = 60_000

/** X delivers posts some seconds after they were written, and not exactly in order; and clocks differ. In milliseconds. */
const SLACK = 30_000

/** At most so many IDs are kept. */
const MOST = 20_000

/** The IDs of recent posts, 20,000 at most. They are stored with each block, as 8 bytes each. */
export class RecentIds {
  readonly #ids: Set<bigint>
  readonly #backfillMinutes: number
  #newest = 0n
  /** When the stream connected for the first time, if no post has arrived. In milliseconds. */
  #connectedAt: number | undefined

  /** `position` is what {@link position} has returned before, also in another process; or undefined. */
  constructor(backfillMinutes: number, position: unknown) {
    const bytes = position instanceof Uint8Array && position.length % 8 === 0 ? position.slice() : new Uint8Array()
    this.#backfillMinutes = backfillMinutes
    this.#ids = new Set(new BigUint64Array(bytes.buffer))
    for (const id of this.#ids) this.#update(id)
  }

  /** Adds the ID of a post, and returns whether it is a new one. */
  add(text: string): boolean {
    const id = BigInt(text)
    if (this.#ids.has(id)) return false
    this.#ids.add(id)
    this.#update(id)
    return true
  }

  /** Notes that the stream is connected at a time, in milliseconds. */
  connected(now: number): void {
    this.#connectedAt ??= now
  }

  /** For how many minutes to ask for posts again, so that none is missing; undefined if the stream was never connected. */
  minutesUntil(now: number): number | undefined {
    const from = this.#newest === 0n ? this.#connectedAt : timeOf(this.#newest)
    if (from === undefined) return undefined
    const minutes = Math.ceil((now - from + SLACK) / MINUTE)
    return Math.min(Math.max(minutes, 1), this.#backfillMinutes)
  }

  /** Removes IDs of posts that X will not deliver again, and returns the others as a position of the stream. */
  position(): Uint8Array {
    const oldest = timeOf(this.#newest) - (this.#backfillMinutes + 1) * MINUTE
    for (const id of this.#ids) {
      // They are about in the order of their times.
      if (this.#ids.size <= MOST && timeOf(id) >= oldest) break
      this.#ids.delete(id)
    }
    return new Uint8Array(BigUint64Array.from(this.#ids).buffer)
  }

  #update(id: bigint): void {
    if (id > this.#newest) this.#newest = id
  }
}
