/**
 * Which files a batch reads: those that were modified in time, and no longer change.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { inPieces, type Piecewise, run } from "../core/pace.ts"
import { sorted } from "../core/sorted.ts"
import type { FileEntry, Files } from "../rdd/files/files.ts"
import { DirectoryTree, type Found, type Look } from "./directory_tree.ts"
import { Filter } from "./file_filter.ts"
import type { FilePosition, FileSummary } from "./file_positions.ts"
import { SeenFiles } from "./seen_files.ts"

/** The rules of a selection. Durations are in milliseconds. */
export interface SelectionRules {
  readonly newFilesOnly: boolean
  readonly newBy: "modificationTime" | "name"
  readonly rememberMs: number
  readonly settleMs: number
  readonly recursive: boolean
  readonly accepts: (file: FileEntry) => boolean
}

/** A file that may be read by a batch. */
interface Candidate extends Found {
  /**
   * The time of modification at or before which a file of the first look is too old. Undefined for files that have appeared
   * later: the batch decides.
   */
  readonly tooOld: number | undefined
  /** Whether the filter has accepted the file. */
  readonly isAccepted?: boolean
}

/** What a batch selects. */
export interface Selected extends Pick<Look, "failures"> {
  /** The files, the earliest modified first. */
  readonly files: ReadonlyArray<FileEntry>
  /** The paths of files that had been read and have disappeared. */
  readonly gone: ReadonlyArray<string>
  /** Files that were modified at or before this time were too old for the batch. */
  readonly tooOld: number | undefined
}

/** How many files that wait for their batch are asked for their time at once. */
const ASKED_AT_ONCE = 64

/** Selects the files of each batch. Each file is selected once. */
export class Selection {
  readonly #files: Files
  readonly #tree: DirectoryTree
  readonly #seen: SeenFiles
  readonly #rules: SelectionRules
  readonly #startedAt: number
  #isResumed = false
  /**
   * What is too old for files that appeared while the program was down. Undefined once all directories have been read after a
   * restart.
   */
  #tooOldBefore: number | undefined
  /** The seen files that the first look has found. */
  readonly #there = new Set<string>()
  /** Files that no batch has read yet: too new, or from the first look. */
  #waiting: ReadonlyArray<Candidate> = []
  /** The paths of files that had been read and have disappeared since the last batch. */
  #gone: Array<string> = []
  #previousTime: number | undefined

  constructor(files: Files, directory: string, rules: SelectionRules, startedAt: number) {
    this.#files = files
    this.#rules = rules
    this.#startedAt = startedAt
    this.#tree = new DirectoryTree(files, directory, rules.recursive, (path) => this.#isSeen(path))
    this.#seen = new SeenFiles(this.#tree.base, rules.newBy === "name")
  }

  #isSeen(path: string): boolean {
    if (!this.#seen.has(path)) return false
    this.#there.add(path)
    return true
  }

  /** The directory that all files are in or below. */
  get base(): string {
    return this.#tree.base
  }

  /** Makes the selection go on behind positions of an earlier process, oldest first. To be called before {@link begin}. */
  resume(positions: ReadonlyArray<FilePosition | FileSummary>): Effect.Effect<void> {
    this.#isResumed = true
    return run(() => this.#seen.resume(positions))
  }

  /** One position that stands for all positions so far. */
  get summary(): Effect.Effect<FileSummary> {
    return run(() => this.#seen.summary())
  }

  /** Looks at the files that are there at the start. */
  get begin(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const look = yield* this.#tree.look
      yield* run(() => this.#isResumed ? this.#goOn(look) : this.#beginNew(look))
    })
  }

  *#beginNew({ found }: Look): Piecewise<void> {
    const { newBy, newFilesOnly, rememberMs, settleMs } = this.#rules
    const tooOld = newFilesOnly ? this.#startedAt : -Infinity
    // No batch reads a file older than this, except files that this first look finds. The first look after a restart leaves
    // older files out.
    if (newFilesOnly && newBy === "modificationTime") this.#seen.tooOld = this.#startedAt - rememberMs - settleMs
    const waiting: Array<Candidate> = []
    yield* inPieces(found.length, (from, to) => {
      for (let i = from; i < to; i++) {
        const each = found[i]!
        const { isOpen, modifiedMs, path } = each.file
        if (modifiedMs !== undefined && modifiedMs <= tooOld && isOpen !== true) this.#see(path, modifiedMs)
        else waiting.push({ file: each.file, directory: each.directory, tooOld })
      }
    })
    this.#waiting = waiting
  }

