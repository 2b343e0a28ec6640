/**
 * Logs in a folder of the machine, or of a file system that is mounted. Built on `node:fs` because Effect's `FileSystem`
 * cannot sync the data of a file without its times.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { giveWayIfDue } from "../../core/pace.ts"
import { ForeignDirectory, type StoreError, type StoreOperation } from "../errors.ts"
import { LOG_FILE, type LogFile, type LogStore } from "../log_store.ts"
import { joined } from "../../core/bytes.ts"
import { storeError } from "./folder_errors.ts"
import { lockFolder } from "./folder_lock.ts"

type FileSystem = typeof import("node:fs")
type Done<A> = (error: Error | null, value?: A) => void

const LOCK = "lock"

/** Other names that a folder may have: the lock and its journal, hidden files, and what is at the root of a disk. */
const isIgnored = (name: string): boolean =>
  name === LOCK || name === `${LOCK}-journal` || name.startsWith(".") || name === "lost+found"

/** The first of some names that belongs neither to a log nor to the folder itself. */
export const foreignName = (names: ReadonlyArray<string>): string | undefined =>
  names.find((name) => !LOG_FILE.test(name) && !isIgnored(name))

/**
 * How many bytes are written by one call. The event loop waits for it, 1 to 3 ms for a megabyte: Deno writes so even when asked
 * for a callback, which costs a turn of the loop more.
 */
const PIECE = 1 << 20

/** A sync of so many also checks that the file is still there. */
const SYNCS_PER_CHECK = 8

/** The bytes in pieces of about {@link PIECE}: small ones are joined, large ones divided. */
function* inCalls(pieces: ReadonlyArray<Uint8Array>): Generator<Uint8Array, void> {
  let small: Array<Uint8Array> = []
  let length = 0
  for (const piece of pieces) {
    const isLarge = piece.length > PIECE / 2
    if (length > 0 && (isLarge || length + piece.length > PIECE)) {
      yield joined(small)
      small = []
      length = 0
    }
    if (isLarge) {
      for (let at = 0; at < piece.length; at += PIECE) yield piece.subarray(at, at + PIECE)
    } else {
      small.push(piece)
      length += piece.length
    }
  }
  if (small.length === 1) yield small[0]!
  else if (length > 0) yield joined(small)
}

/** Where the pieces of a write are joined. A new array each time would cost more than the copy. */
let room: Uint8Array | undefined

/** The bytes of at most {@link PIECE} as one piece, which is valid until the next call of this function. */
const asOne = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const bytes = room ??= new Uint8Array(PIECE)
  let length = 0
  for (const piece of pieces) {
    bytes.set(piece, length)
    length += piece.length
  }
  return bytes.subarray(0, length)
}

