/**
 * The shape of the loops of a stage: which operations they do, in which order, and how they end.
 *
 * @module
 */
import type { KeyedTable } from "../../core/keyed_table.ts"
import type { Callable, Narrow } from "../../rdd/primitive.ts"

/** The operations that one loop over the records can do together. */
export type ElementKind =
  & Extract<Narrow, { readonly f: Callable }>["kind"]
  & (
    | "map"
    | "filter"
    | "flatMap"
    | "mapValues"
    | "flatMapValues"
  )

/**
 * Where the records of a loop go: into an array, into an array that is full at some time, into a keyed table, into one
 * value. `foldNumber` is `fold` for a value that is a number, for which the JIT can make faster code.
 */
export type Terminal = "push" | "take" | "combine" | "fold" | "foldNumber"

/** An array that takes so many records. A loop ends as soon as it is full. */
export interface Taken {
  readonly records: Array<unknown>
  readonly wanted: number
}

/** What each kind of loop adds to. */
export interface Accumulators {
  readonly push: Array<unknown>
  readonly take: Taken
  readonly combine: KeyedTable<unknown, unknown>
  readonly fold: unknown
  readonly foldNumber: unknown
}

/** The shape of a loop. Its functions are arguments of each run: those of the kinds, then those of the terminal. */
export interface Shape {
  readonly kinds: ReadonlyArray<ElementKind>
  readonly terminal: Terminal
  /** Whether the input is two columns, whose pairs the loop makes itself. */
  readonly paired: boolean
}

/** The step that was running, to name the operator whose function threw. */
export interface Cursor {
  step: number
}

/**
 * One loop, over the records from index `from` to `to`; over pairs of `records` and `values` where it is paired. It adds
 * to `into` and gives what that has become: for `fold`, with the function f, the new value; for all others the same object
 * (`combine` has the functions create and mergeValue). When a function throws, `at.step` has the index of its operation:
 * `kinds.length` for the terminal.
 */
export type Loop = (
  functions: ReadonlyArray<Callable>,
  records: ReadonlyArray<unknown>,
  values: ReadonlyArray<unknown>,
  from: number,
  to: number,
  into: unknown,
  at: Cursor,
) => unknown
