/**
 * Records as rows of a database table: its columns, and how values are bound to them.
 *
 * @module
 */
import type { SQLInputValue } from "node:sqlite"

/** The JavaScript values that a column of each type takes. */
export interface ColumnValues {
  /** Whole numbers. True and false are stored as 1 and 0. */
  readonly INTEGER: number | bigint | boolean
  /** Floating-point numbers. */
  readonly REAL: number
  /** Text of any length. Dates are stored as ISO texts, which sort by time. */
  readonly TEXT: string | Date
  /** Bytes. */
  readonly BLOB: Uint8Array
}

/** The type of a column, as SQL names it. */
export type ColumnType = keyof ColumnValues

/** The types that a column for values of type `V` may have. `null` and `undefined` are NULL in all of them. */
export type ColumnTypeFor<V> = {
  [T in ColumnType]: [Exclude<V, null | undefined>] extends [ColumnValues[T]] ? T : never
}[ColumnType]

/** How records become a table: its columns are properties of the records. */
export interface TableOptions<A> {
  /** The name of the table in statements. Default: `records`. */
  readonly table?: string | undefined
  /** The columns, in order. They are given, not inferred, so that the table of an empty batch has them too. */
  readonly columns: { readonly [K in keyof A & string]: ColumnTypeFor<A[K]> }
}

/** A table with its rows. */
export interface Table {
  /** Its name in statements. */
  readonly name: string
  /** The columns, in order. */
  readonly columns: ReadonlyArray<readonly [name: string, type: ColumnType]>
  /** The rows. Each has one value for each column. */
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
}

/** A value as SQLite takes it. Throws for a value that no column can hold. */
export const boundValue = (value: unknown): SQLInputValue => {
  if (value === undefined || value === null) return null
  if (typeof value === "boolean") return Number(value)
  if (value instanceof Date) return value.toISOString()
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value
  if (value instanceof Uint8Array) return value
  throw new TypeError(`a value of type ${typeof value} fits in no column`)
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The statements that create a table and insert one row into it. */
export const statementsOf = ({ columns, name }: Table): readonly [create: string, insert: string] => [
  `CREATE TABLE ${quoted(name)} (${columns.map(([column, type]) => `${quoted(column)} ${type}`).join(", ")})`,
  `INSERT INTO ${quoted(name)} VALUES (${columns.map(() => "?").join(", ")})`,
]
