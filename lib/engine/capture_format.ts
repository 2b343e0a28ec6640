/**
 * The bytes of a captured state: a header, then blocks of the record codec.
 *
 * The bytes begin with the length of the header as a 32-bit number, little-endian. The header names the batch, the
 * partitioner, and for each partition its chunks of entries with the lengths of their blocks. The blocks follow in the
 * order of the header. So a log can read the header alone to decide which captures it has to keep.
 *
 * @module
 */
import { ByteReader } from "../core/codec_byte_reader.ts"
import { ByteWriter } from "../core/codec_byte_writer.ts"
import { decode, encode } from "../core/codec.ts"
import { corrupt } from "../core/codec_errors.ts"

const VERSION = 1

/** What is done with the entries of a chunk when a state is restored. */
export const chunkKind = { slice: 0, changed: 1, added: 2, deleted: 3 } as const

/** One of the kinds of chunks. */
export type ChunkKind = typeof chunkKind[keyof typeof chunkKind]

/** Entries of one partition, as blocks. Entries are identified by their numbers in the order of insertion. */
export interface Chunk {
  readonly kind: ChunkKind
  /** How many entries there are. */
  readonly count: number
  /** The number of the first entry. */
  readonly first: number
  /** The numbers of all entries, their keys, their values, and their ages at the batch time. Empty: left out. */
  readonly blocks: readonly [numbers: Uint8Array, keys: Uint8Array, values: Uint8Array, ages: Uint8Array]
}

/** What a capture has of one partition. */
export interface CapturedPart {
  readonly partition: number
  /** Whether a round of slices begins here. */
  readonly begins: boolean
  /** Whether a round of slices ends here. */
  readonly ends: boolean
  /** The number of the last entry that the round has copied; 0 where the round ends. */
  readonly copied: number
  /** The highest number that an entry can have. */
  readonly newest: number
  /** The time at which entries without a time count as written; undefined if no times are recorded. */
  readonly since: number | undefined
  readonly chunks: ReadonlyArray<Chunk>
}

/** How keys were placed in partitions. */
export interface Placing {
  /** The name of the partitioner. */
  readonly name: string
  readonly numPartitions: number
  /** What distinguishes it from other partitioners of its name. */
  readonly detail: unknown
}

/** A captured state. */
export interface Captured {
  /** The batch time of the version. */
  readonly at: number
  /** How keys are placed; undefined if that is not known. */
  readonly placing: Placing | undefined
  readonly parts: ReadonlyArray<CapturedPart>
}

/** Writes a capture as pieces of bytes, to be stored one after the other. */
export const toPieces = ({ at, parts, placing }: Captured): ReadonlyArray<Uint8Array> => {
  const out = new ByteWriter()
  const pieces: Array<Uint8Array> = []
  out.double(at)
  const described = encode(placing === undefined ? [] : [placing.name, placing.numPartitions, placing.detail])
  out.varint(described.length)
  out.raw(described)
  out.varint(parts.length)
  for (const { begins, chunks, copied, ends, newest, partition, since } of parts) {
    out.varint(partition)
    out.byte(Number(begins) | Number(ends) << 1 | Number(since !== undefined) << 2)
    out.varint(copied)
    out.varint(newest)
    if (since !== undefined) out.double(since)
    out.varint(chunks.length)
    for (const { blocks, count, first, kind } of chunks) {
      out.byte(kind)
      out.varint(count)
      out.varint(first)
      for (const block of blocks) {
        out.varint(block.length)
        if (block.length > 0) pieces.push(block)
      }
    }
  }
  const header = out.finish(VERSION)
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, header.length, true)
  return [length, header, ...pieces]
}

/** Reads a capture. Its chunks are views of the bytes and are not decoded. Throws `CorruptBlock`. */
export const fromBytes = (bytes: Uint8Array): Captured => {
  if (bytes.length < 4) return corrupt("it ends too early")
  let end = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const header = bytes.subarray(4, end)
  if (header.length !== end - 4) return corrupt("it ends too early")
  if (header[0] !== VERSION) return corrupt(`it is of version ${header[0]}, not ${VERSION}`)
  const from = new ByteReader(header, 1)
  const take = (): Uint8Array => {
    const length = from.varint()
    if (length > bytes.length - end) return corrupt("it ends too early")
    return bytes.subarray(end, end += length)
  }
  const at = from.double()
  const placing = readPlacing(new Uint8Array(from.raw(from.count(1))))
  const parts = list(from, 5, () => readPart(from, take))
  from.end()
  return end === bytes.length ? { at, placing, parts } : corrupt("it goes on after its end")
}

const list = <A>(from: ByteReader, size: number, read: () => A): ReadonlyArray<A> =>
  Array.from({ length: from.count(size) }, read)

const readPlacing = (bytes: Uint8Array): Placing | undefined => {
  const [name, numPartitions, detail] = decode(bytes)
  if (name === undefined) return undefined
  if (typeof name !== "string" || typeof numPartitions !== "number") return corrupt("its partitioner has no name")
  return { name, numPartitions, detail }
}

const readPart = (from: ByteReader, take: () => Uint8Array): CapturedPart => {
  const partition = from.varint()
  const flags = from.byte()
  return {
    partition,
    begins: (flags & 1) !== 0,
    ends: (flags & 2) !== 0,
    copied: from.varint(),
    newest: from.varint(),
    since: (flags & 4) === 0 ? undefined : from.double(),
    chunks: list(from, 7, () => ({
      kind: kindOf(from.byte()),
      count: from.varint(),
      first: from.varint(),
      blocks: [take(), take(), take(), take()],
    })),
  }
}

const kindOf = (byte: number): ChunkKind =>
  Object.values(chunkKind).find((kind) => kind === byte) ?? corrupt(`there is no chunk of kind ${byte}`)
