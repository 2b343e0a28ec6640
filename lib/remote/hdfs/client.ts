/**
 * What HDFS can do, over its REST interface WebHDFS.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { encoded } from "./address.ts"
import { type HdfsError, membersOf, problemOf } from "./errors.ts"
import { sendOpen } from "../http.ts"
import {
  checked,
  type HdfsRequest,
  httpRequest,
  redirected,
  repeating,
  sendForBytes,
  sendForJson,
  whileBusy,
} from "./requests.ts"

/** A file or directory, as HDFS lists it. */
export interface HdfsStatus {
  /** The name. Empty for the file that was asked for itself. */
  readonly name: string
  readonly isDirectory: boolean
  /** The length of all blocks that are complete, in bytes; 0 for a directory. */
  readonly size: number
  /** When the file was closed, or created if it has not been, in milliseconds since the epoch. */
  readonly modifiedMs: number
  /** The length of a block in bytes; 0 for a directory. */
  readonly blockSize: number
}

/** How `create` makes a file. */
export interface CreateOptions {
  /** Whether an existing file is replaced. Without it, a file that exists fails. */
  readonly overwrite: boolean
  /** Whether each DataNode forces the bytes to its disk before the file is closed. */
  readonly sync?: boolean
}

/** The operations on one server. Paths are absolute. Each fails with `HdfsError`. */
export interface Hdfs {
  readonly status: (path: string) => Effect.Effect<HdfsStatus, HdfsError>
  /** Lists a directory, ordered by the bytes of the names, or gives the file itself. */
  readonly list: (path: string) => Effect.Effect<ReadonlyArray<HdfsStatus>, HdfsError>
  /** Whether a writer has a file open. */
  readonly isOpen: (path: string) => Effect.Effect<boolean, HdfsError>
  /** Reads up to `length` bytes; fewer only at the end of the file, and none behind it. */
  readonly read: (path: string, from: number, length: number) => Effect.Effect<Uint8Array, HdfsError>
  /** Creates a file with bytes. Its directory must exist. */
  readonly create: (path: string, bytes: Uint8Array, options: CreateOptions) => Effect.Effect<void, HdfsError>
  /**
   * Appends to a file and closes it. After a failure with reason `lost`, the bytes, or a part of them, may be there.
   */
  readonly append: (path: string, bytes: Uint8Array) => Effect.Effect<void, HdfsError>
  /** Creates a directory and its missing parents. It may exist. */
  readonly makeDirectory: (path: string) => Effect.Effect<void, HdfsError>
  /** Renames a file or directory in one step. With `overwrite`, it replaces a file or an empty directory. */
  readonly rename: (from: string, to: string, overwrite: boolean) => Effect.Effect<void, HdfsError>
  /** Removes a file, or a directory with everything in it. It may be missing. */
  readonly remove: (path: string) => Effect.Effect<void, HdfsError>
  /**
   * Creates a file, which must not exist, and keeps it open until the scope closes or the process ends: HDFS closes the
   * file when the connection ends. `onLost` runs if the connection breaks before.
   */
  readonly hold: (
    path: string,
    onLost: (error: HdfsError) => Effect.Effect<void>,
  ) => Effect.Effect<void, HdfsError, Scope.Scope>
}

const numberOf = (value: unknown): number => typeof value === "number" ? value : 0

const statusOf = (value: unknown): HdfsStatus => {
  const { blockSize, length, modificationTime, pathSuffix, type } = membersOf(value)
  return {
    name: typeof pathSuffix === "string" ? pathSuffix : "",
    isDirectory: type === "DIRECTORY",
    size: numberOf(length),
    modifiedMs: numberOf(modificationTime),
    blockSize: numberOf(blockSize),
  }
}

/** A part of the entries of a directory, and how many follow. */
const pageOf = (answer: unknown) => {
  const { partialListing, remainingEntries } = membersOf(membersOf(answer)["DirectoryListing"])
  const { FileStatus: found } = membersOf(membersOf(partialListing)["FileStatuses"])
  return { entries: Array.isArray(found) ? found.map(statusOf) : [], remaining: numberOf(remainingEntries) }
}

const isBehindEnd = ({ exception, problem }: HdfsError): boolean =>
  exception === "IOException" && /^Offset=\d+ out of the range/.test(problem)

/** Between two looks whether a file is there. */
const POLL = Schedule.spaced("20 millis")

/** What a file that is kept open begins with: the request is not sent before there is a byte of its body. */
const LINE_END = Uint8Array.of(10)

