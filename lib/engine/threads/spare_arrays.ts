/**
 * Arrays that were sent to a worker and have come back. Copying into them takes a third of the time that it takes with memory
 * which the system has to provide first.
 *
 * @module
 */
import { type Allocate, fresh } from "../../core/bytes.ts"

/** Smaller arrays are made anew: the time does not matter. */
const LEAST = 64 * 1024

/** Arrays get this much more room than they need: the next text may be a little longer. */
const ROOM = 1.125

/** Arrays that are free to be used again. */
export class SpareArrays {
  /** Those that have come back since the last call of `releaseUnused`. */
  #recent: Array<ArrayBuffer> = []
  #older: Array<ArrayBuffer> = []

  /** Gives an array of so many bytes. It may have more room behind them. */
  readonly allocate: Allocate = (length) => {
    if (length < LEAST) return fresh(length)
    const buffer = this.#take(this.#recent, length) ?? this.#take(this.#older, length)
    return new Uint8Array(buffer ?? new ArrayBuffer(Math.ceil(length * ROOM)), 0, length)
  }

  #take(buffers: Array<ArrayBuffer>, length: number): ArrayBuffer | undefined {
    const at = buffers.findIndex(({ byteLength }) => byteLength >= length)
    return at < 0 ? undefined : buffers.splice(at, 1)[0]
  }

  /** Adds arrays that nothing refers to. */
  add(arrays: ReadonlyArray<Uint8Array>): void {
    for (const { buffer } of arrays) {
      if (buffer instanceof ArrayBuffer && buffer.byteLength >= LEAST) this.#recent.push(buffer)
    }
  }

  /** Releases the arrays that have not been used since the last call. */
  releaseUnused(): void {
    this.#older = this.#recent
    this.#recent = []
  }
}
