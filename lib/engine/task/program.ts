/**
 * What the fused loops of a stage look like: which operations, in which order, ending in what.
 *
 * @module
 */
import type { KeyedTable } from "../../core/keyed_table.ts"
import type { Block } from "../../rdd/block.ts"
import type { Callable, Narrow } from "../../rdd/primitive.ts"

/** Operations that one loop over the records can do together. */
export type ElementKind =
  & Extract<Narrow, { readonly f: Callable }>["kind"]
  & (
    | "map"
    | "filter"
    | "flatMap"
    | "mapValues"
    | "flatMapValues"
  )

/** Where the records of a loop go: into an array, into a keyed table, into one value; `take`: so many into an array. */
export type Terminal = "push" | "combine" | "reduce" | "fold" | "take"

/** The shape of a loop. The functions are arguments of each run: `kinds.length` of them, then the terminal's own. */
export interface Shape {
  readonly kinds: ReadonlyArray<ElementKind>
  readonly terminal: Terminal
  /** Whether the input is a `PairBlock`, whose pairs the loop is to make itself. */
  readonly paired: boolean
}

/** Which step was running, to name the operator whose function threw. */
export interface Cursor {
  step: number
}

/**
 * One loop. `table` is given for `combine` (functions: create, mergeValue) and filled; the others give their records.
 * On a throw `at.step` holds the index of the operation, `kinds.length` for the terminal.
 */
export type Loop = (
  functions: ReadonlyArray<Callable>,
  input: Block<unknown>,
  table: KeyedTable<unknown, unknown> | undefined,
  at: Cursor,
) => ReadonlyArray<unknown>