  /** Takes all files for new that an earlier process had not seen, unless they were too old for its last batch. */
  *#goOn({ failures, found }: Look): Piecewise<void> {
    const isByName = this.#rules.newBy === "name"
    const tooOld = this.#seen.tooOld ?? -Infinity
    if (isByName) this.#seen.forgetAge()
    const waiting: Array<Candidate> = []
    yield* inPieces(found.length, (from, to) => {
      for (let i = from; i < to; i++) {
        const each = found[i]!
        const { isOpen, modifiedMs = Infinity, path } = each.file
        if (modifiedMs > tooOld || isOpen === true) waiting.push({ file: each.file, directory: each.directory, tooOld })
        // The earlier process told new files by their time, so it may have read this one without remembering its name.
        else if (isByName) {
          this.#see(path, modifiedMs)
          this.#there.add(path)
        }
      }
    })
    this.#waiting = waiting
    if (failures.length > 0 && !isByName) this.#tooOldBefore = tooOld
    // What has disappeared in the meantime is new when it appears again.
    if (failures.length === 0) yield* this.#seen.keep((path) => this.#there.has(path))
    this.#there.clear()
  }

  /** Remembers a file that must not be read, unless its age tells that. */
  #see(path: string, modifiedMs: number | undefined): void {
    const { tooOld } = this.#seen
    if (tooOld === undefined || modifiedMs === undefined || modifiedMs > tooOld) this.#seen.add(path, modifiedMs)
  }

  /** The wall time at or before which a file that has appeared is too old for a batch; undefined if none is. */
  #tooOld(time: number, stepMs: number): number | undefined {
    const { newBy, rememberMs, settleMs } = this.#rules
    if (newBy === "name") return undefined
    const slide = Math.max(1, time - (this.#previousTime ?? this.#startedAt))
    return time + stepMs - Math.ceil((rememberMs + settleMs) / slide) * slide
  }

  /** Looks again at a file that waits: it may have been changed, replaced or removed. */
  #ask(candidate: Candidate): Effect.Effect<Candidate | undefined> {
    return Effect.map(Effect.option(this.#files.stat(candidate.file.path)), (found) => {
      if (found._tag === "Some" && !found.value.isDirectory) {
        // What was open has been closed since the last look, although its time may not tell that yet.
        const tooOld = candidate.file.isOpen === true ? -Infinity : candidate.tooOld
        return { ...candidate, tooOld, file: found.value }
      }
      candidate.directory.forget(candidate.file.name)
      return undefined
    })
  }

  /**
   * Selects the files of the batch at a time. `stepMs` is how far the wall clock, which files are modified by, has stepped ahead
   * of batch times. Dies with what the filter throws; the file is left out then, and the next batch gets the others.
   */
  select(time: number, stepMs = 0): Effect.Effect<Selected> {
    return Effect.flatMap(this.#tree.look, (look) => {
      const asked = Effect.forEach(this.#waiting, (each) => this.#ask(each), { concurrency: ASKED_AT_ONCE })
      return Effect.flatMap(asked, (known) => run(() => this.#choose(time, stepMs, look, known)))
    })
  }

  *#choose(
    time: number,
    stepMs: number,
    { failures, found, gone }: Look,
    known: ReadonlyArray<Candidate | undefined>,
  ): Piecewise<Selected> {
    const before = this.#tooOldBefore
    const tooOld = before ?? this.#tooOld(time, stepMs)
    if (failures.length === 0) this.#tooOldBefore = undefined
    const latest = time + stepMs - this.#rules.settleMs
    const selected: Array<Candidate> = []
    const waiting: Array<Candidate> = []
    const filter = new Filter(this.#rules.accepts)
    const choose = (each: Candidate) => {
      if (each.isAccepted !== true && !filter.accepts(each.file)) return
      // Without a time, a file counts as modified when it is found.
      const modifiedMs = each.file.modifiedMs ?? latest
      const accepted = { ...each, isAccepted: true }
      // An open file gets another time when it is closed, and is too old or not by that one.
      if (modifiedMs > latest || each.file.isOpen === true) waiting.push(accepted)
      else if (modifiedMs > (each.tooOld ?? tooOld ?? -Infinity)) selected.push(accepted)
    }
    yield* inPieces(known.length, (from, to) => {
      for (let i = from; i < to; i++) if (known[i] !== undefined) choose(known[i]!)
    })
    yield* inPieces(found.length, (from, to) => {
      for (let i = from; i < to; i++) {
        choose({ file: found[i]!.file, directory: found[i]!.directory, tooOld: undefined })
      }
    })
    yield* inPieces(gone.length, (from, to) => {
      for (let i = from; i < to; i++) if (this.#seen.delete(gone[i]!)) this.#gone.push(gone[i]!)
    })
    if (filter.failure !== undefined) {
      const next = (each: Candidate) => ({ ...each, tooOld: each.tooOld ?? tooOld ?? -Infinity })
      this.#waiting = waiting.concat(selected.map(next))
      throw filter.failure.cause
    }
    yield* inPieces(selected.length, (from, to) => {
      for (let i = from; i < to; i++) this.#see(selected[i]!.file.path, selected[i]!.file.modifiedMs)
    })
    const goneBefore = this.#gone
    this.#gone = []
    this.#waiting = waiting
    this.#previousTime = time
    if (tooOld !== undefined && tooOld > -Infinity) this.#seen.tooOld = tooOld
    const files: Array<FileEntry> = []
    for (const { file } of yield* sorted(selected, byTime)) files.push(file)
    return { failures, files, gone: goneBefore, tooOld: this.#seen.tooOld }
  }
}

const byTime = ({ file: a }: Candidate, { file: b }: Candidate): number =>
  (a.modifiedMs ?? 0) - (b.modifiedMs ?? 0) || (a.path < b.path ? -1 : 1)
