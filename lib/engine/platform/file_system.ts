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
import { type FileEntry, FileError, type FileReason, type Files } from "../../rdd/files/files.ts"

/** What the error codes of the operating system mean, where `PlatformError` does not tell them apart. */
const reasonsByCode: Readonly<Record<string, FileReason>> = {
  ENOTDIR: "NotFound",
  ENOTEMPTY: "AlreadyExists",
  EROFS: "PermissionDenied",
}

const reasonOf = ({ cause, reason: { _tag: tag } }: PlatformError): FileReason => {
  if (tag === "NotFound" || tag === "AlreadyExists" || tag === "PermissionDenied") return tag
  // Deno throws this when a permission is missing. It has no code.
  if (cause instanceof Error && cause.name === "NotCapable") return "PermissionDenied"
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined
  return reasonsByCode[String(code)] ?? "Other"
}

/** How many files are asked for their size at the same time. */
const LISTED_AT_ONCE = 64

const nameOf = (path: string): string => path.slice(path.search(/[^/\\]*$/))

/**
 * A hidden sibling that a file is written to before it gets its name. Another one for each call: an attempt in another
 * process may be writing the same file.
 */
const temporary = (path: string): string => {
  const name = nameOf(path)
  return `${path.slice(0, path.length - name.length)}.${name}.${crypto.randomUUID().slice(0, 8)}.tmp`
}

/** Files over a `FileSystem`. Uses its makeDirectory, open, rename, remove, stat and readDirectory. */
export const filesOver = (fs: FileSystem.FileSystem): Files => {
  const doing = <A>(operation: string, path: string, body: Effect.Effect<A, PlatformError, Scope.Scope>) =>
    Effect.mapError(
      Effect.scoped(body),
      (error) => new FileError({ path, operation, reason: reasonOf(error), cause: error.cause ?? error }),
    )
  const writeAll = (path: string, flag: "w" | "a", pieces: ReadonlyArray<Uint8Array>) =>
    Effect.scoped(Effect.flatMap(
      fs.open(path, { flag }),
      (file) => Effect.forEach(pieces, (piece) => file.writeAll(piece), { discard: true }),
    ))
  const replace = (path: string, pieces: ReadonlyArray<Uint8Array>) =>
    Effect.suspend(() => {
      const fresh = temporary(path)
      return Effect.onError(
        Effect.andThen(writeAll(fresh, "w", pieces), fs.rename(fresh, path)),
        () => Effect.ignore(fs.remove(fresh, { force: true })),
      )
    })
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
    Effect.map(fs.stat(path), ({ size, type }) => {
      const isDirectory = type === "Directory"
      return { path, name, isDirectory, size: isDirectory ? 0 : Number(size) }
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
    const names = (yield* fs.readDirectory(path)).toSorted()
    const found = yield* Effect.forEach(names, (name) => entryIfThere(`${path}/${name}`, name), {
      concurrency: LISTED_AT_ONCE,
    })
    return found.flat()
  })
  return {
    makeDirectory: (path) => doing("make directory", path, fs.makeDirectory(path, { recursive: true })),
    write: (path, pieces) => doing("write", path, replace(path, pieces)),
    append: (path, pieces) => doing("append to", path, writeAll(path, "a", pieces)),
    read: (path, from, to) => doing("read", path, readRange(path, from, to)),
    rename: (from, to) => doing("rename", from, fs.rename(from, to)),
    remove: (path) => doing("remove", path, fs.remove(path, { recursive: true, force: true })),
    // Not `fs.exists`: it asks for access rights, and Deno ends the process if that needs a permission it does not have.
    exists: (path) =>
      Effect.catchIf(
        doing("find", path, Effect.as(fs.stat(path), true)),
        ({ reason }) => reason === "NotFound",
        () => Effect.succeed(false),
      ),
    list: (path) => doing("list", path, entriesOf(path)),
  }
}

/** The file system of Deno, Node and Bun. */
const runtime: Effect.Effect<FileSystem.FileSystem> = Effect.flatMap(
  Effect.promise(() => import("@effect/platform-node-shared/NodeFileSystem")),
  ({ layer }) => Effect.provide(FileSystem.FileSystem, layer),
)

/** The files of the fiber's `FileSystem` service, or else of that of a context, or else of the runtime. */
export const current = (context: Context.Context<never>): Effect.Effect<Files> =>
  Effect.serviceOption(FileSystem.FileSystem).pipe(
    Effect.map(Option.orElse(() => Context.getOption(context, FileSystem.FileSystem))),
    Effect.flatMap(Option.match({ onNone: () => runtime, onSome: Effect.succeed })),
    Effect.map(filesOver),
  )
