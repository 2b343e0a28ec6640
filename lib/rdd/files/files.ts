/**
 * The file system as a service, so that tests, other runtimes and remote stores can bring their own.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { describeCause } from "../../core/errors.ts"

/** Why a file operation failed. `Unavailable` means that there is no file system, as in a browser. */
export type FileReason = "NotFound" | "AlreadyExists" | "PermissionDenied" | "Unavailable" | "Other"

/** An operation on a file or directory failed. */
export class FileError extends Data.Error<{
  /** The file or directory. */
  readonly path: string
  /** The operation that failed, such as `write`. */
  readonly operation: string
  /** What kind of failure it was. */
  readonly reason: FileReason
  /** The error that the file system gave. */
  readonly cause?: unknown
  /** Whether the operation would fail later too, because the process lacks a permission of Deno or a usable setting. */
  readonly isDenied?: boolean | undefined
}> {
  readonly _tag = "FileError" as const
  override get message(): string {
    const why = this.cause === undefined ? this.reason : describeCause(this.cause)
    return `Cannot ${this.operation} ${this.path}: ${why}`
  }
}

/** A file or directory, as `Files.list` gives it. */
export interface FileEntry {
  /** The path: that of the listed directory, and the name. */
  readonly path: string
  /** The name. */
  readonly name: string
  /** Whether it is a directory. */
  readonly isDirectory: boolean
  /** Its size in bytes; 0 for a directory. */
  readonly size: number
  /** When it was last modified, in milliseconds since the epoch. Undefined if the file system does not tell. */
  readonly modifiedMs: number | undefined
  /** True for a link to a directory. Recursive readers do not follow links, which may lead back to a parent. */
  readonly isLink?: boolean | undefined
  /** True for a file that is still being written, where `listNew` and `stat` tell, as on HDFS. */
  readonly isOpen?: boolean | undefined
}

/** Options of `Files.write`, `Files.rename` and `Files.makeDirectory`. */
export interface WriteOptions {
  /**
   * Whether the change survives a loss of power once it has been made: a local file system writes the file and the entry in
   * its directory to the disk (`fsync`), which takes milliseconds. Default: false.
   */
  readonly durable?: boolean | undefined
}

/**
 * A file system that RDDs are saved to and read from: what a local folder, HDFS and S3 can all do.
 *
 * The scheme of a path chooses the file system: `s3://bucket/key`, `file:///data/a.txt`. A path without a scheme is local.
 * Nothing in a path is percent-decoded. The entries of a directory have paths of the same scheme.
 *
 * `SparkContext.layer` looks for one in this order: this service; Effect's own `FileSystem` service, around an action or
 * below the layer; the files of Deno, Node or Bun. Different paths may be used concurrently, one path by one writer at a
 * time.
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
 *   yield* files.append(`${folder}/a.txt`, [new TextEncoder().encode("\n")])
 *   return (yield* files.list(folder)).map(({ name, size }) => `${name} ${size}`)
 * })
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(sizes, sc)), ["a.txt 6"])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export interface Files {
  /** Creates a directory and its missing parents. The directory may exist already. */
  readonly makeDirectory: (path: string, options?: WriteOptions) => Effect.Effect<void, FileError>
  /**
   * Writes a whole file and replaces an existing one. A failure leaves the existing file as it was, and readers see one or
   * the other, where the file system can rename or upload in one step. The directory must exist.
   */
  readonly write: (
    path: string,
    pieces: ReadonlyArray<Uint8Array>,
    options?: WriteOptions,
  ) => Effect.Effect<void, FileError>
  /**
   * Adds bytes to the end of a file, which is created if it is missing. The directory must exist. After a failure a part
   * of the bytes may be in the file. A store that cannot append rewrites the file.
   */
  readonly append: (path: string, pieces: ReadonlyArray<Uint8Array>) => Effect.Effect<void, FileError>
  /**
   * Reads the bytes of a file from offset `from` (inclusive) to offset `to` (exclusive). Gives fewer bytes, or none, if the
   * file ends before.
   */
  readonly read: (path: string, from: number, to: number) => Effect.Effect<Uint8Array, FileError>
  /** Renames a file or directory, in one step where the file system can. An existing file at `to` is replaced. */
  readonly rename: (from: string, to: string, options?: WriteOptions) => Effect.Effect<void, FileError>
  /** Removes a file, or a directory with everything in it. The path may be missing. */
  readonly remove: (path: string) => Effect.Effect<void, FileError>
  /** Tells whether a file or directory exists. */
  readonly exists: (path: string) => Effect.Effect<boolean, FileError>
  /** Lists what is in a directory, ordered by name. For a file, gives an entry for the file itself. */
  readonly list: (path: string) => Effect.Effect<ReadonlyArray<FileEntry>, FileError>
  /**
   * Lists what is in a directory without the names that `isKnown` accepts, in no particular order. `isKnown` is called once
   * for each name. A local file system asks for size and time of the other names only, so a directory with many known
   * names costs little more than its names. A store that lists names with their sizes filters them.
   */
  readonly listNew: (
    path: string,
    isKnown: (name: string) => boolean,
  ) => Effect.Effect<ReadonlyArray<FileEntry>, FileError>
  /**
   * Gives the entry of a file or directory. The time of a directory changes when a name in it appears or disappears; it is
   * undefined in a store that does not keep such a time.
   */
  readonly stat: (path: string) => Effect.Effect<FileEntry, FileError>
  /**
   * Whether `rename` moves a directory in one step. An output is then written to a hidden directory, which is renamed when
   * it is whole. Where directories are only prefixes of names, as on S3, an output is written under its final names, and its
   * `_SUCCESS` file last. Default: true.
   */
  readonly renamesDirectories?: ((path: string) => boolean) | undefined
}

const refuse = (operation: string) => (path: string): Effect.Effect<never, FileError> =>
  Effect.fail(new FileError({ path, operation, reason: "Unavailable", cause: "no file system is provided here" }))

/** No file system: every operation fails. The default, until an engine brings another. */
export const unavailable: Files = {
  makeDirectory: refuse("make directory"),
  write: refuse("write"),
  append: refuse("append to"),
  read: refuse("read"),
  rename: refuse("rename"),
  remove: refuse("remove"),
  exists: refuse("find"),
  list: refuse("list"),
  listNew: refuse("list"),
  stat: refuse("find"),
}

/** The service of {@link Files}. A reference: programs need not provide it. */
export const Files: Context.Reference<Files> = Context.Reference<Files>("@dstream/dstream/Files", {
  defaultValue: () => unavailable,
})
