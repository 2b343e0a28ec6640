/**
 * How the values of a state are written to a checkpoint and read from it.
 *
 * @module
 */
import type { Pipeable } from "effect/Pipeable"
import type * as Types from "effect/Types"

/** The format of the values of a state. Its versions let later programs read what earlier ones have written. */
export interface StateFormat<in out S> extends Pipeable {
  /** The number of this version: 1 for the first. */
  readonly version: number
  /** Turns a value into plain data. Throws if it does not fit the format. */
  readonly encode: (value: S) => unknown
  /** Makes a value of plain data that this version or an earlier one has written. Throws if it does not fit that version. */
  readonly decode: (stored: unknown, version: number) => S
  /** Carries the type of the values. The property is never set. */
  readonly _S?: Types.Invariant<S>
}

/** A format of values of any type. */
export interface AnyFormat {
  readonly version: number
  readonly encode: (value: never) => unknown
  readonly decode: (stored: unknown, version: number) => unknown
}
