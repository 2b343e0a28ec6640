/**
 * Files as a service, so that tests and other runtimes can bring their own.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { describeCause } from "../../core/errors.ts"

/** What was wrong with a file; `Unavailable` where there is no file system at all, as in a browser. */
export type FileReason = "NotFound" | "AlreadyExists" | "PermissionDenied" | "Unavailable" | "Other"

/** Something could not be done with a file or a directory. */
export class FileError extends Data.Error<{
  /** The file or directory. */
  readonly path: string
  /** What was to be done with it, such as `write`. */
  readonly operation: string
  /** What was wrong. */
  readonly reason: FileReason
  /** What the runtime says. */
  readonly cause?: unknown
}> {
  readonly _tag = "FileError" as const
  override get message(): string {
    const why = this.cause === undefined ? this.reason : describeCause(this.cause)
    return `Cannot ${this.operation} ${this.path}: ${why}`
  }
}

/** What a directory holds, or a file that was listed on its own. */
export interface FileEntry {
  /** The path: that of the directory, and the name. */
  readonly path: string
  /** The name. */
  readonly name: string
  /** Whether it is a directory. */
  readonly isDirectory: boolean
  /** Its size in bytes; 0 for a directory. */
  readonly size: number
}

/**
 * A file system. A reference: where nothing else is provided, `SparkContext.layer` brings the one of the runtime.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * const sizes = Effect.gen(function* () {
 *   const files = yield* RDD.Files
 *   yield* files.write(`${folder}/a.txt`, [new TextEncoder().encode("to be")])
 *   return (yield* files.list(folder)).map(({ name, size }) => `${name} ${size}`)
 * })
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(sizes, sc)), ["a.txt 5"])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export interface Files {
  /** Makes a directory and those above it that are missing; it may be there already. */
  readonly makeDirectory: (path: string) => Effect.Effect<void, FileError>
  /** Writes a whole file, piece by piece, over what was there. The directory must exist. */
  readonly write: (path: string, pieces: ReadonlyArray<Uint8Array>) => Effect.Effect<void, FileError>
  /** Reads the bytes of a file from offset `from`, up to `to`, exclusive, or its end; there may be fewer, or none. */
  readonly read: (path: string, from: number, to: number) => Effect.Effect<Uint8Array, FileError>
  /** Renames a file or directory, in one step. */
  readonly rename: (from: string, to: string) => Effect.Effect<void, FileError>
  /** Removes a file, or a directory with all that is in it; it may be missing. */
  readonly remove: (path: string) => Effect.Effect<void, FileError>
  /** Whether there is a file or directory. */
  readonly exists: (path: string) => Effect.Effect<boolean, FileError>
  /** What is in a directory, in the order of the names; for a file, the file itself. */
  readonly list: (path: string) => Effect.Effect<ReadonlyArray<FileEntry>, FileError>
}

const refuse = (operation: string) => (path: string): Effect.Effect<never, FileError> =>
  Effect.fail(new FileError({ path, operation, reason: "Unavailable", cause: "no file system is provided here" }))

/** No file system: where an engine brings none, as in a browser. */
export const unavailable: Files = {
  makeDirectory: refuse("make directory"),
  write: refuse("write"),
  read: refuse("read"),
  rename: refuse("rename"),
  remove: refuse("remove"),
  exists: refuse("find"),
  list: refuse("list"),
}

/** The file system that RDDs are saved to and read from. */
export const Files: Context.Reference<Files> = Context.Reference<Files>("@dstream/dstream/Files", {
  defaultValue: () => unavailable,
})
