/**
 * The batches that workers are told of: their notes, for as long as later batches look back at them.
 *
 * @module
 */
import { forLookingBack } from "./notes.ts"

/** What a worker must know about batches before it runs a task of the latest one. Plain data. */
export interface Batches {
  /** The notes of batches that the worker does not know yet. It evaluates the last one; the others have ended. */
  readonly notes: ReadonlyArray<unknown>
  /** The time up to which batches have ended; undefined: none has. */
  readonly ended: number | undefined
}

/** The batch time of notes, which the engine passes on. */
export const timeOf = (notes: unknown): number =>
  typeof notes === "object" && notes !== null && "time" in notes ? Number(notes.time) : NaN

/** The notes of the batches that later ones may look back at. */
export class NotedBatches {
  /** For how many milliseconds before the latest batch notes are needed. */
  readonly #remembers: number
  #notes: ReadonlyArray<unknown> = []
  /** How many batches came before these. */
  #forgotten = 0
  #ended: number | undefined

  constructor(remembers: number) {
    this.#remembers = remembers
  }

  /** All notes that are needed. */
  get all(): Batches {
    return { notes: this.#notes, ended: this.#ended }
  }

  /** Notes a batch. Copies do not evaluate the batches before it any more. */
  begin(notes: unknown): void {
    const last = this.#notes.at(-1)
    this.#notes = [...this.#notes.slice(0, -1), ...last === undefined ? [] : [forLookingBack(last)], notes]
  }

  /** Releases the notes that no batch after the one at `time` looks back at. Gives the time up to which batches were released. */
  end(time: number): number {
    const oldest = time - this.#remembers
    this.#ended = time
    const needed = this.#notes.filter((notes) => timeOf(notes) > oldest)
    this.#forgotten += this.#notes.length - needed.length
    this.#notes = needed
    return oldest
  }

  /** What a worker has to be told that knows the first `known` batches, and how many it knows then; undefined: nothing. */
  after(known: number): { readonly batches: Batches; readonly known: number } | undefined {
    const notes = this.#notes.slice(Math.max(0, known - this.#forgotten))
    return notes.length === 0
      ? undefined
      : { batches: { notes, ended: this.#ended }, known: this.#forgotten + this.#notes.length }
  }
}
