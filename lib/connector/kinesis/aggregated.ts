/**
 * Records that the Kinesis Producer Library has put together into one.
 *
 * @module
 */
import { createHash } from "node:crypto"
import type { HashKeys, KinesisRecord } from "./shard.ts"

/** The first bytes of such a record. A message of Protocol Buffers follows, and the MD5 of the message. */
const MAGIC: ReadonlyArray<number> = [0xf3, 0x89, 0x9a, 0xc2]
const DIGEST_BYTES = 16

const md5 = (bytes: Uint8Array | string): Uint8Array => createHash("md5").update(bytes).digest()

/** The message in a record; undefined if the record has none. */
const messageOf = ({ data }: KinesisRecord): Uint8Array | undefined => {
  if (data.length <= MAGIC.length + DIGEST_BYTES || MAGIC.some((byte, i) => data[i] !== byte)) return undefined
  const message = data.subarray(MAGIC.length, data.length - DIGEST_BYTES)
  const digest = md5(message)
  return data.subarray(-DIGEST_BYTES).every((byte, i) => byte === digest[i]) ? message : undefined
}

/** Whether a record may consist of several. */
export const isAggregated = (record: KinesisRecord): boolean => MAGIC.every((byte, i) => record.data[i] === byte)

/** Types of fields of Protocol Buffers. */
const [VARINT, FIXED_64, BYTES, FIXED_32] = [0, 1, 2, 5]

const EMPTY = new Uint8Array(0)

/** Calls `f` with the number and the value of each field: a number, or bytes. Throws if the message is malformed. */
const forEachField = (message: Uint8Array, f: (field: number, value: number, bytes: Uint8Array) => void): void => {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1;; factor *= 128) {
      const byte = message[at++]
      if (byte === undefined) throw new RangeError("the message ends within a number")
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    const [field, type] = [Math.floor(tag / 8), tag % 8]
    if (type === VARINT) {
      f(field, varint(), EMPTY)
      continue
    }
    const length = type === BYTES ? varint() : type === FIXED_64 ? 8 : type === FIXED_32 ? 4 : NaN
    const end = at + length
    if (!(end <= message.length)) throw new RangeError("the message ends within a field")
    if (type === BYTES) f(field, 0, message.subarray(at, end))
    at = end
  }
}

interface Part {
  readonly partitionKey: string
  /** The key that decides about the shard, if it is not that of the partition key. */
  readonly hashKey: string | undefined
  readonly data: Uint8Array
}

const decoder = new TextDecoder()

/** The records in a message. */
const partsOf = (message: Uint8Array): ReadonlyArray<Part> => {
  const partitionKeys: Array<string> = []
  const hashKeys: Array<string> = []
  const parts: Array<{ key: number; hash: number | undefined; data: Uint8Array }> = []
  forEachField(message, (field, _, bytes) => {
    if (field === 1) partitionKeys.push(decoder.decode(bytes))
    if (field === 2) hashKeys.push(decoder.decode(bytes))
    if (field !== 3) return
    const part: typeof parts[number] = { key: 0, hash: undefined, data: EMPTY }
    forEachField(bytes, (field, value, bytes) => {
      if (field === 1) part.key = value
      if (field === 2) part.hash = value
      if (field === 3) part.data = bytes
    })
    parts.push(part)
  })
  return parts.map(({ data, hash, key }) => ({
    partitionKey: partitionKeys[key] ?? "",
    hashKey: hash === undefined ? undefined : hashKeys[hash],
    data,
  }))
}

const hashOf = ({ hashKey, partitionKey }: Part): bigint =>
  BigInt(hashKey ?? `0x${md5(partitionKey).reduce((hex, byte) => hex + byte.toString(16).padStart(2, "0"), "")}`)

const isElsewhere = (part: Part, { from, to }: HashKeys): boolean => {
  const hash = hashOf(part)
  return hash < from || hash > to
}

/**
 * Gives the records that a record consists of: itself, unless the Kinesis Producer Library has made it.
 *
 * None if one of them does not belong into the shard, whose hash keys are `keys`. That happens while a stream is resharded, and the
 * producer sends all of them again then; the Kinesis Client Library leaves them out as well.
 */
export const unpacked = (record: KinesisRecord, keys: HashKeys | undefined): ReadonlyArray<KinesisRecord> => {
  const message = messageOf(record)
  if (message === undefined) return [record]
  try {
    const parts = partsOf(message)
    if (keys !== undefined && parts.some((part) => isElsewhere(part, keys))) return []
    return parts.map(({ data, partitionKey }, i) => ({ ...record, partitionKey, subSequenceNumber: i, data }))
  } catch {
    // Its checksum is right, and yet no such library has made it.
    return [record]
  }
}
