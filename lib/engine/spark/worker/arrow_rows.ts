/**
 * Rows as Apache Arrow streams. Executors send and expect one column of structs, whose fields are the columns of
 * {@link Rows}.
 *
 * @module
 */
import {
  Binary,
  type Data,
  DataType,
  Field,
  Int32,
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
} from "apache-arrow"
import type { Rows } from "../relations.ts"
import type { Connection } from "./connection.ts"
import { ProtocolError } from "./task_header.ts"

const NUMBERS = ["p", "t", "s", "c"] as const

/** Every message of a stream begins with four bytes of ones. */
const CONTINUATION = -1

const MAX_BYTES = 2 ** 31 - 1

/** The end of a stream. */
export const endOfArrow: Uint8Array = new Uint8Array([255, 255, 255, 255, 0, 0, 0, 0])

/** The length of a message's body, which is field 3 of a flatbuffer. */
const bodyLength = (metadata: Uint8Array): number => {
  const view = new DataView(metadata.buffer, metadata.byteOffset, metadata.byteLength)
  const table = view.getUint32(0, true)
  const fields = table - view.getInt32(table, true)
  const place = view.getUint16(fields, true) <= 10 ? 0 : view.getUint16(fields + 10, true)
  return place === 0 ? 0 : Number(view.getBigInt64(table + place, true))
}

/** Reads a message whose first four bytes have been read. Gives undefined at the end of the stream. */
const readMessage = async (connection: Connection): Promise<Uint8Array | undefined> => {
  const size = await connection.bytes(4)
  const length = new DataView(size.buffer, size.byteOffset).getInt32(0, true)
  if (length === 0) return undefined
  const metadata = await connection.bytes(length)
  const body = await connection.bytes(bodyLength(metadata))
  // Arrow wants columns at multiples of 8 bytes, so a message needs memory of its own.
  const message = new Uint8Array(8 + length + body.length)
  const view = new DataView(message.buffer)
  view.setInt32(0, CONTINUATION)
  view.setInt32(4, length, true)
  message.set(metadata, 8)
  message.set(body, 8 + length)
  return message
}

const columnsOf = ({ data }: RecordBatch): ReadonlyMap<string, Data> => {
  const [struct] = data.children
  const type: DataType | undefined = struct?.type
  const names = DataType.isStruct(type) ? type.children.map(({ name }) => name) : []
  return new Map(names.map((name, i) => [name, struct!.children[i]!]))
}

const wrongColumn = (name: string): ProtocolError =>
  new ProtocolError(`The task was given rows without a column ${name} of the expected type`)

const numbersOf = (columns: ReadonlyMap<string, Data>, name: string): Int32Array => {
  const column = columns.get(name)
  const type: DataType | undefined = column?.type
  if (column === undefined || !DataType.isInt(type) || type.bitWidth !== 32 || column.nullCount > 0) {
    throw wrongColumn(name)
  }
  return column.values.subarray(0, column.length)
}

const bytesOf = (columns: ReadonlyMap<string, Data>): ReadonlyArray<Uint8Array> => {
  const column = columns.get("b")
  if (column === undefined || !DataType.isBinary(column.type) || column.nullCount > 0) throw wrongColumn("b")
  const { length, valueOffsets, values } = column
  return Array.from({ length }, (_, i) => values.subarray(valueOffsets[i], valueOffsets[i + 1]))
}

const together = (parts: ReadonlyArray<Int32Array>): Int32Array => {
  if (parts.length === 1) return parts[0]!
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/**
 * Reads all rows of a partition, and the number after them, which ends the executor's part of a task. An executor may
 * leave out the stream of an empty partition.
 */
export const readRows = async (connection: Connection): Promise<readonly [rows: Rows, end: number]> => {
  const batches: Array<ReadonlyMap<string, Data>> = []
  let next = await connection.int()
  if (next === CONTINUATION) {
    const schema = await readMessage(connection)
    for (let message = schema; schema !== undefined && message !== undefined;) {
      next = await connection.int()
      if (next !== CONTINUATION) throw new ProtocolError(`An Arrow message begins with ${next}`)
      message = await readMessage(connection)
      if (message === undefined) break
      for (const batch of RecordBatchReader.from([schema, message, endOfArrow])) batches.push(columnsOf(batch))
    }
    next = await connection.int()
  }
  const numbers = (name: string) => together(batches.map((columns) => numbersOf(columns, name)))
  const rows = { p: numbers("p"), t: numbers("t"), s: numbers("s"), c: numbers("c"), b: batches.flatMap(bytesOf) }
  return [rows, next]
}

const fields = [...NUMBERS.map((name) => new Field(name, new Int32(), false)), new Field("b", new Binary(), false)]
const rowType = new Struct(fields)
const schema = new Schema([new Field("_0", rowType, false)])

const lengthOf = ({ p, t, s, c, b }: Rows): number => {
  const lengths = [p, t, s, c, b].map(({ length }) => length)
  const [length = 0] = lengths
  if (lengths.some((other) => other !== length)) {
    throw new ProtocolError(`The task has written columns of ${lengths.join(", ")} rows, which must be equal`)
  }
  return length
}

const binaryColumn = (b: ReadonlyArray<Uint8Array>) => {
  const valueOffsets = new Int32Array(b.length + 1)
  const size = b.reduce((sum, { length }) => sum + length, 0)
  if (size > MAX_BYTES) {
    throw new ProtocolError(`The task has written ${size} bytes at once. Write them in batches of at most 2 GiB`)
  }
  const values = new Uint8Array(size)
  for (const [i, bytes] of b.entries()) {
    const at = valueOffsets[i]!
    values.set(bytes, at)
    valueOffsets[i + 1] = at + bytes.length
  }
  return makeData({ type: new Binary(), length: b.length, nullCount: 0, valueOffsets, data: values })
}

/** Encodes a stream of one batch. */
const encodeStream = (rows: Rows): Uint8Array => {
  const length = lengthOf(rows)
  const number = (data: Int32Array) => makeData({ type: new Int32(), length, nullCount: 0, data })
  const children = [...NUMBERS.map((name) => number(rows[name])), binaryColumn(rows.b)]
  const row = makeData({ type: rowType, length, nullCount: 0, children })
  const batch = new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: [row] }),
  )
  return RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true)
}

/** The length of the first message of a stream, which has the schema. */
const schemaLength = (stream: Uint8Array): number =>
  8 + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true)

const empty = encodeStream({
  p: new Int32Array(),
  t: new Int32Array(),
  s: new Int32Array(),
  c: new Int32Array(),
  b: [],
})

/** The beginning of a stream, before its batches. */
export const beginOfArrow: Uint8Array = empty.slice(0, schemaLength(empty))

/** Encodes a batch of a stream. The rows are copied. */
export const encodeBatch = (rows: Rows): Uint8Array => {
  const stream = encodeStream(rows)
  return stream.subarray(schemaLength(stream), stream.length - endOfArrow.length)
}
