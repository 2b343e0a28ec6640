/** Effect's `FileSystem` in memory, which a program may provide in place of the runtime's. */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { type PlatformError, systemError, type SystemErrorTag } from "effect/PlatformError"

/** Files by their paths, and the directories. */
export interface Memory {
  readonly files: Map<string, Uint8Array>
  readonly directories: Set<string>
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/"))

const infoOf = (type: "File" | "Directory", size: number): FileSystem.File.Info => ({
  type,
  size: ByteSize.bytes(size),
  dev: 0n,
  mode: 0o644,
  mtime: Option.none(),
  atime: Option.none(),
  birthtime: Option.none(),
  ino: Option.none(),
  nlink: Option.none(),
  uid: Option.none(),
  gid: Option.none(),
  rdev: Option.none(),
  blksize: Option.none(),
  blocks: Option.none(),
})

/** An open file. Writes append, which is right for files opened with `w` or `a`. */
const fileAt = ({ files }: Memory, path: string): FileSystem.File => {
  const bytes = () => files.get(path) ?? new Uint8Array()
  const unsupported = Effect.die(new Error("not part of the test"))
  const write = (added: Uint8Array) =>
    Effect.sync(() => {
      const before = bytes()
      const after = new Uint8Array(before.length + added.length)
      after.set(before)
      after.set(added, before.length)
      files.set(path, after)
      return added.length
    })
  return {
    [FileSystem.FileTypeId]: FileSystem.FileTypeId,
    stat: Effect.sync(() => infoOf("File", bytes().length)),
    // At most 7 bytes: a file system may give fewer bytes than were asked for.
    read: (buffer, options) =>
      Effect.sync(() => {
        const from = Number(options?.position ?? 0n)
        const found = bytes().subarray(from, from + Math.min(7, buffer.length))
        buffer.set(found)
        return found.length
      }),
    write,
    writeAll: (added) => Effect.asVoid(write(added)),
    seek: () => unsupported,
    sync: Effect.void,
    readAlloc: () => unsupported,
    truncate: () => unsupported,
  }
}

/** A file system over a memory, with only the operations that `Files` needs. */
export const memoryFileSystem = (memory: Memory): FileSystem.FileSystem => {
  const { directories, files } = memory
  const failing = (
    method: string,
    path: string,
    tag: SystemErrorTag = "NotFound",
  ): Effect.Effect<never, PlatformError> =>
    Effect.fail(systemError({ _tag: tag, module: "FileSystem", method, pathOrDescriptor: path }))
  const exists = (path: string) => files.has(path) || directories.has(path)
  const below = (path: string) => [...files.keys(), ...directories].filter((each) => each.startsWith(`${path}/`))
  return FileSystem.makeNoop({
    makeDirectory: (path) =>
      Effect.suspend(() => {
        for (let each = path; each !== ""; each = parentOf(each)) {
          if (files.has(each)) return failing("makeDirectory", path, "AlreadyExists")
          directories.add(each)
        }
        return Effect.void
      }),
    open: (path, { flag } = {}) =>
      Effect.suspend(() => {
        if (flag === "r" && !files.has(path)) return failing("open", path)
        if (!directories.has(parentOf(path))) return failing("open", path)
        if (directories.has(path)) return failing("open", path, "BadResource")
        if (flag === "w" || !files.has(path)) files.set(path, new Uint8Array())
        return Effect.succeed(fileAt(memory, path))
      }),
    readDirectory: (given) => {
      const path = given.replace(/\/$/, "")
      return directories.has(path)
        ? Effect.sync(() =>
          below(path).map((each) => each.slice(path.length + 1)).filter((name) => !name.includes("/"))
        )
        : failing("readDirectory", path)
    },
    remove: (path) =>
      Effect.sync(() => {
        for (const each of [path, ...below(path)]) {
          files.delete(each)
          directories.delete(each)
        }
      }),
    rename: (from, to) =>
      Effect.suspend(() => {
        if (!exists(from)) return failing("rename", from)
        for (const each of [from, ...below(from)]) {
          const renamed = to + each.slice(from.length)
          const bytes = files.get(each)
          if (bytes === undefined) directories.add(renamed)
          else files.set(renamed, bytes)
          files.delete(each)
          directories.delete(each)
        }
        return Effect.void
      }),
    stat: (path) =>
      Effect.suspend(() => {
        if (directories.has(path.replace(/\/$/, ""))) return Effect.succeed(infoOf("Directory", 4096))
        const bytes = files.get(path)
        return bytes === undefined ? failing("stat", path) : Effect.succeed(infoOf("File", bytes.length))
      }),
  })
}

/** The texts of all files, by their paths. */
export const textsIn = ({ files }: Memory): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...files].toSorted(([a], [b]) => a < b ? -1 : 1).map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]),
  )
