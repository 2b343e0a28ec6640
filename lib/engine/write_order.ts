/**
 * When the entries of a state were last written: for finding those that have been idle for long.
 *
 * @module
 */
import { atOnce, inPieces, type Piecewise } from "../core/pace.ts"
import { sorted } from "../core/sorted.ts"
import { GONE, type StateTable } from "./state_table.ts"

interface Batch {
  readonly time: number
  /** The places that this batch has written. Some may have been written again since: they are removed when this is read. */
  places: Array<number>
}

/** The entries of a table by the batch that has written them last, the oldest batch first. */
export class WriteOrder {
  /** The time at which entries count as written that were written before times were recorded. */
  readonly since: number
  readonly #table: StateTable
  /** When the entry at each place was written, by half the place. */
  #times = new Float64Array(16)
  /** Undefined: has to be made of the times again. */
  #batches: Array<Batch> | undefined
  #length = 0

  /** Makes the order of a table whose entries count as written at this time. */
  constructor(table: StateTable, time: number) {
    this.since = time
    this.#table = table
    this.#fit()
    this.#times.fill(time)
  }

  /** How many places are listed, including those that have been written again since. */
  get length(): number {
    return this.#length
  }

  /** When an entry was last written. */
  timeOf(place: number): number {
    return this.#times[place >> 1]!
  }

  /** Records that the newest batch has written an entry. */
  wrote(place: number, time: number): void {
    this.set(place, time)
    const batches = this.#batches
    if (batches === undefined) return
    this.#append(batches, place, time)
    // Keys that every batch writes would pile up otherwise.
    if (this.#length > this.#table.cells.length + 1024) atOnce(this.#tidy(batches, Infinity))
  }

  /**
   * Sets the time of an entry. NaN: it was written before times were recorded. This does not change the order until `forget`
   * is called.
   */
  set(place: number, time: number): void {
    if (place >> 1 >= this.#times.length) this.#fit()
    this.#times[place >> 1] = Number.isNaN(time) ? this.since : time
  }

  /** Forgets the order: the next read makes it of the times again. */
  forget(): void {
    this.#batches = undefined
    this.#length = 0
  }

  /** Follows entries that have moved: `places` has the new place for each old one, or -1. */
  move(places: Int32Array): void {
    const before = this.#times.slice()
    for (let from = 0; from < places.length; from += 2) {
      const to = places[from]!
      if (to >= 0) this.#times[to >> 1] = before[from >> 1]!
    }
    this.forget()
  }

  /** The places of entries last written before a time, oldest first; those of one batch in the order of insertion. */
  *before(time: number): Piecewise<ReadonlyArray<number>> {
    if (time <= this.since) return []
    const batches = this.#batches ??= yield* this.#made()
    yield* this.#tidy(batches, time)
    const found: Array<ReadonlyArray<number>> = []
    for (const batch of batches) {
      if (batch.time >= time) break
      // The order of writing would depend on whether the batch was retried.
      batch.places = yield* sorted(batch.places, (a, b) => this.#table.numberOf(a) - this.#table.numberOf(b))
      found.push(batch.places)
    }
    return found.flat()
  }

  #fit(): void {
    const times = new Float64Array(Math.max(this.#table.cells.length >> 1, 2 * this.#times.length))
    times.set(this.#times)
    this.#times = times
  }

  *#made(): Piecewise<Array<Batch>> {
    const { cells } = this.#table
    const places: Array<number> = []
    for (let place = 0; place < cells.length; place += 2) if (cells[place + 1] !== GONE) places.push(place)
    const batches: Array<Batch> = []
    for (const place of yield* sorted(places, (a, b) => this.timeOf(a) - this.timeOf(b))) {
      this.#append(batches, place, this.timeOf(place))
    }
    return batches
  }

  #append(batches: Array<Batch>, place: number, time: number): void {
    const last = batches.at(-1)
    if (last?.time === time) last.places.push(place)
    else batches.push({ time, places: [place] })
    this.#length++
  }

  /** Removes places that have been written again since, or deleted, from the batches before a time. */
  *#tidy(batches: Array<Batch>, time: number): Piecewise<void> {
    const { cells } = this.#table
    let kept = 0
    for (const batch of batches) {
      if (batch.time < time) {
        const { places } = batch
        const last: Array<number> = []
        yield* inPieces(places.length, (from, to) => {
          for (let i = from; i < to; i++) {
            const place = places[i]!
            if (place < cells.length && cells[place + 1] !== GONE && this.timeOf(place) === batch.time) last.push(place)
          }
        })
        // An entry that one batch has deleted and written again is listed twice.
        batch.places = Array.from(new Set(last))
        this.#length -= places.length - batch.places.length
      }
      if (batch.places.length > 0) batches[kept++] = batch
    }
    batches.length = kept
  }
}
