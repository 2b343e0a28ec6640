/**
 * Files over Effect's `FileSystem`, an unstable module: nothing but this adapter depends on it.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import type * as Scope from "effect/Scope"
import { isDenied } from "../../core/denied.ts"
import { inPieces, run } from "../../core/pace.ts"
import { type FileEntry, FileError, type FileReason, type Files } from "../../rdd/files/files.ts"
import { directoryNames } from "./directory_names.ts"
import { hiddenSibling } from "./file_names.ts"

/** What the error codes of the operating system mean, where `PlatformError` does not tell them apart. */
const reasonsByCode: Readonly<Record<string, FileReason>> = {
  ENOTDIR: "NotFound",
  ENOTEMPTY: "AlreadyExists",
  EROFS: "PermissionDenied",
}

const reasonOf = ({ cause, reason: { _tag: tag } }: PlatformError): FileReason => {
  if (tag === "NotFound" || tag === "AlreadyExists" || tag === "PermissionDenied") return tag
  // Deno throws this when a permission is missing. It has no code.
  if (isDenied(cause)) return "PermissionDenied"
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined
  return reasonsByCode[String(code)] ?? "Other"
}

/** How many files are asked for their size at the same time. */
const LISTED_AT_ONCE = 64

/** How many entries are put together at once. */
const JOINED_AT_ONCE = 2048

const nameOf = (path: string): string => path.slice(path.search(/[^/\\]*$/))

const directoryOf = (path: string): string => path.slice(0, path.length - nameOf(path).length) || "."

/** Reads the names in a directory, in any order. */
type ReadNames = (path: string) => Effect.Effect<ReadonlyArray<string>, PlatformError>

/**
 * Files over a `FileSystem`. Uses its makeDirectory, open, rename, remove, stat and readLink, and its readDirectory unless names are
 * read in another way.
 */
