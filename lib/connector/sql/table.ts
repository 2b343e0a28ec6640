/**
 * Records as a table of a database: which columns there are, and how a value gets into one.
 *
 * @module
 */
import type { SQLInputValue } from "node:sqlite"

/** What JavaScript has for each type of a column. */
export interface ColumnValues {
  /** Whole numbers; true and false are kept as 1 and 0. */
  readonly INTEGER: number | bigint | boolean
  /** Floating-point numbers. */
  readonly REAL: number
  /** Text of any length; dates are kept as ISO texts, which sort by time. */
  readonly TEXT: string | Date
  /** Bytes. */
  readonly BLOB: Uint8Array
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

/** A value as SQLite takes it. Throws for what no column can hold. */
export const boundValue = (value: unknown): SQLInputValue => {
  if (value === undefined || value === null) return null
  if (typeof value === "boolean") return Number(value)
  if (value instanceof Date) return value.toISOString()
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value
  if (value instanceof Uint8Array) return value
  throw new TypeError(`a value of type ${typeof value} fits in no column`)
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The statements that make a table and add one row to it. */
export const statementsOf = ({ columns, name }: Table): readonly [create: string, insert: string] => [
  `CREATE TABLE ${quoted(name)} (${columns.map(([column, type]) => `${quoted(column)} ${type}`).join(", ")})`,
  `INSERT INTO ${quoted(name)} VALUES (${columns.map(() => "?").join(", ")})`,
]
