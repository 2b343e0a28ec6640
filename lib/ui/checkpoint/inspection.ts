/**
 * What a checkpoint holds, as plain data for programs.
 *
 * @module
 */
import type { OperatorEntry } from "../../streaming/checkpoint/entries.ts"
import type { LogName } from "../../streaming/checkpoint/marks.ts"
import type { Finding } from "./findings.ts"

/**
 * What `checkpoint inspect --json` prints. Times are batch times in epoch milliseconds, sizes are bytes. Records, keys, states
 * and positions are written as in object files: values that JSON does not have are objects with one key that starts with
 * `$`, such as `{"$bigint":"12"}`.
 */
export interface Inspection {
  /** The directory as messages name it: a `file:` URL as a path, other URLs without a slash at the end. */
  readonly directory: string
  /** The life of the program. */
  readonly program: ProgramLife
  /** The operators of the last program, by name. */
  readonly operators: ReadonlyArray<OperatorInspection>
  /** Where the inputs of the last program go on, by name. */
  readonly inputs: ReadonlyArray<InputInspection>
  /** The batches that were allocated and have not ended. A program that starts runs them again. */
  readonly pending: ReadonlyArray<PendingBatch>
  /** The RDDs that windows look back at, oldest first for each stream. */
  readonly kept: ReadonlyArray<KeptInspection>
  /** The values of the driver, by name. */
  readonly values: Readonly<Record<string, unknown>>
  /** The files of both logs, oldest first. */
  readonly segments: ReadonlyArray<SegmentInspection>
  /** Files that no longer belong to the checkpoint, or that damage makes unreachable. The next start removes them or refuses. */
  readonly leftovers: ReadonlyArray<string>
  /** What is wrong. Empty: everything can be read. */
  readonly findings: ReadonlyArray<Finding>
  /** What `--name` asked for. */
  readonly entries?: NamedEntries | undefined
}

/** The life of the program that has written a checkpoint. */
export interface ProgramLife {
  /** The version of the format of the entries. Undefined, like all times, if no program has begun yet. */
  readonly format: number | undefined
  /** Is in all files of one checkpoint, also in copies of it, and in no others. */
  readonly identity: string | undefined
  /** How often a program has started with it. */
  readonly lives: number
  /** Whether the last program has closed it. If not, that program is running or was killed. */
  readonly isClosed: boolean
  /** The start of the first batch. */
  readonly zeroTime: number | undefined
  /** The batch interval in milliseconds. */
  readonly batchDuration: number | undefined
  /** The last batch that was allocated; the zero time if there is none. */
  readonly lastTime: number | undefined
}

/** An operator that has data in a checkpoint or is known to it. */
export interface OperatorInspection extends OperatorEntry {
  /** The name that the program has given it. Parts of one operator have their place behind it, such as `recent/0`. */
  readonly name: string
  /** The batch that a state was last captured in. */
  readonly lastCapture?: number | undefined
  /** How many captures a restoration reads. */
  readonly captures?: number | undefined
  /** The version of the `StateFormat` of its values. Undefined: they are plain data. */
  readonly version?: number | undefined
  /** The number of keys of a state. Undefined if the state cannot be restored. */
  readonly keys?: number | undefined
  /** What entries of the operator take in all files, needed or not. */
  readonly bytes: number
  /** The file with the oldest entry that is needed. */
  readonly oldestFile?: string | undefined
}

/** Where an input goes on. */
export interface InputInspection {
  /** The name that the program has given it. */
  readonly name: string
  /** For receivers: the last block that a batch has taken, and how many records of it have been taken. */
  readonly block?: { readonly number: number; readonly to: number } | undefined
  /** For sources with positions: the positions behind which the source goes on, oldest first. */
  readonly positions?: ReadonlyArray<unknown> | undefined
  /** The position that a receiver has stored last. */
  readonly lastPosition?: unknown
  /** What was received and no batch has taken. */
  readonly waiting: { readonly blocks: number; readonly records: number }
}

/** A batch that was allocated and has not ended. */
export interface PendingBatch {
  /** The batch time. */
  readonly time: number
  /** What the batch reads, by the name of the input. */
  readonly inputs: Readonly<Record<string, PendingShare>>
  /** The outputs that are done, which are not repeated. */
  readonly done: ReadonlyArray<string>
}

/** What a batch reads of one input. */
export interface PendingShare {
  /** Blocks of a receiver, a position of a source, or nothing. */
  readonly kind: "blocks" | "position" | "nothing"
  /** How many records there are, if that is known. */
  readonly records?: number | undefined
  /** The numbers of the blocks that the write-ahead log has. */
  readonly blocks?: ReadonlyArray<number> | undefined
  /** What the source planned for the batch. */
  readonly position?: unknown
}

/** The RDD of a stream in one batch. */
export interface KeptInspection {
  /** The name of the stream. */
  readonly name: string
  /** The batch time. */
  readonly time: number
  /** The number of partitions. */
  readonly partitions: number
  /** The number of records. Undefined if they cannot be read. */
  readonly records: number | undefined
  /** What it takes in its file. */
  readonly bytes: number
  /** The file that has it. */
  readonly file: string
}

/** A file of a checkpoint. */
export interface SegmentInspection {
  /** The log that it is part of: what happened to batches, with states and kept RDDs, or received blocks. */
  readonly log: LogName
  /** The name of the file. */
  readonly file: string
  /** Its size, up to the last entry that can be read. */
  readonly bytes: number
  /** How many entries it has. */
  readonly entries: number
  /** In which life of the program it was begun. */
  readonly life: number
  /** What needs it: operators by name, `batch <time> ms`, `summary`, or `end of the log`. */
  readonly neededBy: ReadonlyArray<string>
}

/** The entries of a state, or the records of the kept RDDs of a stream. */
export interface NamedEntries {
  /** The name of the state or stream. */
  readonly name: string
  /** The first entries of a state. `writtenAt` is there if the state has a timeout. */
  readonly state?:
    | ReadonlyArray<{ readonly key: unknown; readonly value: unknown; readonly writtenAt?: number | undefined }>
    | undefined
  /** The first records of each kept RDD. */
  readonly records?:
    | ReadonlyArray<{ readonly time: number; readonly records: ReadonlyArray<unknown> }>
    | undefined
}
