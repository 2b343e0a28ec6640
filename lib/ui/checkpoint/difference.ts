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
  /** The value of the first checkpoint. */
  readonly before: A | undefined
  /** The value of the second checkpoint. */
  readonly after: A | undefined
}

/**
 * What `checkpoint diff --json` prints. Times are batch times in epoch milliseconds; keys and values are written as `inspect`
 * writes them.
 */
export interface Difference {
  /** The first directory. */
  readonly before: string
  /** The second directory. */
  readonly after: string
  /** Whether one is a copy of the other, or was written later by the same program. */
  readonly isSameCheckpoint: boolean
  /** What changed of the program's life, by the name of the field in `program` of `inspect`. */
  readonly program: Readonly<Record<string, Change<unknown>>>
  /** The operators that only one of them has, or that differ in kind, operation, functions or shape. */
  readonly operators: ReadonlyArray<Change<OperatorEntry> & { readonly name: string }>
  /** The states whose keys or values differ. */
  readonly states: ReadonlyArray<StateDifference>
  /** The inputs that go on at another place, or have other waiting blocks. */
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
  /** The name of the stateful operator. */
  readonly name: string
  /** How many keys the state has. */
  readonly keys: Change<number>
  /** How many keys only the second checkpoint has. */
  readonly added: number
  /** How many keys only the first checkpoint has. */
  readonly removed: number
  /** How many keys have other values. */
  readonly changed: number
  /** The first keys that were added. */
  readonly firstAdded: ReadonlyArray<{ readonly key: unknown; readonly value: unknown }>
  /** The first keys that were removed. */
  readonly firstRemoved: ReadonlyArray<{ readonly key: unknown; readonly value: unknown }>
  /** The first keys whose values changed. */
  readonly firstChanged: ReadonlyArray<{ readonly key: unknown; readonly before: unknown; readonly after: unknown }>
}

/** What changed in the kept RDDs of a stream. */
export interface KeptDifference {
  /** The name of the stream. */
  readonly name: string
  /** The batches that only the second checkpoint has an RDD of. */
  readonly added: ReadonlyArray<number>
  /** The batches that only the first checkpoint has an RDD of. */
  readonly removed: ReadonlyArray<number>
  /** The batches whose RDDs have other records. */
  readonly changed: ReadonlyArray<number>
}
