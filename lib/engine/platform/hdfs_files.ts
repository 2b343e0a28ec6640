/**
 * Paths such as `hdfs://host/data/a.txt`: files in HDFS.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { joined } from "../../core/bytes.ts"
import { inPieces, run } from "../../core/pace.ts"
import { type FileEntry, FileError, type FileReason, type Files } from "../../rdd/files/files.ts"
import { join } from "../../rdd/files/glob.ts"
import type { Hdfs, HdfsStatus } from "../../remote/hdfs/client.ts"
import { type HdfsError, type HdfsReason, problemOf } from "../../remote/hdfs/errors.ts"
import { type HdfsPlace, placeOf } from "../../remote/hdfs/servers.ts"
import { byName, hiddenSibling } from "./file_names.ts"

const reasons: Readonly<Partial<Record<HdfsReason, FileReason>>> = {
  missing: "NotFound",
  exists: "AlreadyExists",
  refused: "PermissionDenied",
}

/** How many files are asked at the same time whether they are still being written. */
const ASKED_AT_ONCE = 8

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

const entryOf = (path: string, name: string, status: HdfsStatus): FileEntry => ({
  path,
  name,
  isDirectory: status.isDirectory,
  size: status.size,
  modifiedMs: status.modifiedMs,
})

/**
 * Whether HDFS has to be asked if a file is still being written. It leaves the last block of a new file out of the size
 * until the file is closed, so only a file of whole blocks, or none, can be open: that spares a request for nearly
 * every file. A file that was closed and is opened again to append counts as complete.
 */
const mayBeOpen = ({ blockSize, isDirectory, size }: HdfsStatus): boolean => !isDirectory && size % blockSize === 0

/**
 * The entry of a file that may be open: with `isOpen` if it is. Otherwise its size and time are asked for again, as it may have been
 * closed since they were found.
 */
const certain = (hdfs: Hdfs, path: string, entry: FileEntry): Effect.Effect<FileEntry, HdfsError> =>
  Effect.flatMap(
    hdfs.isOpen(path),
    (isOpen): Effect.Effect<FileEntry, HdfsError> =>
      isOpen
        ? Effect.succeed({ ...entry, isOpen })
        : Effect.map(hdfs.status(path), (status) => entryOf(entry.path, entry.name, status)),
  )

const write = (hdfs: Hdfs, path: string, bytes: Uint8Array, sync: boolean): Effect.Effect<void, HdfsError> =>
  Effect.suspend(() => {
    const fresh = hiddenSibling(path, nameOf(path))
    return Effect.onError(
      Effect.andThen(hdfs.create(fresh, bytes, { overwrite: true, sync }), hdfs.rename(fresh, path, true)),
      () => Effect.ignore(hdfs.remove(fresh)),
    )
  })

const append = (hdfs: Hdfs, path: string, bytes: Uint8Array): Effect.Effect<void, HdfsError> =>
  Effect.catchIf(
    hdfs.append(path, bytes),
    ({ reason }: HdfsError) => reason === "missing",
    () => hdfs.create(path, bytes, { overwrite: false }),
  )

/** The entries of a directory, or of a file itself. */
const entriesOf = Effect.fnUntraced(
  function* (url: string, { hdfs, path }: HdfsPlace, isKnown: (name: string) => boolean = () => false) {
    const found = yield* hdfs.list(path)
    const entries: Array<FileEntry> = []
    /** The entries of files that may be open, by their paths. */
    const doubtful = new Map<string, number>()
    const add = (status: HdfsStatus) => {
      // Asked for a file, HDFS lists the file itself.
      const isItself = status.name === ""
      const name = isItself ? nameOf(path) : status.name
      if (isKnown(name)) return
      if (mayBeOpen(status)) doubtful.set(isItself ? path : join(path, name), entries.length)
      entries.push(entryOf(isItself ? url : join(url, name), name, status))
    }
    yield* run(() => inPieces(found.length, (from, to) => found.slice(from, to).forEach(add)))
    return { entries, doubtful }
  },
)