/** Stores logs in a folder, which is made if it does not exist. */
export const folderStore = (folder: string): LogStore => {
  let loaded: FileSystem | undefined
  // Loaded when a folder is first used: the library runs in browsers too.
  const fileSystem = Effect.suspend(() =>
    loaded === undefined
      ? Effect.promise(async (): Promise<FileSystem> => loaded = await import("node:fs"))
      : Effect.succeed(loaded)
  )
  const pathOf = (file: string) => file === "" ? folder : `${folder}/${file}`

  const calling = <A = void>(
    operation: StoreOperation,
    file: string,
    call: (fs: FileSystem, done: Done<A>) => void,
  ): Effect.Effect<A, StoreError> =>
    Effect.uninterruptible(Effect.flatMap(fileSystem, (fs) =>
      Effect.callback<A, StoreError>((resume) => {
        const fail = (cause: unknown) => resume(Effect.fail(storeError(operation, pathOf(file), cause)))
        try {
          call(fs, (error, value) => error === null ? resume(Effect.succeed(value as A)) : fail(error))
        } catch (cause) {
          // Deno throws at once if a permission is missing.
          fail(cause)
        }
      })))

  const opened = (operation: StoreOperation, file: string, flag: string) =>
    Effect.acquireRelease(
      calling<number>(operation, file, (fs, done) => fs.open(pathOf(file), flag, done)),
      (fd) => Effect.ignore(calling(operation, file, (fs, done) => fs.close(fd, done))),
    )

  /** Makes the names in a folder durable: those of files that were created and the absence of those removed. */
  const syncFolder = (path: string): Effect.Effect<void, StoreError, Scope.Scope> =>
    Effect.flatMap(fileSystem, ({ constants }) =>
      // Windows cannot open folders, and keeps names in a journal of its own.
      constants.O_DIRECTORY === undefined
        ? Effect.void
        : Effect.flatMap(opened("sync", path, "r"), (fd) => calling("sync", path, (fs, done) => fs.fsync(fd, done))))

  /** The folders above are synced as well if they are new, unless Deno may not open them. */
  const makeFolder = Effect.gen(function* () {
    const first = yield* calling<string | undefined>(
      "lock",
      "",
      (fs, done) => fs.mkdir(folder, { recursive: true }, done),
    )
    if (first === undefined) return
    const made = folder.slice(folder.indexOf(first) + first.length).split(/[\\/]/)
    for (const level of made.keys()) {
      yield* Effect.catchTag(syncFolder("../".repeat(level + 1)), "PermissionLost", () => Effect.void)
    }
  })

  const logFile = (fs: FileSystem, file: string, fd: number): LogFile => {
    const path = pathOf(file)
    const attempt = (operation: StoreOperation, call: () => void): Effect.Effect<void, StoreError> =>
      Effect.try({ try: call, catch: (cause) => storeError(operation, path, cause) })
    const write = (bytes: Uint8Array): void => {
      for (let at = 0; at < bytes.length;) at += fs.writeSync(fd, bytes, at, bytes.length - at, null)
    }
    const writeLarge = Effect.fnUntraced(function* (pieces: ReadonlyArray<Uint8Array>) {
      for (const bytes of inCalls(pieces)) {
        yield* attempt("append to", () => write(bytes))
        yield* giveWayIfDue
      }
    })
    // A file that was removed can still be written and synced, and is gone when it is closed.
    const find = attempt("sync", () => void fs.statSync(path))
    let syncs = 0
    return {
      append: (pieces) =>
        pieces.reduce((sum, { length }) => sum + length, 0) > PIECE
          ? writeLarge(pieces)
          : attempt("append to", () => write(asOne(pieces))),
      sync: Effect.flatMap(
        calling("sync", file, (fs, done) => fs.fdatasync(fd, done)),
        () => ++syncs % SYNCS_PER_CHECK === 0 ? find : Effect.void,
      ),
    }
  }

  const names = calling<Array<string>>("list", "", (fs, done) => fs.readdir(folder, done))

  const readInto = Effect.fnUntraced(function* (file: string, from: number, length: number) {
    const fd = yield* opened("read", file, "r")
    const bytes = new Uint8Array(length)
    let read = 0
    while (read < length) {
      const count = yield* calling<number>(
        "read",
        file,
        (fs, done) => fs.read(fd, bytes, read, length - read, from + read, done),
      )
      if (count === 0) break
      read += count
    }
    return bytes.subarray(0, read)
  })

  return {
    location: folder,
    lock: Effect.gen(function* () {
      yield* Effect.scoped(makeFolder)
      const foreign = foreignName(yield* names)
      if (foreign !== undefined) return yield* new ForeignDirectory({ store: folder, file: foreign })
      yield* lockFolder(folder, LOCK)
    }),
    list: Effect.map(names, (all) => all.filter((name) => LOG_FILE.test(name)).sort()),
    read: (file, from, length) => Effect.scoped(readInto(file, from, length)),
    create: (file) =>
      Effect.gen(function* () {
        const fd = yield* opened("create", file, "ax")
        yield* Effect.scoped(syncFolder(""))
        return logFile(yield* fileSystem, file, fd)
      }),
    sync: (file) =>
      Effect.scoped(Effect.flatMap(
        opened("sync", file, "r+"),
        (fd) => calling("sync", file, (fs, done) => fs.fdatasync(fd, done)),
      )),
    remove: (file) => calling("remove", file, (fs, done) => fs.rm(pathOf(file), { force: true }, done)),
  }
}
