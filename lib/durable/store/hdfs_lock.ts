/**
 * Reserves a directory of HDFS for one process.
 *
 * A process keeps the file `lock-<number>` open. HDFS closes it when the connection ends, so that the lock of a process
 * that was killed is free at once. A connection can break while its process lives: so the next process takes a higher
 * number, and renames the directory of the logs, `logs-<number>`. Nothing that the earlier process asks for finds its
 * files after that.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Hdfs, HdfsStatus } from "../../remote/hdfs/client.ts"
import { type HdfsError, problemOf } from "../../remote/hdfs/errors.ts"
import type { HdfsPlace } from "../../remote/hdfs/servers.ts"
import { ForeignDirectory, StoreLocked } from "../errors.ts"
import { LOG_FILE } from "../log_store.ts"
import { awaitClosed } from "./hdfs_append.ts"

const NAME = /^(lock|logs)-(\d{10})$/

const HIDDEN_LOCK = ".lock-"

/** How long the lock of a process that has just been killed may still be held. */
const LOCK_LIMIT_MS = 1_000

/** HDFS lets a file be taken from a DataNode that has not been heard of for a minute, and then closes it. */
const RECOVERY_LIMIT_MS = 90_000

const named = (kind: "lock" | "logs", number: number): string => `${kind}-${String(number).padStart(10, "0")}`

/** The highest number in the names of the locks, or of the directories of logs; -1 without a lock or directory. */
const highest = (entries: ReadonlyArray<HdfsStatus>, kind: "lock" | "logs"): number =>
  Math.max(
    -1,
    ...entries.map(({ name }) => NAME.exec(name)).map((found) => found?.[1] === kind ? Number(found[2]) : -1),
  )

const entriesOf = (hdfs: Hdfs, path: string): Effect.Effect<ReadonlyArray<HdfsStatus>, HdfsError> =>
  Effect.catchIf(hdfs.list(path), ({ reason }: HdfsError) => reason === "missing", () => Effect.succeed([]))

/** Finds the directory of the logs in a store that is not locked. Undefined: there is none. */
export const currentLogs = ({ hdfs, path }: HdfsPlace): Effect.Effect<string | undefined, HdfsError> =>
  Effect.map(entriesOf(hdfs, path), (entries) => {
    const number = highest(entries, "logs")
    return number < 0 ? undefined : `${path}/${named("logs", number)}`
  })

type LockError = HdfsError | StoreLocked | ForeignDirectory

/** Checks that everything in a directory belongs to the store. */
const checkNames = (
  store: string,
  entries: ReadonlyArray<HdfsStatus>,
  pattern: RegExp,
): Effect.Effect<void, ForeignDirectory> => {
  const foreign = entries.find(({ name }) => !name.startsWith(".") && !pattern.test(name))
  return foreign === undefined ? Effect.void : Effect.fail(new ForeignDirectory({ store, file: foreign.name }))
}

/** Opens a lock file of the given number, unless another process has it. */
const openLock = Effect.fnUntraced(function* ({ hdfs, path }: HdfsPlace, store: string, number: number) {
  let file = `${path}/${HIDDEN_LOCK}${crypto.randomUUID()}`
  const warn = ({ message }: HdfsError) =>
    Effect.logWarning(
      `The connection that reserves ${store} has ended: ${message}. If another process takes the store over meanwhile, ` +
        "the next write of this one fails",
    )
  yield* hdfs.hold(file, warn)
  yield* Effect.addFinalizer(() => Effect.ignore(hdfs.remove(file)))
  const lock = `${path}/${named("lock", number)}`
  yield* Effect.mapError(
    hdfs.rename(file, lock, false),
    (error): LockError => error.reason === "exists" ? new StoreLocked({ store }) : error,
  )
  file = lock
})

/** Renames the directory of the logs, so that only the process with this number knows its name. */
const takeLogs: (place: HdfsPlace, store: string, number: number) => Effect.Effect<string, LockError> = Effect
  .fnUntraced(function* (place: HdfsPlace, store: string, number: number) {
    const { hdfs, path } = place
    const last = highest(yield* hdfs.list(path), "logs")
    if (last >= number) return yield* Effect.fail(new StoreLocked({ store }))
    const logs = `${path}/${named("logs", number)}`
    return yield* Effect.catchIf(
      Effect.as(hdfs.rename(`${path}/${named("logs", last)}`, logs, false), logs),
      // A process with a lower number has renamed it since.
      (error: LockError) => error._tag === "HdfsError" && error.reason === "missing",
      () => takeLogs(place, store, number),
    )
  })

/** Waits for an append that an earlier process had begun: it ends although the directory has another name. */
const awaitWriters = (hdfs: Hdfs, logs: string, files: ReadonlyArray<HdfsStatus>) =>
  Effect.forEach(
    files,
    ({ name }) =>
      Effect.flatMap(awaitClosed(hdfs, `${logs}/${name}`, RECOVERY_LIMIT_MS), (isClosed) =>
        isClosed ? Effect.void : Effect.fail(
          problemOf(`${name} is still open for a process that has ended. HDFS closes it in time: try again`),
        )),
    {
      discard: true,
      concurrency: 4,
    },
  )

/** Removes what earlier processes have left, but no lock file that is being made. */
const removeOld = (hdfs: Hdfs, path: string, entries: ReadonlyArray<HdfsStatus>, number: number) =>
  Effect.forEach(entries, ({ name }) => {
    const remove = hdfs.remove(`${path}/${name}`)
    if (Number(NAME.exec(name)?.[2] ?? number) < number) return remove
    return name.startsWith(HIDDEN_LOCK)
      ? Effect.flatMap(hdfs.isOpen(`${path}/${name}`), (isOpen) => isOpen ? Effect.void : remove)
      : Effect.void
  }, { discard: true })

/**
 * Locks a store until the scope closes or the process ends. Gives the directory of its logs. `store` is where the store
 * is, for messages.
 */
export const lockDirectory: (
  place: HdfsPlace,
  store: string,
) => Effect.Effect<string, LockError, Scope.Scope> = Effect.fnUntraced(function* (place: HdfsPlace, store: string) {
  const { hdfs, path } = place
  yield* hdfs.makeDirectory(path)
  const entries = yield* hdfs.list(path)
  yield* checkNames(store, entries, NAME)
  const lock = highest(entries, "lock")
  const isFree = lock < 0 || (yield* awaitClosed(hdfs, `${path}/${named("lock", lock)}`, LOCK_LIMIT_MS))
  if (!isFree) return yield* Effect.fail(new StoreLocked({ store }))
  if (highest(entries, "logs") < 0) yield* hdfs.makeDirectory(`${path}/${named("logs", 0)}`)
  const number = Math.max(0, lock, highest(entries, "logs")) + 1
  yield* openLock(place, store, number)
  const logs = yield* takeLogs(place, store, number)
  const files = yield* hdfs.list(logs)
  yield* checkNames(store, files, LOG_FILE)
  yield* awaitWriters(hdfs, logs, files)
  yield* removeOld(hdfs, path, yield* hdfs.list(path), number)
  return logs
})
