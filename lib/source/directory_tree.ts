/**
 * Directories that are looked at again and again: which files have appeared since the last look.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { inPieces, run } from "../core/pace.ts"
import type { FileEntry, FileError, Files } from "../rdd/files/files.ts"
import { alternatives, isPattern, join, literal, nameMatcher, splitPattern } from "../rdd/files/glob.ts"
import { isHidden } from "../rdd/files/listing.ts"

/**
 * For how long a directory must not have changed before its time tells that nothing has changed since. Some file systems
 * keep times in steps of up to two seconds, so a name that appears just after a look may not change the time.
 */
const COARSEST_TIME_MS = 2_000

/** A file that has appeared. */
export interface Found {
  readonly file: FileEntry
  /** Makes a file of the same name count as new when it appears again. */
  readonly forget: () => void
}

/** What a look at the directories has found. */
export interface Look {
  readonly found: ReadonlyArray<Found>
  /** Directories that could not be read. Their files are found when they can be. */
  readonly failures: ReadonlyArray<FileError>
}

/** The files of the directories that a path or pattern stands for. Each name in a directory is found once. */
export class DirectoryTree {
  readonly #files: Files
  readonly #recursive: boolean
  readonly #roots: ReadonlyArray<Directory>

  constructor(files: Files, pattern: string, recursive: boolean) {
    this.#files = files
    this.#recursive = recursive
    this.#roots = alternatives(pattern).map((each) => {
      const { base, parts } = splitPattern(each)
      return new Directory(base, parts.map((part) => isPattern(part) ? nameMatcher(part) : literal(part)))
    })
  }

  /** Looks for files that have appeared. A directory whose time has not changed is not read. */
  get look(): Effect.Effect<Look> {
    return Effect.gen({ self: this }, function* () {
      const found = new Map<string, Found>()
      const failures: Array<FileError> = []
      for (const root of this.#roots) {
        const missing = yield* this.#walk(root, found, failures)
        if (missing !== undefined) failures.push(missing)
      }
      return { found: Array.from(found.values()), failures }
    })
  }

  /** Adds what has appeared below a directory. Gives the error if the directory is missing. */
  #walk(
    directory: Directory,
    found: Map<string, Found>,
    failures: Array<FileError>,
  ): Effect.Effect<FileError | undefined> {
    const walk = Effect.gen({ self: this }, function* () {
      const [part] = directory.parts
      if (typeof part === "string") directory.child(part, directory.parts.slice(1))
      else yield* this.#read(directory, part, found)
      for (const [name, child] of directory.children) {
        const missing = yield* this.#walk(child, found, failures)
        if (missing !== undefined && typeof part !== "string") directory.forget(name)
      }
      return undefined
    })
    return Effect.catch(walk, (error) => {
      if (error.reason === "NotFound") return Effect.succeed(error)
      failures.push(error)
      return Effect.succeed(undefined)
    })
  }

  #read(directory: Directory, matches: ((name: string) => boolean) | undefined, found: Map<string, Found>) {
    return Effect.gen({ self: this }, function* () {
      const entries = yield* directory.newEntries(this.#files, matches)
      const add = (entry: FileEntry) => {
        const { isDirectory, isLink, name, path } = entry
        if (matches !== undefined) {
          if (isDirectory) directory.child(name, directory.parts.slice(1))
        } else if (!isDirectory) found.set(path, { file: entry, forget: () => directory.forget(name) })
        else if (this.#recursive && isLink !== true) directory.child(name, [])
      }
      yield* run(() => inPieces(entries.length, (from, to) => entries.slice(from, to).forEach(add)))
    })
  }
}

/** A directory, and what is known of it. */
class Directory {
  readonly path: string
  /** The parts of the pattern behind this directory: names, and tests for names. In the last directory there are none. */
  readonly parts: ReadonlyArray<string | ((name: string) => boolean)>
  readonly children = new Map<string, Directory>()
  /** The names that have been found, each with the number of the look that saw it last. */
  readonly #known = new Map<string, number>()
  #looks = 0
  /** The time of the directory, if it tells that nothing has changed. */
  #unchangedSince: number | undefined

  constructor(path: string, parts: Directory["parts"]) {
    this.path = path
    this.parts = parts
  }

  child(name: string, parts: Directory["parts"]): void {
    if (!this.children.has(name)) this.children.set(name, new Directory(join(this.path, name), parts))
  }

  forget(name: string): void {
    this.#known.delete(name)
    this.children.delete(name)
    this.#unchangedSince = undefined
  }

  /** Lists what has appeared since the last look, without hidden names and those that do not match. */
  newEntries(
    files: Files,
    matches: (name: string) => boolean = (name) => !isHidden(name),
  ): Effect.Effect<ReadonlyArray<FileEntry>, FileError> {
    return Effect.gen({ self: this }, function* () {
      const { isDirectory, modifiedMs } = yield* files.stat(this.path)
      // Where patterns stand for directories, a file that matches is not one of them.
      if (!isDirectory || (modifiedMs !== undefined && modifiedMs === this.#unchangedSince)) return []
      const now = yield* Clock.currentTimeMillis
      const look = ++this.#looks
      let seen = 0
      const entries = yield* files.listNew(this.path, (name) => {
        if (!this.#known.has(name)) return !matches(name)
        this.#known.set(name, look)
        seen++
        return true
      })
      if (seen < this.#known.size) yield* this.#forgetBefore(look)
      const known = this.#known
      yield* run(() =>
        inPieces(entries.length, (from, to) => {
          for (let i = from; i < to; i++) known.set(entries[i]!.name, look)
        })
      )
      const isCertain = modifiedMs !== undefined && now - modifiedMs >= COARSEST_TIME_MS
      this.#unchangedSince = isCertain ? modifiedMs : undefined
      return entries
    })
  }

  /** Forgets the names that a look has not seen. */
  #forgetBefore(look: number): Effect.Effect<void> {
    const names = Array.from(this.#known.keys())
    return run(() =>
      inPieces(names.length, (from, to) => {
        for (let i = from; i < to; i++) if (this.#known.get(names[i]!) !== look) this.forget(names[i]!)
      })
    )
  }
}
