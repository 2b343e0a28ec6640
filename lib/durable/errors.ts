/**
 * Why a log or the place where it is stored cannot be used. Each error names the file and says what to do.
 *
 * @module
 */
import * as Data from "effect/Data"
import { describeCause } from "../core/errors.ts"

/** What a store was doing. */
export type StoreOperation = "lock" | "list" | "read" | "create" | "append to" | "sync" | "remove"

interface Failed {
  readonly operation: StoreOperation
  /** The full name of the file or folder. */
  readonly file: string
  readonly cause: unknown
}

const unable = ({ cause, file, operation }: Failed): string => `Cannot ${operation} ${file}: ${describeCause(cause)}`

/** The disk or the quota is full. */
export class DiskFull extends Data.Error<Failed> {
  readonly _tag = "DiskFull" as const
  override get message(): string {
    return `${unable(this)}. The disk is full: free some space, then start the program again; ` +
      `everything that was acknowledged is there`
  }
}

/** The process may not do this any more, or never could. */
export class PermissionLost extends Data.Error<Failed> {
  readonly _tag = "PermissionLost" as const
  override get message(): string {
    return `${unable(this)}. Give the process permission to read and write there (on Deno with --allow-read and ` +
      `--allow-write too), then start it again`
  }
}

/** What should be a directory is a file. */
export class NotADirectory extends Data.Error<Failed> {
  readonly _tag = "NotADirectory" as const
  override get message(): string {
    return `${unable(this)}. A file has this name, or that of a directory above: use the path of a directory, ` +
      `which need not exist yet`
  }
}

/** The file does not exist. */
export class FileMissing extends Data.Error<Failed> {
  readonly _tag = "FileMissing" as const
  override get message(): string {
    return `${unable(this)}. The file was removed or renamed; restore it from a copy`
  }
}

/** Another process, or another part of this one, is using the store. */
export class StoreLocked extends Data.Error<{
  readonly store: string
  /** Whether this process had the store, until another one took it. */
  readonly isTakenOver?: boolean | undefined
}> {
  readonly _tag = "StoreLocked" as const
  override get message(): string {
    return this.isTakenOver === true
      ? `${this.store} was taken over by another process while this one was using it. Only one may use it: ` +
        `find out why two were started, and stop one of them`
      : `${this.store} is in use by another process. Stop that process, or use another directory; ` +
        `the lock is free as soon as its process has ended`
  }
}

/** A directory holds files that no log has written. */
export class ForeignDirectory extends Data.Error<{ readonly store: string; readonly file: string }> {
  readonly _tag = "ForeignDirectory" as const
  override get message(): string {
    return `${this.store} has "${this.file}" in it, which no log has written. Use an empty directory, ` +
      `or move the file away if it does not belong there`
  }
}

/** Anything else that the file system reports. */
export class StoreFailed extends Data.Error<Failed> {
  readonly _tag = "StoreFailed" as const
  override get message(): string {
    return `${unable(this)}. Check the disk or the service, then start the program again`
  }
}

/** Why a store cannot do what it was asked for. */
export type StoreError =
  | DiskFull
  | PermissionLost
  | NotADirectory
  | FileMissing
  | StoreLocked
  | ForeignDirectory
  | StoreFailed

/** Part of a log that had been made durable is missing, changed, or from another log. */
export class LogDamaged extends Data.Error<{
  readonly file: string
  /** Where the damage begins, in bytes from the start of the file. */
  readonly offset: number
  readonly problem: string
  /** Whether no entry would be left of the log if it were rolled back. */
  readonly isTotal?: boolean
}> {
  readonly _tag = "LogDamaged" as const
  override get message(): string {
    const found = `${this.file} is damaged at byte ${this.offset}: ${this.problem}`
    if (this.isTotal === true) {
      return `${found}, and no entry before it is left to roll back to. Restore the file from a copy, ` +
        "or start anew in an empty directory"
    }
    return `${found}. Restore the file from a copy, ` +
      'or set the option onDamage: "rollBack" of the checkpoint, which loses everything from there on'
  }
}

/** Files of two logs of one name are in the same store. */
export class MixedLogs extends Data.Error<{ readonly file: string; readonly other: string }> {
  readonly _tag = "MixedLogs" as const
  override get message(): string {
    return `${this.file} and ${this.other} are from different logs. Find out which one belongs there, ` +
      `and move the files of the other log away`
  }
}

/** A log was written by a newer version of this library. */
export class LogTooNew extends Data.Error<{ readonly file: string; readonly version: number }> {
  readonly _tag = "LogTooNew" as const
  override get message(): string {
    return `${this.file} has format ${this.version}, which this version of the library cannot read. ` +
      `Use the version that has written it, or a newer one`
  }
}

/** An entry is longer than a log can hold. */
export class EntryTooLong extends Data.Error<{
  readonly log: string
  readonly length: number
  readonly longest: number
}> {
  readonly _tag = "EntryTooLong" as const
  override get message(): string {
    return `The log ${this.log} cannot hold an entry of ${this.length} bytes; the longest is ${this.longest}. ` +
      `Write it as several entries`
  }
}

/** The log has been closed, or the program is closing it. */
export class LogClosed extends Data.Error<{ readonly log: string }> {
  readonly _tag = "LogClosed" as const
  override get message(): string {
    return `The log ${this.log} is closed and accepts no more entries`
  }
}

/** Why a log cannot do what it was asked for. */
export type LogError = StoreError | LogDamaged | MixedLogs | LogTooNew | EntryTooLong | LogClosed
