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
 * What a loop does in a step: the kind of the operation, or what its function does where the loop can do the same itself:
 * `split` divides text at a separator, and `withOne` pairs a record with 1.
 */
export type LoopKind = ElementKind | "split" | "withOne"

/**
 * Where the records of a loop go: into an array, into an array that is full at some time, into a keyed table, into one
 * value. `count` only counts them. `sum` is `combine` for the functions of the library that add numbers, and `foldNumber`
 * is `fold` for a value that is a number, for which the JIT can make faster code.
 */
export type Terminal = "push" | "take" | "count" | "combine" | "sum" | "fold" | "foldNumber"

/** An array that takes so many records. A loop ends as soon as it is full. */
export interface Taken {
  readonly records: Array<unknown>
  readonly wanted: number
}

/** What each kind of loop adds to. */
export interface Accumulators {
  readonly push: Array<unknown>
  readonly take: Taken
  readonly count: number
  readonly combine: KeyedTable<unknown, unknown>
  readonly sum: KeyedTable<unknown, unknown>
  readonly fold: unknown
  readonly foldNumber: unknown
}

/**
 * Where a loop has its records from: an array; two columns, whose pairs the loop makes itself; or distinct words, and numbers
 * that say which word each record is.
 */
export type Source = "records" | "pairs" | "words"

/** Some of the records of a loop, in the form that `source` names. */
export interface Piece {
  readonly source: Source
  /** The records, the keys of the pairs, or the distinct words. */
  readonly records: ReadonlyArray<unknown>
  /** The values of the pairs, or the numbers of the words. */
  readonly values: ArrayLike<unknown>
  /** How many records there are. Where they are only counted, and no step is left, this is all that a piece has. */
  readonly length: number
  /** How many of the first steps of the loop are done. */
  readonly done: number
}

/** The shape of a loop. Its functions are arguments of each run: those of the kinds, then those of the terminal. */
export interface Shape {
  readonly kinds: ReadonlyArray<LoopKind>
  readonly terminal: Terminal
  readonly source: Source
}

/** A list that a loop has been given for one record, and does not go over, because it is long. */
export interface LongList {
  /** The index of the operation that has given the list. */
  readonly step: number
  /** The index of the record in the range. */
  readonly index: number
  /** What the operation was given. */
  readonly of: unknown
  readonly list: ReadonlyArray<unknown>
}

/** Whether an operation gives a list for a record. */
export const givesLists = (kind: LoopKind): boolean =>
  kind === "flatMap" || kind === "split" || kind === "flatMapValues"

/** How long a list must be for the first of the operations that give lists to count as long. */
export const LONG = 4096

/** Where a loop is. */
export interface Cursor {
  /** The step that was running, to name the operator whose function threw. */
  step: number
  /** A long list before which the loop has ended. The loop has done all records before that of the list. */
  long: LongList | undefined
}

/**
 * One loop, over the records from index `from` to `to` of a {@link Piece} with these `records` and `values`. It adds
 * to `into` and gives what that has become: for `count` and `fold` the new value; for all others the same object
 * (`combine` and `sum` have the functions create and mergeValue). When a function throws, `at.step` has the index of its operation:
 * `kinds.length` for the terminal.
 */
export type Loop = (
  functions: ReadonlyArray<Callable>,
  records: ReadonlyArray<unknown>,
  values: ArrayLike<unknown>,
  from: number,
  to: number,
  into: unknown,
  at: Cursor,
) => unknown