export const filesOver = (fs: FileSystem.FileSystem, readNames: ReadNames = fs.readDirectory): Files => {
  // A write goes on after its fiber has been interrupted, and would meet the next attempt: the fiber waits for it.
  const doing = <A>(operation: string, path: string, body: Effect.Effect<A, PlatformError, Scope.Scope>) =>
    Effect.mapError(
      Effect.uninterruptible(Effect.scoped(body)),
      (error) => {
        const { cause = error } = error
        return new FileError({ path, operation, reason: reasonOf(error), cause, isDenied: isDenied(cause) })
      },
    )
  const writeAll = (path: string, flag: "w" | "a", pieces: ReadonlyArray<Uint8Array>, durable = false) =>
    Effect.scoped(Effect.flatMap(
      fs.open(path, { flag }),
      (file) =>
        Effect.andThen(
          Effect.forEach(pieces, (piece) => file.writeAll(piece), { discard: true }),
          durable ? file.sync : Effect.void,
        ),
    ))
  /** Writes the names in a directory to the disk. Windows cannot open directories, and needs no such step. */
  const syncDirectory = (path: string) =>
    Effect.scoped(Effect.flatMap(
      Effect.option(fs.open(path, { flag: "r" })),
      Option.match({ onNone: () => Effect.void, onSome: (directory) => directory.sync }),
    ))
  const replace = (path: string, pieces: ReadonlyArray<Uint8Array>, durable: boolean) =>
    Effect.suspend(() => {
      const fresh = hiddenSibling(path, nameOf(path))
      const moved = Effect.onError(
        Effect.andThen(writeAll(fresh, "w", pieces, durable), fs.rename(fresh, path)),
        () => Effect.ignore(fs.remove(fresh, { force: true })),
      )
      return durable ? Effect.andThen(moved, syncDirectory(directoryOf(path))) : moved
    })
  const makeDirectory = (path: string, durable: boolean) => {
    const make = fs.makeDirectory(path, { recursive: true })
    return durable ? Effect.flatMap(changedBy(path), (paths) => Effect.andThen(make, syncDirectories(paths))) : make
  }
  /** The directories that get new entries when a directory and its missing parents are made. */
  const changedBy = (path: string): Effect.Effect<ReadonlyArray<string>> => {
    const parent = directoryOf(path.replace(/(?<=[^/\\])[/\\]+$/, ""))
    if (parent === path) return Effect.succeed([])
    return Effect.matchEffect(fs.stat(parent), {
      onSuccess: () => Effect.succeed([parent]),
      onFailure: () => Effect.map(changedBy(parent), (others) => [...others, parent]),
    })
  }
  const syncDirectories = (paths: ReadonlyArray<string>) => Effect.forEach(paths, syncDirectory, { discard: true })
  const rename = (from: string, to: string, durable: boolean) => {
    if (!durable) return fs.rename(from, to)
    const [before, after] = [directoryOf(from), directoryOf(to)]
    const others = before === after ? Effect.void : syncDirectory(before)
    return Effect.andThen(fs.rename(from, to), Effect.andThen(syncDirectory(after), others))
  }
  const readRange = Effect.fnUntraced(function* (path: string, from: number, to: number) {
    const file = yield* fs.open(path, { flag: "r" })
    const { size } = yield* file.stat
    const bytes = new Uint8Array(Math.max(0, Math.min(to, Number(size)) - from))
    let length = 0
    while (length < bytes.length) {
      const count = yield* file.read(bytes.subarray(length), { position: BigInt(from + length) })
      if (count === 0) break
      length += count
    }
    return bytes.subarray(0, length)
  })
  const entryOf = (path: string, name: string): Effect.Effect<FileEntry, PlatformError> =>
    Effect.flatMap(fs.stat(path), ({ mtime, size, type }) => {
      const modifiedMs = Option.getOrUndefined(mtime)?.getTime()
      if (type !== "Directory") {
        return Effect.succeed({ path, name, isDirectory: false, size: Number(size), modifiedMs })
      }
      const directory = { path, name, isDirectory: true, size: 0, modifiedMs }
      return Effect.map(
        Effect.option(fs.readLink(path)),
        (link) => Option.isSome(link) ? { ...directory, isLink: true } : directory,
      )
    })
  // A file that was removed after its directory was read, or a link to nothing, is left out.
  const entryIfThere = (path: string, name: string) =>
    Effect.catchIf(
      Effect.map(entryOf(path, name), (entry): ReadonlyArray<FileEntry> => [entry]),
      ({ reason }: PlatformError) => reason._tag === "NotFound",
      () => Effect.succeed([]),
    )
  const entriesOf = Effect.fnUntraced(function* (path: string) {
    const own = yield* entryOf(path, nameOf(path))
    if (!own.isDirectory) return [own]
    return yield* entriesIn(path, (yield* fs.readDirectory(path)).toSorted())
  })
  // Some at a time: joining the entries of 100,000 names at once would hold up the event loop.
  const entriesIn = Effect.fnUntraced(function* (path: string, names: ReadonlyArray<string>) {
    const each = (name: string) => entryIfThere(path.endsWith("/") ? path + name : `${path}/${name}`, name)
    const entries: Array<FileEntry> = []
    for (let from = 0; from < names.length; from += JOINED_AT_ONCE) {
      const some = names.slice(from, from + JOINED_AT_ONCE)
      entries.push(...(yield* Effect.forEach(some, each, { concurrency: LISTED_AT_ONCE })).flat())
    }
    return entries
  })
  const newEntriesOf = (path: string, isKnown: (name: string) => boolean) =>
    Effect.flatMap(readNames(path), (names) =>
      Effect.flatMap(
        run(function* () {
          const unknown: Array<string> = []
          yield* inPieces(names.length, (from, to) => {
            for (let i = from; i < to; i++) if (!isKnown(names[i]!)) unknown.push(names[i]!)
          })
          return unknown
        }),
        (unknown) => entriesIn(path, unknown),
      ))
  return {
    makeDirectory: (path, options) => doing("make directory", path, makeDirectory(path, options?.durable === true)),
    write: (path, pieces, options) => doing("write", path, replace(path, pieces, options?.durable === true)),
    append: (path, pieces) => doing("append to", path, writeAll(path, "a", pieces)),
    read: (path, from, to) => doing("read", path, readRange(path, from, to)),
    rename: (from, to, options) => doing("rename", from, rename(from, to, options?.durable === true)),
    remove: (path) => doing("remove", path, fs.remove(path, { recursive: true, force: true })),
    // Not `fs.exists`: it asks for access rights, and Deno ends the process if that needs a permission it does not have.
    exists: (path) =>
      Effect.catchIf(
        doing("find", path, Effect.as(fs.stat(path), true)),
        ({ reason }) => reason === "NotFound",
        () => Effect.succeed(false),
      ),
    list: (path) => doing("list", path, entriesOf(path)),
    listNew: (path, isKnown) => doing("list", path, newEntriesOf(path, isKnown)),
    stat: (path) => doing("find", path, entryOf(path, nameOf(path))),
  }
}

/** The file system of Deno, Node and Bun. */
const runtime: Effect.Effect<FileSystem.FileSystem> = Effect.flatMap(
  Effect.promise(() => import("@effect/platform-node-shared/NodeFileSystem")),
  ({ layer }) => Effect.provide(FileSystem.FileSystem, layer),
)

/** Files of the runtime. Where its faster way to read names fails, `FileSystem` tells why. */
const runtimeFiles: Effect.Effect<Files> = Effect.map(
  runtime,
  (fs) =>
    filesOver(fs, (path) => Effect.catch(Effect.tryPromise(() => directoryNames(path)), () => fs.readDirectory(path))),
)

/** The files of the fiber's `FileSystem` service, or else of that of a context, or else of the runtime. */
export const current = (context: Context.Context<never>): Effect.Effect<Files> =>
  Effect.serviceOption(FileSystem.FileSystem).pipe(
    Effect.map(Option.orElse(() => Context.getOption(context, FileSystem.FileSystem))),
    Effect.flatMap(Option.match({
      onNone: () => runtimeFiles,
      onSome: (fs: FileSystem.FileSystem) => Effect.succeed(filesOver(fs)),
    })),
  )
