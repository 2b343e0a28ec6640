/**
 * Rows as Arrow IPC streams, which is what Spark reads and writes.
 *
 * @module
 */
import * as Arrow from "apache-arrow"
import type { Rows } from "../relations.ts"

const INTEGERS = ["p", "t", "s", "c"] as const
const SCHEMA: Arrow.Schema = new Arrow.Schema([
  ...INTEGERS.map((name) => new Arrow.Field(name, new Arrow.Int32(), false)),
  new Arrow.Field("b", new Arrow.Binary(), false),
])

/** The columns of rows in Spark's own notation. */
export const DDL = "p int, t int, s int, c int, b binary"

const integers = (values: Int32Array): Arrow.Data<Arrow.Int32> =>
  Arrow.makeData({ type: new Arrow.Int32(), length: values.length, nullCount: 0, data: values })

const binaries = (values: ReadonlyArray<Uint8Array>): Arrow.Data<Arrow.Binary> => {
  const valueOffsets = new Int32Array(values.length + 1)
  values.forEach((value, index) => valueOffsets[index + 1] = (valueOffsets[index] ?? 0) + value.length)
  const data = new Uint8Array(valueOffsets[values.length] ?? 0)
  values.forEach((value, index) => data.set(value, valueOffsets[index]))
  return Arrow.makeData({ type: new Arrow.Binary(), length: values.length, nullCount: 0, valueOffsets, data })
}

/** Encodes rows as an Arrow IPC stream of one batch. All bytes together may be 2 GiB at most. */
export const encodeRows = ({ b, c, p, s, t }: Rows): Uint8Array => {
  const children = [...[p, t, s, c].map(integers), binaries(b)]
  const columns = Arrow.makeData({ type: new Arrow.Struct(SCHEMA.fields), length: b.length, nullCount: 0, children })
  return Arrow.tableToIPC(new Arrow.Table([new Arrow.RecordBatch(SCHEMA, columns)]), "stream")
}

interface Columns {
  readonly integers: ReadonlyArray<Int32Array>
  readonly b: Array<Uint8Array>
}

const otherColumns = ({ schema }: Arrow.RecordBatch): Error =>
  new Error(
    `Spark has answered with the columns ${schema.fields.map(({ name, type }) => `${name} ${type}`).join(", ")}, ` +
      `in place of ${DDL} without nulls`,
  )

const columnsOf = (batch: Arrow.RecordBatch): Columns => {
  const vectors = [...INTEGERS, "b"].map((name) => {
    const vector = batch.getChild(name)
    const isRight = name === "b" ? Arrow.DataType.isBinary(vector?.type) : Arrow.DataType.isInt(vector?.type)
    if (vector === null || !isRight || vector.nullCount > 0) throw otherColumns(batch)
    return vector
  })
  const bytes = vectors.pop()
  return {
    integers: vectors.map((vector): Int32Array => vector.toArray()),
    b: Array.from({ length: batch.numRows }, (_, row): Uint8Array => bytes?.get(row)),
  }
}

/** Decodes Arrow IPC streams to the rows of all of them. Throws if they have other columns. */
export const decodeRows = (streams: ReadonlyArray<Uint8Array>): Rows => {
  const parts = streams.flatMap((stream) => Arrow.tableFromIPC(stream).batches.map(columnsOf))
  const b = parts.flatMap((part) => part.b)
  const joined = (index: number): Int32Array => {
    const values = new Int32Array(b.length)
    let at = 0
    for (const { integers } of parts) {
      const piece = integers[index]
      if (piece === undefined) continue
      values.set(piece, at)
      at += piece.length
    }
    return values
  }
  return { p: joined(0), t: joined(1), s: joined(2), c: joined(3), b }
}
