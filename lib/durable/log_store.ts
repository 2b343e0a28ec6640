/**
 * Where logs are stored: named files that are written once, from the beginning to the end. A folder, the memory of a test
 * or an object store can provide this. `tests/durable/store_contract.ts` tests what is promised here.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { StoreError } from "./errors.ts"

/** A file that is being written. One fiber uses it at a time. */
export interface LogFile {
  /** Adds bytes at the end. They can be lost until `sync` has succeeded. They must not change before this has ended. */
  readonly append: (pieces: ReadonlyArray<Uint8Array>) => Effect.Effect<void, StoreError>
  /** Makes everything durable that was appended before. After a failure, the file must not be written any more. */
  readonly sync: Effect.Effect<void, StoreError>
}

/** Stores the files of logs. Operations end before an interruption takes effect. */
export interface LogStore {
  /** Where it is, for messages: the path of a folder, or an address. */
  readonly location: string
  /**
   * After about so many syncs a log begins a new file: where each sync leaves an object of its own, files of many objects take
   * long to read. Default: any number.
   */
  readonly syncsPerFile?: number | undefined
  /**
   * Reserves the store until the scope closes or the process ends, however it ends. Fails with `StoreLocked` if it is
   * reserved, and with `ForeignDirectory` if other files are there than those of logs. A service cannot tell whether a process
   * has ended: a store there may be taken over from another process, which then fails with `StoreLocked` when it writes next.
   */
  readonly lock: Effect.Effect<void, StoreError, Scope.Scope>
  /** The names of all files of logs, in order. */
  readonly list: Effect.Effect<ReadonlyArray<string>, StoreError>
  /** Reads up to `length` bytes; fewer only at the end of the file, and none behind it. */
  readonly read: (file: string, from: number, length: number) => Effect.Effect<Uint8Array, StoreError>
  /**
   * Makes an empty file and opens it until the scope closes. The file itself is durable then, and so is every removal
   * before. Fails if there is a file of that name.
   */
  readonly create: (file: string) => Effect.Effect<LogFile, StoreError, Scope.Scope>
  /**
   * Makes a file durable as `read` shows it. A process that was killed may have left bytes that can be read, but would be
   * lost if the power failed.
   */
  readonly sync: (file: string) => Effect.Effect<void, StoreError>
  /** Removes a file if it exists. It may come back after a crash, until the next `create`. */
  readonly remove: (file: string) => Effect.Effect<void, StoreError>
}

/** Names of logs. */
export const LOG_NAME: RegExp = /^[a-z][a-z0-9_]*$/

/** Names of the files of logs. */
export const LOG_FILE: RegExp = /^[a-z][a-z0-9_]*-(?:cleaned-)?\d{10}$/
