/**
 * Logs in HDFS. A sync is one append, which ends when the DataNodes that keep the block have received it.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { joined } from "../../core/bytes.ts"
import type { Hdfs } from "../../remote/hdfs/client.ts"
import { type HdfsError, problemOf } from "../../remote/hdfs/errors.ts"
import { type HdfsPlace, placeOf } from "../../remote/hdfs/servers.ts"
import { type StoreError, StoreLocked, type StoreOperation } from "../errors.ts"
import { LOG_FILE, type LogFile, type LogStore } from "../log_store.ts"
import { appendOnce } from "./hdfs_append.ts"
import { storeErrorOf } from "./hdfs_errors.ts"
import { currentLogs, lockDirectory } from "./hdfs_lock.ts"

/** Appended bytes wait for the next sync, but no more than these: they are then written by an append of their own. */
const MOST_WAITING = 1 << 25

/** A file that this store is writing. */
class OpenFile {
  /** How many bytes are in HDFS. */
  written = 0
  /** What was appended since, in order. */
  readonly waiting: Array<Uint8Array> = []
  waitingBytes = 0

  add(pieces: ReadonlyArray<Uint8Array>): void {
    const bytes = joined(pieces)
    this.waiting.push(bytes)
    this.waitingBytes += bytes.length
  }

  clear(): void {
    this.written += this.waitingBytes
    this.waiting.length = 0
    this.waitingBytes = 0
  }
}

/**
 * Stores logs in a directory of HDFS, which is made if it does not exist. They are in the subdirectory of the process
 * that has locked the store, which the next process renames: no request of an earlier process finds its files any more,
 * and fails with `StoreLocked`.
 *
 * After a sync, the bytes survive the end of the process and of all machines but one of those that keep the block. They
 * are in the memory of those machines, and on their disks only if the DataNodes are configured with
 * `dfs.datanode.synconclose`.
 *
 * Services, such as the `ConfigProvider`, are looked for around each operation, then in the context.
 */
export const hdfsStore = (url: string, context: Context.Context<never> = Context.empty()): LogStore => {
  const location = url.replace(/(?<=[^/])\/+$/, "")
  /** The server and the directory of the logs, once this store is locked. */
  let own: { readonly place: HdfsPlace; readonly logs: string } | undefined
  const open = new Map<string, OpenFile>()

  const withServices = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.uninterruptible(Effect.updateContext(effect, (own: Context.Context<R>) => Context.merge(context, own)))

  const failing = (operation: StoreOperation, file: string) => (error: HdfsError | StoreError): StoreError =>
    error._tag === "HdfsError" ? storeErrorOf(operation, file === "" ? location : `${location}/${file}`, error) : error

  /** Runs `act` on the directory of the logs, or `withoutLogs` if the store has no such directory. */
  const inLogs = <A>(
    operation: StoreOperation,
    file: string,
    act: (hdfs: Hdfs, logs: string) => Effect.Effect<A, HdfsError>,
    withoutLogs: Effect.Effect<A, HdfsError> = Effect.fail(problemOf("the store has no logs", "missing")),
  ): Effect.Effect<A, StoreError> =>
    Effect.gen(function* () {
      const place = own?.place ?? (yield* placeOf(url))
      const logs = own?.logs ?? (yield* currentLogs(place))
      if (logs === undefined) return yield* withoutLogs
      return yield* Effect.catchIf(
        act(place.hdfs, logs),
        ({ reason }: HdfsError) => reason === "missing",
        (error) =>
          Effect.flatMap(currentLogs(place), (current): Effect.Effect<never, HdfsError | StoreLocked> =>
            Effect.fail(
              current === undefined || current === logs
                ? error
                : new StoreLocked({ store: location, isTakenOver: own !== undefined }),
            )),
      )
    }).pipe(Effect.mapError(failing(operation, file)), withServices)

  const flush = (operation: StoreOperation, name: string, file: OpenFile) =>
    inLogs(operation, name, (hdfs, logs) => {
      if (file.waitingBytes === 0) return Effect.void
      const appended = appendOnce(hdfs, `${logs}/${name}`, file.written, joined(file.waiting))
      return Effect.tap(appended, () => Effect.sync(() => file.clear()))
    })

  const logFile = (name: string, file: OpenFile): LogFile => ({
    append: (pieces) =>
      Effect.suspend(() => {
        file.add(pieces)
        return file.waitingBytes > MOST_WAITING ? flush("append to", name, file) : Effect.void
      }),
    sync: flush("sync", name, file),
  })

  return {
    location,
    lock: Effect.gen(function* () {
      const place = yield* placeOf(url)
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          own = undefined
        })
      )
      own = { place, logs: yield* lockDirectory(place, location) }
    }).pipe(Effect.mapError(failing("lock", "")), withServices),
    list: inLogs(
      "list",
      "",
      (hdfs, logs) =>
        Effect.map(
          hdfs.list(logs),
          (entries) => entries.map(({ name }) => name).filter((name) => LOG_FILE.test(name)).sort(),
        ),
      Effect.succeed([]),
    ),
    read: (file, from, length) =>
      Effect.suspend(() => {
        const read = (length: number) =>
          inLogs("read", file, (hdfs, logs) => hdfs.read(`${logs}/${file}`, from, length))
        const writing = open.get(file)
        if (writing === undefined) return read(length)
        const { waiting, written } = writing
        const inHdfs = Math.min(length, Math.max(0, written - from))
        const at = Math.max(0, from - written)
        const rest = joined(waiting).subarray(at, at + length - inHdfs)
        return Effect.map(read(inHdfs), (bytes) => joined([bytes, rest]))
      }),
    create: (name) =>
      Effect.acquireRelease(
        Effect.map(
          inLogs("create", name, (hdfs, logs) =>
            own === undefined
              ? Effect.fail(problemOf("the store is not locked"))
              : hdfs.create(`${logs}/${name}`, new Uint8Array(), { overwrite: false })),
          () => {
            const file = new OpenFile()
            open.set(name, file)
            return logFile(name, file)
          },
        ),
        () =>
          Effect.sync(() =>
            open.delete(name)
          ),
      ),
    sync: (file) => inLogs("sync", file, (hdfs, logs) => Effect.asVoid(hdfs.status(`${logs}/${file}`))),
    remove: (file) => inLogs("remove", file, (hdfs, logs) => hdfs.remove(`${logs}/${file}`), Effect.void),
  }
}
