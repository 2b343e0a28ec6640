/**
 * The file systems of paths with a scheme.
 *
 * @module
 */
import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Files } from "../rdd/files/files.ts"

/**
 * A module that has a file system. `current` gives the files for an operation: it may use services of its fiber, or else
 * those in a context. Operations that write must not be interrupted before the file system has done what it was asked for.
 */
export interface FilesModule {
  readonly current: (context: Context.Context<never>) => Effect.Effect<Files>
}

/** The file system of a scheme. */
export interface Scheme {
  /** Loads the file system when it is first used. */
  readonly load: () => Promise<FilesModule>
  /** Whether it renames a directory in one step. */
  readonly renamesDirectories: boolean
}

const file: Scheme = { load: () => import("./platform/file_urls.ts"), renamesDirectories: true }
const s3: Scheme = { load: () => import("./platform/s3_files.ts"), renamesDirectories: false }
const hdfs: Scheme = { load: () => import("./platform/hdfs_files.ts"), renamesDirectories: true }

/** The file systems, each by the scheme of its paths. The names are those of Hadoop. */
export const schemes: ReadonlyMap<string, Scheme> = new Map([
  ["file", file],
  ["hdfs", hdfs],
  ["s3", s3],
  ["s3a", s3],
  ["swebhdfs", hdfs],
  ["webhdfs", hdfs],
])