/** The operations on the server at a URL such as `http://host:9870/webhdfs/v1`. */
export const makeHdfs = (base: string, user: string | undefined): Hdfs => {
  const name: Readonly<Record<string, string>> = user === undefined ? {} : { "user.name": user }
  const request = (
    method: HdfsRequest["method"],
    path: string,
    op: string,
    options: Readonly<Record<string, string>> = {},
    body?: Uint8Array,
  ): HdfsRequest => {
    // Hadoop does not read `+` as a space in all versions.
    const query = Object.entries({ op, ...options, ...name }).map(([key, value]) =>
      `${key}=${encodeURIComponent(value)}`
    )
    return { method, url: `${base}${encoded(path)}?${query.join("&")}`, body }
  }

  const status = (path: string) =>
    Effect.map(
      repeating(sendForJson(request("GET", path, "GETFILESTATUS"))),
      (answer) => statusOf(membersOf(answer)["FileStatus"]),
    )

  const list = Effect.fnUntraced(function* (path: string) {
    const entries: Array<HdfsStatus> = []
    let remaining = 1
    while (remaining > 0) {
      const last = entries.at(-1)
      const options: Readonly<Record<string, string>> = last === undefined ? {} : { startAfter: last.name }
      const page = pageOf(yield* repeating(sendForJson(request("GET", path, "LISTSTATUS_BATCH", options))))
      for (const entry of page.entries) entries.push(entry)
      remaining = page.entries.length === 0 ? 0 : page.remaining
    }
    return entries
  })

  const create = (path: string, overwrite: boolean, sync: boolean, body: Uint8Array) =>
    request("PUT", path, "CREATE", {
      overwrite: String(overwrite),
      createparent: "false",
      ...(sync ? { createflag: "CREATE,SYNC_BLOCK" } : {}),
    }, body)

  const exists = (path: string): Effect.Effect<boolean, HdfsError> =>
    Effect.catchIf(
      Effect.as(status(path), true),
      ({ reason }: HdfsError) => reason === "missing",
      () => Effect.succeed(false),
    )

  return {
    status,
    list,
    isOpen: (path) =>
      Effect.map(
        repeating(sendForJson(request("GET", path, "GET_BLOCK_LOCATIONS", { offset: "0", length: "1" }))),
        (answer) => membersOf(membersOf(answer)["LocatedBlocks"])["isUnderConstruction"] === true,
      ),
    read: (path, from, length) => {
      const nothing = new Uint8Array()
      if (length <= 0) return Effect.as(status(path), nothing)
      const range = { offset: String(from), ...(Number.isFinite(length) ? { length: String(length) } : {}) }
      return Effect.catchIf(
        repeating(sendForBytes({ ...request("GET", path, "OPEN", range), answerBytes: length })),
        isBehindEnd,
        () => Effect.succeed(nothing),
      )
    },
    create: (path, bytes, { overwrite, sync = false }) => {
      const made = Effect.asVoid(sendForBytes(create(path, overwrite, sync, bytes)))
      return overwrite ? repeating(made) : whileBusy(made)
    },
    append: (path, bytes) => whileBusy(Effect.asVoid(sendForBytes(request("POST", path, "APPEND", {}, bytes)))),
    makeDirectory: (path) => Effect.asVoid(repeating(sendForJson(request("PUT", path, "MKDIRS")))),
    rename: (from, to, overwrite) =>
      Effect.asVoid(whileBusy(sendForJson(
        // With an option, even NONE, HDFS says why it does not rename, and does not move into an existing directory.
        request("PUT", from, "RENAME", { destination: to, renameoptions: overwrite ? "OVERWRITE" : "NONE" }),
      ))),
    remove: (path) => Effect.asVoid(repeating(sendForJson(request("DELETE", path, "DELETE", { recursive: "true" })))),
    hold: Effect.fnUntraced(function* (path, onLost) {
      const found = yield* whileBusy(redirected(create(path, false, false, LINE_END)))
      const ended = problemOf(`HDFS has closed ${path}`, "lost")
      const open = yield* Effect.forkScoped(
        Effect.interruptible(Effect.andThen(checked(found, sendOpen(httpRequest(found))), Effect.fail(ended))),
        { startImmediately: true },
      )
      // HDFS answers at the end only, so that the file itself tells that it has been created.
      const created = Effect.repeat(exists(path), { until: (is) => is, schedule: POLL })
      yield* Effect.raceFirst(Effect.asVoid(created), Fiber.join(open))
      yield* Effect.forkScoped(Effect.interruptible(Effect.catch(Fiber.join(open), onLost)))
    }),
  }
}
