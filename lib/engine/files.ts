/**
 * The file system of the runtime: that of Deno, Node and Bun.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type FileEntry, FileError, type FileReason, type Files } from "../rdd/files/files.ts"

const codeOf = (cause: unknown): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined

const reasons: Readonly<Record<string, FileReason>> = {
  ENOENT: "NotFound",
  ENOTDIR: "NotFound",
  EEXIST: "AlreadyExists",
  ENOTEMPTY: "AlreadyExists",
  EACCES: "PermissionDenied",
  EPERM: "PermissionDenied",
  EROFS: "PermissionDenied",
}

const reasonOf = (cause: unknown): FileReason => {
  // What Deno throws for a permission that it was not given has no code.
  if (cause instanceof Error && cause.name === "NotCapable") return "PermissionDenied"
  return reasons[String(codeOf(cause))] ?? "Other"
}

type Fs = typeof import("node:fs/promises")

/** Does something that is awaited in any case, so that nothing is written any more once whoever wanted it has gone. */
const doing = <A>(operation: string, path: string, body: (fs: Fs) => Promise<A>): Effect.Effect<A, FileError> =>
  Effect.uninterruptible(Effect.tryPromise({
    try: async () => await body(await import("node:fs/promises")),
    catch: (cause) => new FileError({ path, operation, reason: reasonOf(cause), cause }),
  }))

const writeAll = async (fs: Fs, path: string, pieces: ReadonlyArray<Uint8Array>): Promise<void> => {
  const file = await fs.open(path, "w")
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length;) at += (await file.write(piece, at, piece.length - at)).bytesWritten
    }
  } finally {
    await file.close()
  }
}

const readRange = async (fs: Fs, path: string, from: number, to: number): Promise<Uint8Array> => {
  const file = await fs.open(path, "r")
  try {
    const { size } = await file.stat()
    const bytes = new Uint8Array(Math.max(0, Math.min(to, size) - from))
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, from + length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
  } finally {
    await file.close()
  }
}

const entryOf = async (fs: Fs, path: string, name: string): Promise<FileEntry> => {
  const found = await fs.stat(path)
  const isDirectory = found.isDirectory()
  return { path, name, isDirectory, size: isDirectory ? 0 : found.size }
}

const listAll = async (fs: Fs, path: string): Promise<ReadonlyArray<FileEntry>> => {
  const own = await entryOf(fs, path, path.slice(path.search(/[^/\\]*$/)))
  if (!own.isDirectory) return [own]
  const entries = (await fs.readdir(path)).toSorted().map((name) =>
    entryOf(fs, `${path}/${name}`, name).catch((cause: unknown) => {
      // It has gone meanwhile, or is a link to nothing.
      if (codeOf(cause) === "ENOENT") return undefined
      throw cause
    })
  )
  return (await Promise.all(entries)).filter((entry) => entry !== undefined)
}

/** The file system of the runtime. Loaded when it is first used. */
export const runtimeFiles: Files = {
  makeDirectory: (path) => doing("make directory", path, async (fs) => void await fs.mkdir(path, { recursive: true })),
  write: (path, pieces) => doing("write", path, (fs) => writeAll(fs, path, pieces)),
  read: (path, from, to) => doing("read", path, (fs) => readRange(fs, path, from, to)),
  rename: (from, to) => doing("rename", from, (fs) => fs.rename(from, to)),
  remove: (path) => doing("remove", path, (fs) => fs.rm(path, { recursive: true, force: true })),
  exists: (path) =>
    Effect.matchEffect(doing("find", path, (fs) => fs.stat(path)), {
      onSuccess: () => Effect.succeed(true),
      onFailure: (error) => error.reason === "NotFound" ? Effect.succeed(false) : Effect.fail(error),
    }),
  list: (path) => doing("list", path, (fs) => listAll(fs, path)),
}
