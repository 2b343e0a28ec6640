/**
 * The request for records, whose answer keeps batches of records as bytes.
 *
 * @module
 */
import { type Connection, createAPI, fetchV15, type Reader } from "@platformatic/kafka"

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

/** Joins what the socket has read. Plain bytes, because `slice` of a Buffer does not copy. */
const joined = (parts: ReadonlyArray<Uint8Array>, length: number): Uint8Array => {
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

const fetchAPI = createAPI<Request, Fetched>(1, 15, fetchV15.createRequest, parse)

/** How many bytes a broker answers with at most. A batch that is larger comes whole nevertheless. */
const MAX_BYTES = 2 * 1024 * 1024
/** How long a broker waits for a first record. Ranges end at records that exist, so it rarely waits. */
const WAIT_MS = 100

/** Asks for records. Each request stands alone: there is no fetch session. */
export const fetchRecords = (
  connection: Connection,
  topicId: string,
  partition: number,
  offset: number,
  isolation: number,
): Promise<Fetched> => {
  const part = {
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: BigInt(offset),
    lastFetchedEpoch: -1,
    partitionMaxBytes: MAX_BYTES,
  }
  return fetchAPI.async(connection, WAIT_MS, 1, MAX_BYTES, isolation, 0, -1, [{ topicId, partitions: [part] }], [], "")
}
