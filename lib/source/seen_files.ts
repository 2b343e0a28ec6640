/**
 * The files that a stream must not read again, also after a restart.
 *
 * @module
 */
import { inPieces, type Piecewise } from "../core/pace.ts"
import { join } from "../rdd/files/glob.ts"
import type { FilePosition, FileSummary } from "./file_positions.ts"
import { relativeTo } from "./relative_paths.ts"

/** Files by their paths, each with the time of its modification where that is known and matters. */
export class SeenFiles {
  readonly #times = new Map<string, number | undefined>()
  readonly #base: string
  readonly #keepsOld: boolean
  /** Files that were modified at or before this time have been left out of a summary. */
  #dropped: number | undefined
  /** Files that were modified at or before this time were too old for the last batch. Undefined: there were none. */
  tooOld: number | undefined

  /** `base`: the directory that the files are in or below. `keepsOld`: whether files may be read however old they are. */
  constructor(base: string, keepsOld: boolean) {
    this.#base = base
    this.#keepsOld = keepsOld
  }

  has(path: string): boolean {
    return this.#times.has(path)
  }

  add(path: string, modifiedMs: number | undefined): void {
    this.#times.set(path, modifiedMs)
  }

  /** Removes a file. Tells whether it had been seen. */
  delete(path: string): boolean {
    return this.#times.delete(path)
  }

  /** Goes on behind positions, oldest first. */
  *resume(positions: ReadonlyArray<FilePosition | FileSummary>): Piecewise<void> {
    const below = join(this.#base, "")
    for (const position of positions) {
      const { base, times } = position
      const names = "seen" in position ? position.seen : position.names
      const gone = "seen" in position ? [] : position.gone ?? []
      yield* inPieces(gone.length, (from, to) => {
        for (let i = from; i < to; i++) this.#times.delete(join(base, gone[i]!))
      })
      yield* inPieces(names.length, (from, to) => {
        for (let i = from; i < to; i++) {
          const path = join(base, names[i]!)
          // Files of a directory that the program does not look at any more are left out.
          if (path.startsWith(below)) this.#times.set(path, times[i] ?? undefined)
        }
      })
      const { tooOld } = position
      if ("seen" in position) this.#dropped = tooOld
      this.tooOld = latest(this.#dropped, tooOld)
    }
  }

  /** From now on, files may be read however old they are. */
  forgetAge(): void {
    this.#dropped = undefined
    this.tooOld = undefined
  }

  /** Keeps only the files that a test accepts. */
  *keep(isKept: (path: string) => boolean): Piecewise<void> {
    const paths = Array.from(this.#times.keys())
    yield* inPieces(paths.length, (from, to) => {
      for (let i = from; i < to; i++) if (!isKept(paths[i]!)) this.#times.delete(paths[i]!)
    })
  }

  /** Forgets the files that are too old to be read, and gives one position that stands for all. */
  *summary(): Piecewise<FileSummary> {
    const tooOld = latest(this.#dropped, this.tooOld)
    const seen: Array<string> = []
    const times: Array<number | null> = []
    const entries = Array.from(this.#times)
    yield* inPieces(entries.length, (from, to) => {
      for (let i = from; i < to; i++) {
        const [path, modifiedMs] = entries[i]!
        if (tooOld !== undefined && modifiedMs !== undefined && modifiedMs <= tooOld) {
          this.#times.delete(path)
          continue
        }
        seen.push(relativeTo(this.#base, path))
        if (!this.#keepsOld) times.push(modifiedMs ?? null)
      }
    })
    this.#dropped = tooOld
    return { base: this.#base, seen, times, ...(tooOld !== undefined && { tooOld }) }
  }
}

/** The later of two times, either of which may be missing. */
const latest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b)
