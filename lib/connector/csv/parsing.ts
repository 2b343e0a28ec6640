/**
 * Makes records of the rows of CSV files.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import { describeCause } from "../../core/errors.ts"
import { type Nothing, nothing, Problem } from "../format/records.ts"
import { decoderOf, type RecordSchema } from "../format/schemas.ts"
import { type CellKind, type Columns, columnsOf, readCell } from "./cells.ts"
import type { Dialect } from "./dialect.ts"
import { fieldsOf, quotedFields } from "./fields.ts"

/** Makes a record of the fields of a row. */
type ToRecord<A> = (row: string, fields: ReadonlyArray<string>) => A | Problem

/** Makes a function that makes an object of values, without those that are undefined. */
const toObject = (names: ReadonlyArray<string>): (values: ReadonlyArray<unknown>) => Record<string, unknown> => {
  // Assigning `__proto__` would set the prototype.
  const isSafe = !names.includes("__proto__")
  return (values) => {
    const record: Record<string, unknown> = {}
    for (let i = 0; i < names.length; i++) {
      const value = values[i]
      if (value === undefined) continue
      if (isSafe) record[names[i]!] = value
      else Object.defineProperty(record, names[i]!, { value, enumerable: true, configurable: true, writable: true })
    }
    return record
  }
}

/** Makes the values of the cells of a row, by their kinds. */
const cellsOf = (dialect: Dialect, columns: Columns, names: ReadonlyArray<string> | undefined) => {
  const kinds: Array<CellKind | undefined> = names?.map((name) => columns.kind(name)) ?? []
  return (row: string, fields: ReadonlyArray<string>): ReadonlyArray<unknown> => {
    const quoted = fields.includes(dialect.nullValue) ? quotedFields(row, fields, dialect) : []
    return fields.map((text, i) => {
      const kind = names === undefined ? columns.kind(i) : kinds[i]
      if (kind === undefined) return names === undefined ? text : undefined
      const isNull = text === dialect.nullValue && (quoted[i] !== true || (text === "" && !kind.isText))
      return readCell(text, isNull, kind)
    })
  }
}

const withSchema = <A>(
  dialect: Dialect,
  schema: RecordSchema<A>,
  columns: Columns,
  names: ReadonlyArray<string> | undefined,
): ToRecord<A> => {
  const decode = decoderOf(Schema.toCodecJson(schema))
  const cells = cellsOf(dialect, columns, names)
  const toValue = names === undefined ? (values: ReadonlyArray<unknown>): unknown => values : toObject(names)
  return (row, fields) => decode(toValue(cells(row, fields)))
}

/** How the rows of a file become records. */
export interface RowFormat<A> {
  readonly dialect: Dialect
  readonly schema: RecordSchema<A> | undefined
  /** The columns of the schema. */
  readonly columns: Columns | undefined
}

/** The columns of a schema, and how rows become records. */
export const rowFormatOf = <A>(dialect: Dialect, schema: RecordSchema<A> | undefined): RowFormat<A> => ({
  dialect,
  schema,
  columns: schema && columnsOf(schema),
})

const isBlank = (row: string, { comment }: Dialect): boolean =>
  row === "" || (comment !== "" && row.startsWith(comment))

/** The names in the row of a header, or what is wrong with them. Undefined for a row that is no header. */
export const headerOf = (dialect: Dialect): (row: string) => ReadonlyArray<string> | Problem | undefined => {
  const fields = fieldsOf(dialect)
  return (row) => {
    if (isBlank(row, dialect)) return undefined
    const names = fields(row)
    if (names instanceof Problem) return names
    const twice = names.find((name, i) => names.indexOf(name) < i)
    return twice === undefined ? names : new Problem(`the header has two columns ${JSON.stringify(twice)}`)
  }
}

/**
 * Makes a function that makes records of rows. `header` has the names of the columns if the file has them. Without names and
 * without a schema of objects, records are the fields of rows.
 */
export const rowParser = <A>(
  { columns, dialect, schema }: RowFormat<A>,
  header: ReadonlyArray<string> | undefined,
): (row: string) => A | Problem | Nothing => {
  const split = fieldsOf(dialect)
  const isTuple = columns !== undefined && columns.names === undefined
  const names = isTuple ? undefined : header ?? dialect.columns ?? columns?.names
  const plain = names === undefined ? (fields: ReadonlyArray<string>): unknown => fields : toObject(names)
  const toRecord: ToRecord<A> = schema !== undefined && columns !== undefined
    ? withSchema(dialect, schema, columns, names)
    : (_, fields) => plain(fields) as A
  return (row) => {
    if (isBlank(row, dialect)) return nothing
    const fields = split(row)
    if (fields instanceof Problem) return fields
    if (names !== undefined && fields.length !== names.length) {
      return new Problem(`the row has ${fields.length} fields, but there are ${names.length} columns`)
    }
    try {
      return toRecord(row, fields)
    } catch (cause) {
      return new Problem(describeCause(cause))
    }
  }
}
