/**
 * Records as a table of DuckDB: which columns there are, and how a value gets into one.
 *
 * @module
 */
import * as duckdb from "@duckdb/node-api"

/** What JavaScript has for each type of a column. */
export interface ColumnValues {
  /** 64 bits, signed. */
  readonly BIGINT: bigint
  /** True or false. */
  readonly BOOLEAN: boolean
  /** 64 bits, floating. */
  readonly DOUBLE: number
  /** 32 bits, signed. */
  readonly INTEGER: number
  /** A point in time, kept in microseconds. */
  readonly TIMESTAMP: Date
  /** Text of any length. */
  readonly VARCHAR: string
}

/** The type of a column, as SQL names it. */
export type ColumnType = keyof ColumnValues

/** The types that a column may have for these values; `null` and `undefined` are NULL in all of them. */
export type ColumnTypeFor<V> = {
  [T in ColumnType]: [Exclude<V, null | undefined>] extends [ColumnValues[T]] ? T : never
}[ColumnType]

/** How records lie in a table: its columns are properties of the records. */
export interface TableOptions<A> {
  /** The name under which statements find the table (`records`). */
  readonly table?: string | undefined
  /** The columns, in order. They are named, not guessed, so that a batch without records has them as well. */
  readonly columns: { readonly [K in keyof A & string]: ColumnTypeFor<A[K]> }
}

/** A table with its rows. */
export interface Table {
  /** The name under which statements find it. */
  readonly name: string
  /** The columns, in order. */
  readonly columns: ReadonlyArray<readonly [name: string, type: ColumnType]>
  /** One value for each column. */
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
}

const types: { readonly [T in ColumnType]: duckdb.DuckDBType } = {
  BIGINT: duckdb.BIGINT,
  BOOLEAN: duckdb.BOOLEAN,
  DOUBLE: duckdb.DOUBLE,
  INTEGER: duckdb.INTEGER,
  TIMESTAMP: duckdb.TIMESTAMP,
  VARCHAR: duckdb.VARCHAR,
}

const valueOf = (value: unknown): duckdb.DuckDBValue => {
  if (value === undefined || value === null) return null
  if (value instanceof Date) return new duckdb.DuckDBTimestampValue(BigInt(value.getTime()) * 1000n)
  if (["bigint", "boolean", "number", "string"].includes(typeof value)) return value as duckdb.DuckDBValue
  throw new TypeError(`A ${typeof value} is no value of a column`)
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Makes the table for one connection: others do not see it, and it ends with the connection. */
export const register = async (connection: duckdb.DuckDBConnection, { columns, name, rows }: Table): Promise<void> => {
  const described = columns.map(([column, type]) => `${quoted(column)} ${type}`)
  await connection.run(`CREATE TEMP TABLE ${quoted(name)} (${described.join(", ")})`)
  const appender = await connection.createAppender(name)
  for (const row of rows) {
    columns.forEach(([, type], i) => appender.appendValue(valueOf(row[i]), types[type]))
    appender.endRow()
  }
  appender.closeSync()
}
