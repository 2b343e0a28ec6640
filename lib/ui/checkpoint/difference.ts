/**
 * What changed between two checkpoints, as plain data for programs.
 *
 * @module
 */
import type { OperatorEntry } from "../../streaming/checkpoint/entries.ts"
import type { Finding } from "./findings.ts"
import type { InputInspection } from "./inspection.ts"

/** A value of the first checkpoint and of the second one. Undefined: that one does not have it. */
export interface Change<out A> {
  readonly before: A | undefined
  readonly after: A | undefined
}

/**
 * What `checkpoint diff --json` prints. Times are batch times in epoch milliseconds; keys and values are written as `inspect`
 * writes them.
 */
export interface Difference {
  readonly before: string
  readonly after: string
  /** Whether one is a copy of the other, or was written later by the same program. */
  readonly isSameCheckpoint: boolean
  /** What changed of the program's life, by the name of the field in `program` of `inspect`. */
  readonly program: Readonly<Record<string, Change<unknown>>>
  readonly operators: ReadonlyArray<Change<OperatorEntry> & { readonly name: string }>
  /** The states whose keys or values differ. */
  readonly states: ReadonlyArray<StateDifference>
  readonly inputs: ReadonlyArray<Change<InputInspection> & { readonly name: string }>
  /** The batches that have not ended in one of them only. */
  readonly pending: { readonly added: ReadonlyArray<number>; readonly removed: ReadonlyArray<number> }
  /** The streams with other kept RDDs, by batch time. */
  readonly kept: ReadonlyArray<KeptDifference>
  /** The values of the driver that differ, by name. */
  readonly values: Readonly<Record<string, Change<unknown>>>
  /** What is wrong with each of them. What cannot be read is not compared. */
  readonly findings: { readonly before: ReadonlyArray<Finding>; readonly after: ReadonlyArray<Finding> }
}

/** What changed in a state. The counts are of all keys; the lists have the first keys of each kind. */
export interface StateDifference {
  readonly name: string
  readonly keys: Change<number>
  readonly added: number
  readonly removed: number
  readonly changed: number
  readonly firstAdded: ReadonlyArray<{ readonly key: unknown; readonly value: unknown }>
  readonly firstRemoved: ReadonlyArray<{ readonly key: unknown; readonly value: unknown }>
  readonly firstChanged: ReadonlyArray<{ readonly key: unknown; readonly before: unknown; readonly after: unknown }>
}

/** What changed in the kept RDDs of a stream. */
export interface KeptDifference {
  readonly name: string
  readonly added: ReadonlyArray<number>
  readonly removed: ReadonlyArray<number>
  /** The batches whose RDDs have other records. */
  readonly changed: ReadonlyArray<number>
}
