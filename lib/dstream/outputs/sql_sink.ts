/**
 * The contract of SQL sinks, which commit the rows of a batch together with a mark that the batch was written.
 *
 * @module
 */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { describeCause } from "../../core/errors.ts"

/** A value that is bound to a parameter of a statement. Databases without a type for dates get ISO 8601 texts. */
export type SqlValue = null | string | number | bigint | boolean | Date | Uint8Array

/** The values of one row, one for each column or for each parameter of the statement. */
export type SqlRow = ReadonlyArray<SqlValue>

/** How rows are written: into columns of a table, or by a statement of your own that runs once for each row. */
export type SqlInsert =
  | { readonly table: string; readonly columns: ReadonlyArray<string> }
  | { readonly statement: string }

/** The batch and output that rows belong to. A sink commits them with the rows and names them in its errors. */
export interface SqlBatch {
  /** The output's name, which is the same after a restart. */
  readonly output: string
  /** The batch time in epoch milliseconds. */
  readonly batchTime: number
  /** How the rows are written. */
  readonly insert: SqlInsert
  /** How many marks of written batches are kept for this output: at least 1, or `Infinity`. */
  readonly keepMarks: number
}

/**
 * The failure of a database to take a batch: it refused a statement, or the connection broke. Nothing of the batch was
 * written, unless only the answer to `COMMIT` was lost; running the batch again finds that out.
 */
export class SqlError extends Data.Error<{
  /** The output's name. */
  readonly output: string
  /** The batch time in epoch milliseconds. */
  readonly batchTime: number
  /** The statement that failed, or `connect`. It never contains values. */
  readonly statement: string
  /** The error of the database. */
  readonly cause: unknown
}> {
  readonly _tag = "SqlError" as const
  override get message(): string {
    return `Output "${this.output}" of batch ${this.batchTime} ms: ${describeCause(this.cause)} (${this.statement})`
  }
}

/** An open transaction of one batch. It is rolled back if its scope closes before `commit` has succeeded. */
export interface SqlTransaction {
  /** Writes rows of the batch. */
  readonly write: (rows: ReadonlyArray<SqlRow>) => Effect.Effect<void, SqlError>
  /** Commits the rows together with the mark that this output has written this batch. */
  readonly commit: Effect.Effect<void, SqlError>
}

/** A database that batches are written to. */
export interface SqlSink {
  /** What is wrong with the settings of the sink. A context whose graph writes to a sink with problems does not start. */
  readonly problems?: ReadonlyArray<string> | undefined
  /**
   * Connects and begins the transaction of a batch, in the current scope. Succeeds with undefined if the batch was
   * committed before, so that nothing is left to do. Fails if the batch is so old that its mark may have been deleted
   * (`keepMarks`).
   */
  readonly begin: (batch: SqlBatch) => Effect.Effect<SqlTransaction | undefined, SqlError, Scope.Scope>
}

/** Quotes a name for SQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The statement that inserts `rows` rows at once. A statement of the user is returned as it is, and writes one row. */
export const statementOf = (insert: SqlInsert, rows: number, parameter: (index: number) => string): string => {
  if ("statement" in insert) return insert.statement
  const { table, columns } = insert
  const values = Array.from(
    { length: rows },
    (_, row) => `(${columns.map((__, i) => parameter(row * columns.length + i)).join(", ")})`,
  )
  return `INSERT INTO ${quoted(table)} (${columns.map(quoted).join(", ")}) VALUES ${values.join(", ")}`
}
