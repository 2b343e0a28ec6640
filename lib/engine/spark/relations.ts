/**
 * What the engine asks of a Spark cluster: relations as plain data, and the operations on them.
 *
 * All relations have the same columns. A row holds a chunk of encoded records: Spark moves these bytes between
 * partitions and never looks into them.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { ClusterError } from "./errors.ts"

/** Rows by column. All columns are of the same length. */
export interface Rows {
  /** The partition that the row is for. */
  readonly p: Int32Array
  /** The tag: what the bytes are to the stage that reads them. */
  readonly t: Int32Array
  /** The task that has written the row. */
  readonly s: Int32Array
  /** The number of the chunk, among the rows with the same `p`, `t` and `s`. */
  readonly c: Int32Array
  readonly b: ReadonlyArray<Uint8Array>
}

/** A relation: where rows come from. Nothing is computed before it is given to an operation of a {@link Cluster}. */
export type Relation =
  /** Rows that travel with the request. */
  | { readonly kind: "rows"; readonly rows: Rows }
  /** What {@link Cluster.keep} has kept. */
  | { readonly kind: "kept"; readonly id: string }
  /** The rows of all relations. The partitions are those of the first relation, then those of the second one, and so on. */
  | { readonly kind: "union"; readonly of: ReadonlyArray<Relation> }
  /** The rows whose `t` is one of the tags. */
  | { readonly kind: "tagged"; readonly of: Relation; readonly tags: ReadonlyArray<number> }
  /** A copy of each row for each number in `to[p]`, which becomes the copy's `p`. */
  | { readonly kind: "routed"; readonly of: Relation; readonly to: ReadonlyArray<ReadonlyArray<number>> }
  /** The same rows, each moved to partition `p`. Their order is lost. */
  | { readonly kind: "shuffled"; readonly of: Relation; readonly partitions: number }
  /** The rows that workers compute from each partition. `bundle` is the name of the uploaded file with their code. */
  | { readonly kind: "stage"; readonly of: Relation; readonly command: Uint8Array; readonly bundle: string }

/** Rows of a relation: one for each of the tasks `s` from 0 to `sources`, with a tag. */
export interface RowsOfTasks {
  readonly tag: number
  readonly sources: number
  /** With a row of this tag, they do not count as all. */
  readonly unless: number
}

/**
 * A session on a Spark cluster. It ends with its scope, and all that it has kept and uploaded with it. Interrupting a
 * fiber interrupts its operation on the cluster.
 */
export interface Cluster {
  /** The version of Spark, such as `4.2.0`. */
  readonly version: string
  /** Computes a relation and gives all of its rows, in no particular order. */
  readonly collect: (relation: Relation) => Effect.Effect<Rows, ClusterError>
  /**
   * Computes a relation and keeps its rows in the memory, and on the disks, of as many executors as `copies` says. Gives the
   * rows that `observe` names too; undefined where there are others to be collected.
   */
  readonly keep: (
    relation: Relation,
    options: { readonly copies: number; readonly observe?: RowsOfTasks },
  ) => Effect.Effect<{ readonly id: string; readonly observed?: Rows | undefined }, ClusterError>
  /**
   * Releases kept relations. Ids that are not known are ignored. Spark removes the rows when its server collects garbage next,
   * for which the server has the setting `spark.cleaner.periodicGC.interval`.
   */
  readonly forget: (ids: ReadonlyArray<string>) => Effect.Effect<void, ClusterError>
  /**
   * Makes a file available to all executors. The name begins with `files/`, or with `archives/` and ends with `#folder`
   * for an archive to unpack. A name can be used again for the same bytes only.
   */
  readonly upload: (name: string, bytes: Uint8Array) => Effect.Effect<void, ClusterError>
  /** Sets options of the session, by name. */
  readonly configure: (pairs: Readonly<Record<string, string>>) => Effect.Effect<void, ClusterError>
}
