/**
 * The request for records, whose answer keeps batches of records as bytes.
 *
 * @module
 */
import { Buffer } from "node:buffer"
import { type Connection, createAPI, fetchV15, Reader, Writer } from "@platformatic/kafka"

/** A transaction that was aborted, as an answer lists it. */
export interface Aborted {
  readonly producerId: bigint
  /** The offset of its first record. */
  readonly firstOffset: bigint
}

/** What a broker has of one partition. */
export interface Fetched {
  readonly errorCode: number
  /** Transactions that were aborted and have records among these. Empty unless only committed records are wanted. */
  readonly aborted: ReadonlyArray<Aborted>
  /** Batches of records, one after the other. The last one may be cut off. */
  readonly records: Uint8Array
}

/** Joins what the socket has read, if it is in parts. Plain bytes, because `slice` of a Buffer does not copy. */
const joined = (parts: ReadonlyArray<Uint8Array>, length: number): Uint8Array => {
  const [first] = parts
  if (parts.length === 1 && first !== undefined) return new Uint8Array(first.buffer, first.byteOffset, length)
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

const parse = (_correlationId: number, _key: number, _version: number, reader: Reader): Fetched => {
  reader.readInt32()
  const errorCode = reader.readInt16()
  reader.readInt32()
  let fetched: Fetched = { errorCode, aborted: [], records: new Uint8Array() }
  reader.readArray((topic) => {
    topic.readUUID()
    topic.readArray((partition) => {
      partition.readInt32()
      const errorCode = partition.readInt16()
      // High watermark, last stable offset and log start offset.
      partition.skip(24)
      const aborted = partition.readNullableArray((each) => ({
        producerId: each.readInt64(),
        firstOffset: each.readInt64(),
      }))
      partition.readInt32()
      // The protocol adds one to the length, so that 0 can stand for nothing.
      const length = Math.max(0, partition.readUnsignedVarInt() - 1)
      const parts = partition.buffer.subarray(partition.position, partition.position + length).buffers
      partition.skip(length)
      fetched = { errorCode, aborted: aborted ?? [], records: joined(parts, length) }
    })
  })
  return fetched
}

type Request = Parameters<typeof fetchV15.createRequest>

const [API, VERSION] = [1, 15]

const fetchAPI = createAPI<Request, Fetched>(API, VERSION, fetchV15.createRequest, parse)

/** How long a broker waits for a first record. Ranges end at records that exist, so it rarely waits. */
const WAIT_MS = 100

/** Which records to ask for. */
export interface Wanted {
  readonly topicId: string
  readonly partition: number
  /** The offset of the first record. */
  readonly offset: number
  /** 1 for those of committed transactions only, 0 for all. */
  readonly isolation: number
  /** How many bytes the broker answers with at most. A batch that is larger comes whole nevertheless. */
  readonly maxBytes: number
}

/** Each request stands alone: there is no fetch session. */
const requestFor = ({ isolation, maxBytes, offset, partition, topicId }: Wanted): Request => {
  const part = {
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: BigInt(offset),
    lastFetchedEpoch: -1,
    partitionMaxBytes: maxBytes,
  }
  return [WAIT_MS, 1, maxBytes, isolation, 0, -1, [{ topicId, partitions: [part] }], [], ""]
}

/** Asks for records over a connection of the client library. */
export const fetchRecords = (connection: Connection, wanted: Wanted): Promise<Fetched> =>
  fetchAPI.async(connection, ...requestFor(wanted))

/** The number by which the broker marks its answer. */
const CORRELATION_ID = 1

/** Encodes the request for records, with its length in front. */
export const encodeFetch = (clientId: string, wanted: Wanted): Uint8Array =>
  Writer.create()
    .appendInt16(API)
    .appendInt16(VERSION)
    .appendInt32(CORRELATION_ID)
    .appendString(clientId, false)
    .appendTaggedFields()
    .appendFrom(fetchV15.createRequest(...requestFor(wanted)))
    .prependLength()
    .buffer

/** Decodes the answer to the request for records. The records are a view of it. Throws if it is the answer to another request. */
export const decodeFetched = (answer: Uint8Array<ArrayBuffer>): Fetched => {
  const reader = Reader.from(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength))
  const id = reader.readInt32()
  if (id !== CORRELATION_ID) throw new Error(`the broker answered the request ${id} in place of ${CORRELATION_ID}`)
  reader.readTaggedFields()
  return parse(id, API, VERSION, reader)
}
