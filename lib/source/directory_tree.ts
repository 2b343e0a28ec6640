/**
 * Directories that are looked at again and again: which files have appeared since the last look.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { inPieces, type Piecewise, run } from "../core/pace.ts"
import type { FileEntry, FileError, Files } from "../rdd/files/files.ts"
import { alternatives, isPattern, join, literal, nameMatcher, splitPattern } from "../rdd/files/glob.ts"
import { isHidden } from "../rdd/files/listing.ts"
import { commonDirectory } from "./relative_paths.ts"

/**
 * For how long a directory must not have changed before its time tells that nothing has changed since. Some file systems
 * keep times in steps of up to two seconds, so a name that appears just after a look may not change the time.
 */
const COARSEST_TIME_MS = 2_000

/** A file that has appeared. */
export interface Found {
  readonly file: FileEntry
  /** The directory that it is in. `forget` makes a file of a name count as new when it appears again. */
  readonly directory: { readonly forget: (name: string) => void }
}

/** What a look at the directories has found. */
export interface Look {
  readonly found: ReadonlyArray<Found>
  /** The paths that have disappeared since the last look. What appears there again is new. */
  readonly gone: ReadonlyArray<string>
  /** Directories that could not be read. Their files are found when they can be. */
  readonly failures: ReadonlyArray<FileError>
}

/** A look in progress. */
class Looking {
  readonly found: Array<Found> = []
  /** The paths that have been found, where two parts of a pattern may find the same ones. */
  readonly paths: Set<string> | undefined
  readonly failures: Array<FileError> = []
  readonly gone: Array<string> = []
  /** Directories that have disappeared, with all that is known below them. */
  readonly goneDirectories: Array<Directory> = []

  constructor(roots: number) {
    this.paths = roots > 1 ? new Set() : undefined
  }

  add(directory: Directory, file: FileEntry): void {
    if (this.paths?.has(file.path) === true) return
    this.paths?.add(file.path)
    this.found.push({ file, directory })
  }
}

/** The files of the directories that a path or pattern stands for. Each name in a directory is found once. */
export class DirectoryTree {
  /** The directory that all files are in or below. */
  readonly base: string
  readonly #files: Files
  readonly #recursive: boolean
  readonly #isSeen: ((path: string) => boolean) | undefined
  readonly #roots: ReadonlyArray<Directory>

