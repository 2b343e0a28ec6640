/**
 * A disk in memory, which loses what is not synced when a test crashes it.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import {
  DiskFull,
  FileMissing,
  ForeignDirectory,
  PermissionLost,
  type StoreError,
  StoreFailed,
  StoreLocked,
  type StoreOperation,
} from "../errors.ts"
import { LOG_FILE, type LogFile, type LogStore } from "../log_store.ts"
import { joined } from "../../core/bytes.ts"

/** Returns what is left of the bytes of a file that were not synced. It may be as long as they were, or shorter. */
export type Loss = (unsynced: Uint8Array) => Uint8Array

/**
 * The losses that disks are known for: nothing is left, one half is, everything is, or zeros instead of the second half.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Testing } from "@dstream/dstream/testing"
 *
 * const { half, zeros } = Testing.losses
 * const unsynced = Uint8Array.of(1, 2, 3, 4)
 * assert.deepEqual([...half(unsynced), "and", ...zeros(unsynced)], [1, 2, "and", 1, 2, 0, 0])
 * ```
 */
export const losses: Readonly<Record<"all" | "half" | "none" | "zeros", Loss>> = {
  all: () => new Uint8Array(),
  half: (unsynced) => unsynced.slice(0, unsynced.length >> 1),
  none: (unsynced) => unsynced,
  zeros: (unsynced) => unsynced.slice().fill(0, unsynced.length >> 1),
}

/** What a crash does. */
export interface Crash {
  /** Whether only the process ends. Then nothing is lost, but a later crash may still lose it. Default false. */
  readonly onlyProcess?: boolean
  /** What is left of unsynced bytes. Default: nothing. */
  readonly loss?: Loss
  /** Whether files come back whose removal was not durable. Default false. */
  readonly bringsBack?: boolean
}

interface StoredFile {
  bytes: Uint8Array
  synced: number
}

/** Files in memory. They outlive the stores that are opened on them, as a disk outlives processes. */
export class MemoryDisk {
  /** The content of all files; tests may change it to damage a log. */
  readonly files: Map<string, StoredFile> = new Map()
  /** How many bytes all files together may have. An append that exceeds it is written in part, then fails. */
  capacity: number = Infinity
  /** Whether writing is refused. */
  isReadOnly = false
  readonly #removed = new Map<string, StoredFile>()
  /** Stores of earlier lives do nothing any more. */
  #life = 0
  #isLocked = false

  /** Ends the life of all open stores, whose operations never return, and loses what was not durable. */
  crash({ bringsBack = false, loss = losses.all, onlyProcess = false }: Crash = {}): void {
    this.#life++
    this.#isLocked = false
    if (onlyProcess) return
    if (bringsBack) { for (const [name, file] of this.#removed) if (!this.files.has(name)) this.files.set(name, file) }
    this.#removed.clear()
    for (const file of this.files.values()) {
      file.bytes = joined([file.bytes.subarray(0, file.synced), loss(file.bytes.slice(file.synced))])
      file.synced = file.bytes.length
    }
  }

  /** A copy of what the disk holds, without its open stores. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk()
    for (const [name, { bytes, synced }] of this.files) copy.files.set(name, { bytes: bytes.slice(), synced })
    return copy
  }

  #names(isLogFile: boolean): ReadonlyArray<string> {
    return Array.from(this.files.keys()).filter((name) => LOG_FILE.test(name) === isLogFile).sort()
  }

  #append(file: StoredFile, pieces: ReadonlyArray<Uint8Array>): boolean {
    const used = Array.from(this.files.values()).reduce((sum, { bytes }) => sum + bytes.length, 0)
    const added = joined(pieces)
    const room = Math.max(0, this.capacity - used)
    file.bytes = joined([file.bytes, added.subarray(0, room)])
    return added.length <= room
  }

  /** Opens the disk for one life of a program. */
  open(): LogStore {
    const life = this.#life
    const doing = <A>(
      operation: StoreOperation,
      file: string,
      act: (failed: { operation: StoreOperation; file: string; cause: string }) => Effect.Effect<A, StoreError>,
    ): Effect.Effect<A, StoreError> =>
      Effect.suspend(() => {
        if (life !== this.#life) return Effect.never
        const failed = { operation, file, cause: "" }
        return this.isReadOnly && operation !== "read" && operation !== "list"
          ? Effect.fail(new PermissionLost({ ...failed, cause: "the disk is read-only" }))
          : act(failed)
      })
    const logFile = (name: string, file: StoredFile): LogFile => ({
      append: (pieces) =>
        doing(
          "append to",
          name,
          (failed) =>
            this.#append(file, pieces) ? Effect.void : Effect.fail(new DiskFull({ ...failed, cause: "no space left" })),
        ),
      sync: doing("sync", name, () =>
        Effect.sync(() => {
          file.synced = file.bytes.length
        })),
    })
    return {
      location: "memory",
      lock: Effect.acquireRelease(
        doing("lock", "memory", () => {
          const foreign = this.#names(false)[0]
          if (foreign !== undefined) return Effect.fail(new ForeignDirectory({ store: "memory", file: foreign }))
          if (this.#isLocked) return Effect.fail(new StoreLocked({ store: "memory" }))
          this.#isLocked = true
          return Effect.void
        }),
        () =>
          Effect.sync(() => {
            if (life === this.#life) this.#isLocked = false
          }),
      ),
      list: doing("list", "memory", () => Effect.succeed(this.#names(true))),
      read: (name, from, length) =>
        doing("read", name, (failed) => {
          const file = this.files.get(name)
          return file === undefined
            ? Effect.fail(new FileMissing({ ...failed, cause: "no such file" }))
            : Effect.succeed(file.bytes.slice(from, from + length))
        }),
      create: (name) =>
        doing("create", name, (failed) => {
          if (this.files.has(name)) return Effect.fail(new StoreFailed({ ...failed, cause: "the file exists" }))
          const file: StoredFile = { bytes: new Uint8Array(), synced: 0 }
          this.files.set(name, file)
          this.#removed.clear()
          return Effect.succeed(logFile(name, file))
        }),
      sync: (name) =>
        doing("sync", name, (failed) => {
          const file = this.files.get(name)
          if (file === undefined) return Effect.fail(new FileMissing({ ...failed, cause: "no such file" }))
          file.synced = file.bytes.length
          return Effect.void
        }),
      remove: (name) =>
        doing("remove", name, () =>
          Effect.sync(() => {
            const file = this.files.get(name)
            if (file !== undefined) this.#removed.set(name, file)
            this.files.delete(name)
          })),
    }
  }
}
