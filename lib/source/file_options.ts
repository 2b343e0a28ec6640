/**
 * Options of file streams.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { invalidOptions } from "../core/option_checks.ts"
import type { FileEntry } from "../rdd/files/files.ts"

/** Options of {@link textFileStream}, {@link fileStream} and {@link binaryRecordsStream}. */
export interface FileStreamOptions {
  /**
   * Whether to leave out files that were there, unchanged, when the stream started. Default: true. With false, the first
   * batch reads all of them, however old they are; Spark reads those of the last minute. Spark: `newFilesOnly`.
   */
  readonly newFilesOnly?: boolean | undefined
  /**
   * How a file that appears counts as new. `modificationTime` (the default, and Spark's rule): if it was modified within
   * `minRememberDuration`. `name`: in any case, so that files are found which were moved here with an old time of
   * modification.
   */
  readonly newBy?: "modificationTime" | "name" | undefined
  /**
   * How long ago a file that appears may have been modified, rounded up to whole batch intervals. Default: 60 seconds. Make it
   * longer than files take from their last change to this directory, and than clocks differ. Spark:
   * `spark.streaming.fileStream.minRememberDuration`.
   */
  readonly minRememberDuration?: Duration.Input | undefined
  /**
   * How long a file must not have been modified before a batch reads it. Default: 0. Set it where files are written in
   * place, and not renamed when they are complete, to more than the longest pause of their writer.
   */
  readonly settleTime?: Duration.Input | undefined
  /** Whether to read directories inside the directory too, but not links to directories. Default: false, as in Spark. */
  readonly recursive?: boolean | undefined
  /**
   * Which files to read. Default: all. Files whose names begin with `.` or `_`, or end with `._COPYING_`, are never read. A
   * file that is refused is not asked about again until the program is restarted. If the filter throws or returns a Promise,
   * the batch fails, and the file is left out. Spark: `filter`.
   */
  readonly filter?: ((file: FileEntry) => boolean) | undefined
  /**
   * What happens if a file cannot be read: it is missing by now, damaged, or refused by its decoder. `fail` (the default)
   * fails the job, and the output's failure policy decides. `skip` leaves out the rest of the file, with a warning; the
   * records before the failure stay in the batch.
   */
  readonly unreadable?: "fail" | "skip" | undefined
  /**
   * Where files are read that tasks in workers need. `workers` (the default): where the task runs, so on a cluster the executors
   * must be able to read them under the same path. `driver`: on the driver, which sends the records to the workers. With
   * `unreadable: "skip"`, and in a program that provides `Files` or a service that the files are read with, the driver reads in
   * any case.
   */
  readonly readOn?: "workers" | "driver" | undefined
  /** About how many bytes of a file make a partition, at least 1. Default: 32 MiB, as for local files in Spark. */
  readonly partitionBytes?: number | undefined
}

/** The options of a file stream, read. Durations are in milliseconds. */
export interface FileSettings {
  readonly newFilesOnly: boolean
  readonly newBy: "modificationTime" | "name"
  readonly rememberMs: number
  readonly settleMs: number
  readonly recursive: boolean
  readonly accepts: (file: FileEntry) => boolean
  readonly unreadable: "fail" | "skip"
  readonly readOn: "workers" | "driver"
  readonly partitionBytes: number
  /** What is wrong with the options. */
  readonly problems: ReadonlyArray<string>
}

const PARTITION_BYTES = 32 * 1024 * 1024

/** Milliseconds, at least 0; NaN for anything else. */
const millisOf = (input: Duration.Input): number => {
  const millis = Option.match(Duration.fromInput(input), { onNone: () => NaN, onSome: Duration.toMillis })
  return millis >= 0 && Number.isFinite(millis) ? millis : NaN
}

/** Reads and checks options. `where` is the operation, for messages. */
export const settingsOf = (where: string, directory: string, options: FileStreamOptions): FileSettings => {
  const { minRememberDuration = "60 seconds", partitionBytes = PARTITION_BYTES, settleTime = 0 } = options
  const { readOn = "workers" } = options
  const [rememberMs, settleMs] = [millisOf(minRememberDuration), millisOf(settleTime)]
  const isSize = Number.isInteger(partitionBytes) && partitionBytes > 0
  const problems = invalidOptions(where, [
    [typeof directory === "string" && directory !== "", "directory", directory, "the path of a directory"],
    [rememberMs > 0, "minRememberDuration", minRememberDuration, "a duration above 0"],
    [settleMs >= 0, "settleTime", settleTime, "a duration of 0 or more"],
    [readOn === "workers" || readOn === "driver", "readOn", readOn, "workers or driver"],
    [isSize, "partitionBytes", partitionBytes, "a positive whole number"],
  ])
  return {
    newFilesOnly: options.newFilesOnly ?? true,
    newBy: options.newBy ?? "modificationTime",
    rememberMs,
    settleMs,
    recursive: options.recursive ?? false,
    accepts: options.filter ?? (() => true),
    unreadable: options.unreadable ?? "fail",
    readOn,
    partitionBytes,
    problems,
  }
}