const sortedEntries = (url: string, place: HdfsPlace): Effect.Effect<ReadonlyArray<FileEntry>, HdfsError> =>
  // HDFS sorts by bytes of UTF-8, which is another order for characters above U+FFFF.
  Effect.map(entriesOf(url, place), ({ entries }) => entries.toSorted(byName))

const newEntries = Effect.fnUntraced(function* (url: string, place: HdfsPlace, isKnown: (name: string) => boolean) {
  const { doubtful, entries } = yield* entriesOf(url, place, isKnown)
  const ask = ([path, at]: readonly [string, number]) =>
    certain(place.hdfs, path, entries[at]!).pipe(
      Effect.map((entry) => {
        entries[at] = entry
      }),
      // It was removed after the directory was listed.
      Effect.catchIf(({ reason }: HdfsError) => reason === "missing", () => Effect.void),
    )
  yield* Effect.forEach(doubtful, ask, { concurrency: ASKED_AT_ONCE, discard: true })
  return entries
})

const entryAt = Effect.fnUntraced(function* (url: string, { hdfs, path }: HdfsPlace) {
  const status = yield* hdfs.status(path)
  const entry = entryOf(url, nameOf(path), status)
  return mayBeOpen(status) ? yield* certain(hdfs, path, entry) : entry
})

/** Files in HDFS. `context` has services for operations whose fibers do not have them. */
const filesIn = (context: Context.Context<never>): Files => {
  const doing = <A>(
    operation: string,
    url: string,
    use: (place: HdfsPlace) => Effect.Effect<A, HdfsError>,
  ): Effect.Effect<A, FileError> =>
    Effect.flatMap(placeOf(url), use).pipe(
      Effect.mapError((cause) =>
        new FileError({
          path: url,
          operation,
          reason: reasons[cause.reason] ?? "Other",
          cause,
          // HDFS itself names an exception when it refuses something.
          isDenied: cause.reason === "refused" && cause.exception === "",
        })
      ),
      Effect.updateContext((current: Context.Context<never>) => Context.merge(context, current)),
    )
  const changing: typeof doing = (operation, url, use) => Effect.uninterruptible(doing(operation, url, use))
  return {
    makeDirectory: (url) => changing("make directory", url, ({ hdfs, path }) => hdfs.makeDirectory(path)),
    write: (url, pieces, options) =>
      changing("write", url, ({ hdfs, path }) => write(hdfs, path, joined(pieces), options?.durable === true)),
    append: (url, pieces) => changing("append to", url, ({ hdfs, path }) => append(hdfs, path, joined(pieces))),
    read: (url, from, to) => doing("read", url, ({ hdfs, path }) => hdfs.read(path, from, Math.max(0, to - from))),
    rename: (from, to) =>
      changing(
        "rename",
        from,
        ({ hdfs, path, server }) =>
          Effect.flatMap(placeOf(to), (target) =>
            target.server === server
              ? hdfs.rename(path, target.path, true)
              : Effect.fail(problemOf(`${to} is in another HDFS. Read the file and write it there`))),
      ),
    remove: (url) => changing("remove", url, ({ hdfs, path }) => hdfs.remove(path)),
    exists: (url) =>
      doing("find", url, ({ hdfs, path }) =>
        Effect.catchIf(
          Effect.as(hdfs.status(path), true),
          ({ reason }: HdfsError) => reason === "missing",
          () => Effect.succeed(false),
        )),
    list: (url) => doing("list", url, (place) => sortedEntries(url, place)),
    listNew: (url, isKnown) => doing("list", url, (place) => newEntries(url, place, isKnown)),
    stat: (url) => doing("find", url, (place) => entryAt(url, place)),
  }
}

/** The files of HDFS, for an operation. */
export const current = (context: Context.Context<never>): Effect.Effect<Files> => Effect.succeed(filesIn(context))