  /** `isSeen` tells which paths are known before the first look; they are not found. */
  constructor(files: Files, pattern: string, recursive: boolean, isSeen?: (path: string) => boolean) {
    this.#files = files
    this.#recursive = recursive
    this.#isSeen = isSeen
    this.#roots = alternatives(pattern).map((each) => {
      const { base, parts } = splitPattern(each)
      return new Directory(base, parts.map((part) => isPattern(part) ? nameMatcher(part) : literal(part)))
    })
    this.base = commonDirectory(this.#roots.map(({ path }) => path))
  }

  /** Looks for files that have appeared. A directory whose time has not changed is not read. */
  get look(): Effect.Effect<Look> {
    return Effect.gen(() => this.#look())
  }

  *#look(): Effect.fn.Return<Look> {
    const looking = new Looking(this.#roots.length)
    for (const root of this.#roots) {
      const missing = yield* this.#walk(root, looking)
      if (missing !== undefined) looking.failures.push(missing)
    }
    const { failures, found, gone, goneDirectories } = looking
    for (const each of goneDirectories) yield* run(() => each.addPaths(gone))
    return { found, gone, failures }
  }

  /** Adds what has appeared below a directory. Gives the error if the directory is missing. */
  #walk(directory: Directory, looking: Looking): Effect.Effect<FileError | undefined> {
    return Effect.catch(Effect.gen(() => this.#enter(directory, looking)), (error) => {
      if (error.reason === "NotFound") return Effect.succeed(error)
      looking.failures.push(error)
      return Effect.succeed(undefined)
    })
  }

  *#enter(directory: Directory, looking: Looking): Effect.fn.Return<undefined, FileError> {
    const [part] = directory.parts
    if (typeof part === "string") directory.child(part, directory.parts.slice(1))
    else yield* this.#read(directory, part, looking)
    for (const [name, child] of directory.children) {
      const missing = yield* this.#walk(child, looking)
      if (missing !== undefined && typeof part !== "string") directory.lose(name, looking)
    }
    return undefined
  }

  #read(
    directory: Directory,
    matches: ((name: string) => boolean) | undefined,
    looking: Looking,
  ): Effect.Effect<void, FileError> {
    const add = (entry: FileEntry) => {
      const { isDirectory, isLink, name } = entry
      if (matches !== undefined) {
        if (isDirectory) directory.child(name, directory.parts.slice(1))
      } else if (!isDirectory) looking.add(directory, entry)
      else if (this.#recursive && isLink !== true) directory.child(name, [])
    }
    return Effect.flatMap(
      directory.newEntries(this.#files, looking, matches, this.#isSeen),
      (entries) =>
        run(() =>
          inPieces(entries.length, (from, to) => {
            for (let i = from; i < to; i++) add(entries[i]!)
          })
        ),
    )
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
  /** Whether the directory has been read once. */
  #isRead = false
  /** The time of the directory, if it tells that nothing has changed. */
  #unchangedSince: number | undefined

  constructor(path: string, parts: Directory["parts"]) {
    this.path = path
    this.parts = parts
  }

  child(name: string, parts: Directory["parts"]): void {
    if (!this.children.has(name)) this.children.set(name, new Directory(join(this.path, name), parts))
  }

  /** Adds the paths of all that is known in and below the directory. */
  *addPaths(to: Array<string>): Piecewise<void> {
    const names = this.#known.keys()
    yield* inPieces(this.#known.size, (from, end) => {
      for (let i = from; i < end; i++) to.push(join(this.path, names.next().value!))
    })
    for (const child of this.children.values()) yield* child.addPaths(to)
  }

  forget(name: string): void {
    this.#known.delete(name)
    this.children.delete(name)
    this.#unchangedSince = undefined
  }

  /** Forgets a name that has disappeared. */
  lose(name: string, { gone, goneDirectories }: Looking): void {
    const child = this.children.get(name)
    if (child === undefined) gone.push(join(this.path, name))
    else goneDirectories.push(child)
    this.forget(name)
  }

  /**
   * Lists what has appeared since the last look, without hidden names and those that do not match. The first time, what
   * `isSeen` accepts has not appeared either.
   */
  newEntries(
    files: Files,
    looking: Looking,
    matches: (name: string) => boolean = (name) => !isHidden(name),
    isSeen?: (path: string) => boolean,
  ): Effect.Effect<ReadonlyArray<FileEntry>, FileError> {
    return Effect.gen(() => this.#newEntries(files, looking, matches, isSeen))
  }

  *#newEntries(
    files: Files,
    looking: Looking,
    matches: (name: string) => boolean,
    isSeen: ((path: string) => boolean) | undefined,
  ): Effect.fn.Return<ReadonlyArray<FileEntry>, FileError> {
    const { isDirectory, modifiedMs } = yield* files.stat(this.path)
    // Where patterns stand for directories, a file that matches is not one of them.
    if (!isDirectory || (modifiedMs !== undefined && modifiedMs === this.#unchangedSince)) return []
    const now = yield* Clock.currentTimeMillis
    const look = ++this.#looks
    const known = this.#known
    const wasSeen = this.#isRead ? undefined : isSeen
    let seen = 0
    const entries = yield* files.listNew(this.path, (name) => {
      if (!known.has(name)) {
        if (!matches(name)) return true
        if (wasSeen?.(join(this.path, name)) !== true) return false
      }
      known.set(name, look)
      seen++
      return true
    })
    this.#isRead = true
    if (seen < known.size) yield* this.#forgetBefore(look, looking)
    yield* run(() =>
      inPieces(entries.length, (from, to) => {
        for (let i = from; i < to; i++) known.set(entries[i]!.name, look)
      })
    )
    const isCertain = modifiedMs !== undefined && now - modifiedMs >= COARSEST_TIME_MS
    this.#unchangedSince = isCertain ? modifiedMs : undefined
    return entries
  }

  /** Forgets the names that a look has not seen. */
  #forgetBefore(look: number, looking: Looking): Effect.Effect<void> {
    const names = Array.from(this.#known.keys())
    return run(() =>
      inPieces(names.length, (from, to) => {
        for (let i = from; i < to; i++) if (this.#known.get(names[i]!) !== look) this.lose(names[i]!, looking)
      })
    )
  }
}
