/**
 * A lock on a folder, which the operating system frees when the process ends. Neither Deno nor Node has such a lock on all
 * systems, but SQLite has, and each runtime comes with SQLite: the lock is a transaction on an empty database.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { PermissionLost, type StoreError, StoreLocked } from "../errors.ts"
import { storeError } from "./folder_errors.ts"

interface Database {
  readonly exec: (sql: string) => unknown
  readonly close: () => void
}

/** The database of Bun. Its name is not written where bundlers and other runtimes would look for it. */
const BUN_SQLITE = "bun:sqlite"

const openDatabase = async (path: string): Promise<Database> => {
  if ("Bun" in globalThis) {
    const { Database }: { readonly Database: new (path: string) => Database } = await import(BUN_SQLITE)
    return new Database(path)
  }
  const { DatabaseSync } = await import("node:sqlite")
  return new DatabaseSync(path, { timeout: 0 })
}

const openLocked = async (path: string): Promise<Database> => {
  const database = await openDatabase(path)
  try {
    database.exec("BEGIN EXCLUSIVE")
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

const lockError = (folder: string, path: string, cause: unknown): StoreError => {
  const text = String(cause)
  if (/database is locked|SQLITE_BUSY/i.test(text)) return new StoreLocked({ store: folder })
  return /readonly|unable to open|SQLITE_CANTOPEN/i.test(text)
    ? new PermissionLost({ operation: "lock", file: path, cause })
    : storeError("lock", path, cause)
}

/** Locks a folder with a file in it, until the scope closes or the process ends. */
export const lockFolder = (folder: string, file: string): Effect.Effect<void, StoreError, Scope.Scope> => {
  const path = `${folder}/${file}`
  const database = Effect.tryPromise({
    try: () => openLocked(path),
    catch: (cause) => lockError(folder, path, cause),
  })
  return Effect.asVoid(Effect.acquireRelease(database, (open) => Effect.sync(() => open.close())))
}
