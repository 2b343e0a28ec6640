/**
 * Which files a batch reads: those that were modified in time, and no longer change.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { FileEntry, Files } from "../rdd/files/files.ts"
import type { DirectoryTree, Found, Look } from "./directory_tree.ts"

/** The rules of a selection. Durations are in milliseconds. */
export interface SelectionRules {
  readonly newFilesOnly: boolean
  readonly newBy: "modificationTime" | "name"
  readonly rememberMs: number
  readonly settleMs: number
  readonly accepts: (file: FileEntry) => boolean
}

/** A file that may be read by a batch. */
interface Candidate extends Found {
  /** Whether the file was there when the stream started. */
  readonly isInitial: boolean
}

/** How many files that wait for their batch are asked for their time at once. */
const ASKED_AT_ONCE = 64

/** Selects the files of each batch. Each file is selected once. */
export class Selection {
  readonly #files: Files
  readonly #tree: DirectoryTree
  readonly #rules: SelectionRules
  readonly #startedAt: number
  /** Files that no batch has read yet: too new, or from the first look. */
  #waiting: ReadonlyArray<Candidate>
  #previousTime: number | undefined

  constructor(files: Files, tree: DirectoryTree, rules: SelectionRules, startedAt: number, { found }: Look) {
    this.#files = files
    this.#tree = tree
    this.#rules = rules
    this.#startedAt = startedAt
    this.#waiting = this.#candidates(found, true).filter(({ file: { isOpen, modifiedMs } }) =>
      !rules.newFilesOnly || modifiedMs === undefined || modifiedMs > startedAt || isOpen === true
    )
  }

  #candidates(found: ReadonlyArray<Found>, isInitial: boolean): Array<Candidate> {
    return found.filter(({ file }) => this.#rules.accepts(file)).map((each) => ({ ...each, isInitial }))
  }

  /** The wall time at or before which a file is too old for a batch. */
  #tooOld(time: number, stepMs: number, isInitial: boolean): number {
    const { newBy, newFilesOnly, rememberMs, settleMs } = this.#rules
    if (isInitial) return newFilesOnly ? this.#startedAt : -Infinity
    if (newBy === "name") return -Infinity
    const slide = Math.max(1, time - (this.#previousTime ?? this.#startedAt))
    return time + stepMs - Math.ceil((rememberMs + settleMs) / slide) * slide
  }

  /** Looks again at a file that waits: it may have been changed, replaced or removed. */
  #ask(candidate: Candidate): Effect.Effect<Candidate | undefined> {
    return Effect.map(Effect.option(this.#files.stat(candidate.file.path)), (found) => {
      if (found._tag === "Some" && !found.value.isDirectory) return { ...candidate, file: found.value }
      candidate.forget()
      return undefined
    })
  }

  /**
   * Selects the files of the batch at a time, the earliest modified first. `stepMs` is how far the wall clock, which files
   * are modified by, has stepped ahead of batch times.
   */
  select(
    time: number,
    stepMs = 0,
  ): Effect.Effect<Pick<Look, "failures"> & { readonly files: ReadonlyArray<FileEntry> }> {
    return Effect.gen({ self: this }, function* () {
      const { failures, found } = yield* this.#tree.look
      const known = yield* Effect.forEach(this.#waiting, (each) => this.#ask(each), { concurrency: ASKED_AT_ONCE })
      const all = [...known.flatMap((each) => each ?? []), ...this.#candidates(found, false)]
      const selected: Array<FileEntry> = []
      const waiting: Array<Candidate> = []
      const latest = time + stepMs - this.#rules.settleMs
      for (const each of all) {
        const { file, isInitial } = each
        // It gets another time when it is closed, and is too old or not by that one.
        if (file.isOpen === true) {
          waiting.push(each)
          continue
        }
        // Without a time, a file counts as modified when it is found.
        const modifiedMs = file.modifiedMs ?? latest
        if (modifiedMs <= this.#tooOld(time, stepMs, isInitial)) continue
        if (modifiedMs > latest) waiting.push(each)
        else selected.push(file)
      }
      this.#waiting = waiting
      this.#previousTime = time
      return { failures, files: selected.toSorted(byTime) }
    })
  }
}

const byTime = (a: FileEntry, b: FileEntry): number =>
  (a.modifiedMs ?? 0) - (b.modifiedMs ?? 0) || (a.path < b.path ? -1 : 1)
