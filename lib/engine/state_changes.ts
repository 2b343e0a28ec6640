/**
 * What has changed in the table of a state since it was last captured.
 *
 * @module
 */
import { Marks } from "./state_marks.ts"

/** How far the captures of a table have come. */
export interface CaptureProgress {
  /** The batch time of the oldest capture that is needed to restore the table. */
  readonly neededFrom: number
  /** The batch time of the capture that began the current round of slices; undefined between rounds. */
  readonly roundFrom: number | undefined
  /** The number of the last entry that the current round has copied; 0 between rounds. */
  readonly copied: number
  /** The highest number that an entry can have had when the table was last captured. */
  readonly newest: number
  /** The time from which times of writes are recorded; undefined if they are not. */
  readonly since: number | undefined
  /** About how many bytes an entry takes in a slice. */
  readonly sliceBytes: number
  /** About how many bytes a changed entry takes. */
  readonly changeBytes: number
}

/** What had changed when a capture began. */
export interface Taken {
  /** The places that have been written. Follows entries that move until the capture has finished. */
  readonly written: Marks
  /** The numbers of the entries that have been deleted. Some may have been deleted before the last capture, or added since. */
  readonly deleted: ReadonlySet<number>
}

/**
 * Marks the places that have been written since the table was last captured. The table may have shown any versions
 * meanwhile: showing another version writes places too. So the marks do not depend on which version was captured, or on
 * which batches were retried or dropped. A place may be marked although its entry is as it was.
 *
 * Inserted entries need no marks: their numbers in the order of insertion are higher than {@link CaptureProgress.newest}.
 */
export class StateChanges {
  /** How far the captures have come; undefined: the next one has to copy the whole table. */
  progress: CaptureProgress | undefined
  #written = new Marks()
  /** The marks that the capture in progress reads. Entries may be put back at other places meanwhile. */
  #taken: Marks | undefined
  /** The numbers of entries that have been deleted. */
  #deleted = new Set<number>()

  constructor(progress?: CaptureProgress) {
    this.progress = progress
  }

  /** Whether no entry has been written or deleted. Entries may have been inserted. */
  get isEmpty(): boolean {
    return this.#written.count === 0 && this.#deleted.size === 0
  }

  /** Records that the entry at a place has been written. */
  wrote(place: number): void {
    this.#written.add(place)
    this.#taken?.add(place)
  }

  /** Records that an entry has come back to the table with the number that it had before. */
  putBack(place: number, number: number): void {
    this.#deleted.delete(number)
    this.wrote(place)
  }

  /** Records that the entry with this number in the order of insertion has been deleted. */
  deleted(number: number): void {
    // Numbers of entries that no capture has seen would pile up.
    if (this.progress === undefined || number <= this.progress.newest) this.#deleted.add(number)
  }

  /** Follows entries that have moved: `places` has the new place for each old one, or -1. */
  move(places: Int32Array): void {
    this.#written.move(places)
    this.#taken?.move(places)
  }

  /** Begins a capture of the version that the table shows. What is recorded from now on is for the next capture. */
  take(): Taken {
    const written = this.#written
    const deleted = this.#deleted
    this.#taken = written
    this.#written = new Marks()
    this.#deleted = new Set()
    // If this capture fails, the next one must copy the whole table.
    this.progress = undefined
    return { written, deleted }
  }

  /** Ends a capture. */
  finish(progress: CaptureProgress): void {
    this.#taken = undefined
    this.progress = progress
  }
}
