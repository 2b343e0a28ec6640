/**
 * The entries of a checkpoint's journal, and their bytes.
 *
 * An entry is a head of plain data, written by the record codec, and bytes that it describes. The journal is one log, so
 * what an entry refers to is always before it: a prefix of the journal is a whole checkpoint.
 *
 * @module
 */
import type { InputAllocation } from "../../dstream/inputs/allocation.ts"
import * as Headed from "./headed.ts"
import type { Mark } from "./marks.ts"

/** The version of the format of the entries. */
export const FORMAT = 1

/** What is known of an operator, so that a later version of the program can be compared. */
export interface OperatorEntry {
  readonly kind: "input" | "state" | "window" | "output"
  /** The operation, such as `mapWithState`. */
  readonly operation: string
  /** A hash of the texts of its functions. */
  readonly functions: string
  /** What cannot change while its data is kept, such as the version of a state's format. */
  readonly shape: string
}

/** Where an input goes on: behind the last block that was allocated, or behind positions. */
export type Resume =
  | { readonly _tag: "Blocks"; readonly number: number; readonly to: number; readonly position?: unknown }
  | { readonly _tag: "Positions"; readonly positions: Array<unknown> }

/** What the entries before would have told. */
export interface Summary {
  readonly format: number
  /** The start of the first batch in epoch milliseconds. */
  readonly zeroTime: number
  /** The batch interval in milliseconds. */
  readonly batchDuration: number
  /** The time of the last batch that was allocated; the zero time if there is none. */
  readonly lastTime: number
  readonly operators: Readonly<Record<string, OperatorEntry>>
  /** By the name of the input. */
  readonly resume: Readonly<Record<string, Resume>>
  /** Values of the driver, by name. */
  readonly values: Readonly<Record<string, unknown>>
}

/** How the records of a kept RDD lie. */
export interface KeptLayout {
  /** The partitioner of the RDD, if it is one that can be made again. */
  readonly hashPartitions: number | undefined
  /** The lengths of the blocks of each partition, in bytes. */
  readonly partitions: ReadonlyArray<ReadonlyArray<number>>
}

/** The head of an entry. `at` and `time` are batch times. */
export type Entry =
  /** A process begins, or old entries are about to be removed. */
  | { readonly _tag: "summary"; readonly isStart: boolean; readonly summary: Summary }
  /** It is decided what a batch reads, by the name of the input. */
  | {
    readonly _tag: "allocated"
    readonly time: number
    readonly inputs: Readonly<Record<string, InputAllocation>>
    /** How far the log of received blocks was durable. */
    readonly received?: Mark | undefined
  }
  /** An output of a batch is done. `values` are those of the driver that the batch has changed by then. */
  | {
    readonly _tag: "done"
    readonly time: number
    readonly output: string
    readonly values: Readonly<Record<string, unknown>>
  }
  /** A capture of a state. It counts from the `ended` behind it. */
  | {
    readonly _tag: "state"
    readonly name: string
    readonly at: number
    readonly neededFrom: number
    /** The version of the format of its values; undefined: they are plain data. */
    readonly version?: number
  }
  /** The RDD of a stream that later batches look back at. It counts from the `ended` behind it. */
  | { readonly _tag: "kept"; readonly name: string; readonly at: number; readonly layout: KeptLayout }
  /** A batch has ended well, with the values of the driver that it has changed. */
  | { readonly _tag: "ended"; readonly time: number; readonly values: Readonly<Record<string, unknown>> }

/** The bytes of an entry, in pieces. Throws `NotPortable`. */
export const toPieces = (entry: Entry, bytes: ReadonlyArray<Uint8Array> = []): ReadonlyArray<Uint8Array> =>
  Headed.toPieces(entry, bytes)

/** Reads an entry. `from` is where the bytes that its head describes begin. Throws `CorruptBlock`. */
export const fromBytes = (bytes: Uint8Array): { readonly entry: Entry; readonly from: number } => {
  const { from, head } = Headed.fromBytes(bytes)
  // The log checks the bytes, so the head is one that this module has written.
  return { entry: head as Entry, from }
}
