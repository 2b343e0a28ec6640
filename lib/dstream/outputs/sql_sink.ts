/**
 * The contract of SQL sinks: databases that take a batch's rows, and the fact that it has been written, in one transaction.
 *
 * @module
 */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { describeCause } from "../../core/errors.ts"

/** A value that is bound to a parameter of a statement. Dates are bound as ISO texts where a database has none. */
export type SqlValue = null | string | number | bigint | boolean | Date | Uint8Array

/** The values of one row: one for each column, or for each parameter of the statement. */
export type SqlRow = ReadonlyArray<SqlValue>

/** How rows are written: into columns of a table, or by a statement of yours, once for each row. */
export type SqlInsert =
  | { readonly table: string; readonly columns: ReadonlyArray<string> }
  | { readonly statement: string }

/** Whose rows these are: what a sink commits together with them, and names in its errors. */
export interface SqlBatch {
  /** The output's name: the same after a restart. */
  readonly output: string
  /** The batch time, epoch milliseconds. */
  readonly batchTime: number
  /** How they are written. */
  readonly insert: SqlInsert
  /** How many marks of this output are kept: at least 1, or `Infinity`. */
  readonly keepMarks: number
}

/**
 * A database refused something, or the connection broke. Nothing of the batch is in the database then, unless it is the
 * answer to `COMMIT` that has been lost: running the batch again finds that out.
 */
export class SqlError extends Data.Error<{
  /** The output's name. */
  readonly output: string
  /** The batch time, epoch milliseconds. */
  readonly batchTime: number
  /** The statement that failed, or `connect`. Values are never part of it. */
  readonly statement: string
  /** What the database says. */
  readonly cause: unknown
}> {
  readonly _tag = "SqlError" as const
  override get message(): string {
    return `Output "${this.output}" of batch ${this.batchTime} ms: ${describeCause(this.cause)} (${this.statement})`
  }
}

/** An open transaction of one batch. If its scope closes before `commit` has succeeded it is rolled back. */
export interface SqlTransaction {
  /** Writes rows. */
  readonly write: (rows: ReadonlyArray<SqlRow>) => Effect.Effect<void, SqlError>
  /** Makes the rows permanent, together with the fact that this batch of this output has been written. */
  readonly commit: Effect.Effect<void, SqlError>
}

/** A database that batches are written to. */
export interface SqlSink {
  /**
   * Connects and begins the transaction of a batch, in the current scope. Undefined if the batch has been committed before:
   * then nothing is left to be done. Fails if the batch is so old that this cannot be told any more, see `keepMarks`.
   */
  readonly begin: (batch: SqlBatch) => Effect.Effect<SqlTransaction | undefined, SqlError, Scope.Scope>
}

/** A name as SQL takes it, whatever is in it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The statement that writes `rows` rows at once; that of the user always writes one. */
export const statementOf = (insert: SqlInsert, rows: number, parameter: (index: number) => string): string => {
  if ("statement" in insert) return insert.statement
  const { table, columns } = insert
  const values = Array.from(
    { length: rows },
    (_, row) => `(${columns.map((__, i) => parameter(row * columns.length + i)).join(", ")})`,
  )
  return `INSERT INTO ${quoted(table)} (${columns.map(quoted).join(", ")}) VALUES ${values.join(", ")}`
}
