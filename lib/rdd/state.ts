/**
 * State: what stateful operations keep from batch to batch. Each batch writes a version of its own.
 *
 * @module
 */
import { describeValue } from "../core/describe_value.ts"
import { describeCause, EngineFault } from "../core/errors.ts"
import type { KeyedTable } from "../core/keyed_table.ts"
import type { Piecewise } from "../core/pace.ts"
import type { Columns } from "./column_block.ts"

/** One partition of a version of a state. It never changes, also when later versions have replaced it. */
export interface StateView {
  /** The value of a key; undefined if there is no entry for it. */
  readonly get: (key: unknown) => unknown
  /** Whether there is an entry for a key. */
  readonly has: (key: unknown) => boolean
  /**
   * Calls `f` for each entry in the order in which the keys were inserted: a key that was deleted and set again comes last.
   * The order is the same whenever the version is read, also after later versions have replaced it. `other` is the number
   * of the key in the table `others`, or -1. `f` may set and delete the entry that it is called for.
   */
  readonly visit: (
    f: (key: unknown, value: unknown, other: number) => void,
    others?: KeyedTable<unknown, unknown>,
  ) => Piecewise<void>
  /**
   * The entries that were last written before a batch time, those written longest ago first. Entries written by the same
   * batch come in the order of `visit`. Times are recorded from the first call on: the entries that exist by then count as
   * written by the version that is asked.
   */
  readonly writtenBefore: (time: number) => Piecewise<ReadonlyArray<readonly [key: unknown, value: unknown]>>
  /** How many keys there are. */
  readonly size: number
}

/** One partition of a pending version: reads see the version that it was opened on, and what has been written since. */
export interface PendingState extends StateView {
  /** An estimate of the memory that the partition takes, in bytes. It visits some entries. */
  readonly bytes: number
  /** Writes an entry, which becomes the most recently written one. */
  readonly set: (key: unknown, value: unknown) => void
  /** Removes an entry; false if there was none. */
  readonly delete: (key: unknown) => boolean
  /**
   * Calls `f` for each pair in turn, with the value that its key has by then. `f` may set and delete the entry of that key.
   * This is faster than looking up many keys one by one.
   */
  readonly lookUp: (pairs: Columns, f: (i: number, value: unknown, exists: boolean) => void) => Piecewise<void>
}

/** What a state holds, and what has been done for it so far. */
export interface StateMeasures {
  /** The keys of its current version. */
  readonly keys: number
  /** An estimate of the memory that they take with their values, in bytes. */
  readonly bytes: number
  /** The records that its operation has been given, in all batches and attempts. */
  readonly records: number
  /** The milliseconds that its operation has taken for them. */
  readonly millis: number
}

/** The properties of the values of a state: all of them are plain objects with just these. */
export interface Fields {
  /** The names of the properties, in their order. */
  readonly names: ReadonlyArray<string>
  /** The columns of the properties, in the same order. They are valid until the next call. */
  readonly columns: (values: ArrayLike<unknown>) => ReadonlyArray<ArrayLike<unknown>>
}

/** A state to capture: its address, and how its values are written if they are not plain data. */
export interface Capturing {
  readonly id: string
  readonly encode?: ((value: unknown) => unknown) | undefined
  /** The properties of values that the library itself makes. They are neither checked nor frozen. */
  readonly fields?: Fields | undefined
}

/** How captures are read. */
export interface Restoring {
  /** How their values are read; undefined if they are plain data. */
  readonly decode: ((value: unknown) => unknown) | undefined
  /** Whether the next capture copies the whole state, because these are of an older format, or too many. */
  readonly isOld: boolean
}

/** How the values of a state are written for captures, and read. */
export interface StateCoding extends Pick<Capturing, "encode" | "fields"> {
  readonly decode?: Restoring["decode"] | undefined
}

/** A captured state as bytes. */
export interface CapturedState {
  /** The address of the state. */
  readonly id: string
  /** The batch time of its version. */
  readonly at: number
  /** The bytes of the capture, in pieces to be stored one after the other. */
  readonly pieces: ReadonlyArray<Uint8Array>
  /** The batch time of the oldest capture of this state that is needed once this one has been stored. */
  readonly neededFrom: number
}

/** A value of a state does not fit its format. */
export class StateFormatFailed extends EngineFault<{
  readonly operation: "written in" | "read from"
  /** The version of the format. */
  readonly version: number
  readonly value: unknown
  readonly cause: unknown
}> {
  readonly _tag = "StateFormatFailed" as const
  override get message(): string {
    return `${describeValue(this.value)} cannot be ${this.operation} version ${this.version} of the format: ` +
      describeCause(this.cause)
  }
}

/** All entries of a state, in the order of `visit`. */
export function* entriesOf(state: StateView): Piecewise<Array<[key: unknown, value: unknown]>> {
  const entries: Array<[unknown, unknown]> = []
  yield* state.visit((key, value) => entries.push([key, value]))
  return entries
}
