/**
 * The shape of the loops of a stage: which operations they do, in which order, and how they end.
 *
 * @module
 */
import type { KeyedTable } from "../../core/keyed_table.ts"
import type { Block } from "../../rdd/block.ts"
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

/** Where the records of a loop go: into an array, a keyed table, or one value. `take` ends the loop after some records. */
export type Terminal = "push" | "take" | "combine" | "reduce" | "fold"

/** The shape of a loop. Its functions are arguments of each run: those of the kinds, then those of the terminal. */
export interface Shape {
  readonly kinds: ReadonlyArray<ElementKind>
  readonly terminal: Terminal
  /** Whether the input is a `PairBlock`, whose pairs the loop makes itself. */
  readonly paired: boolean
}

/** The step that was running, to name the operator whose function threw. */
export interface Cursor {
  step: number
}

/**
 * One loop. For the terminal `combine`, with the functions create and mergeValue, it fills `table`; for the others it gives
 * the records. When a function throws, `at.step` has the index of its operation: `kinds.length` for the terminal.
 */
export type Loop = (
  functions: ReadonlyArray<Callable>,
  input: Block<unknown>,
  table: KeyedTable<unknown, unknown> | undefined,
  at: Cursor,
) => ReadonlyArray<unknown>
