/**
 * Chunks: the records of a block as bytes, a piece at a time.
 *
 * @module
 */
import * as Codec from "../../core/codec.ts"
import { atOnce, type Piecewise } from "../../core/pace.ts"
import { weigh } from "../../core/weight.ts"
import { type Block, concat, type Cursor, cursorOf, gathered, oneAfterTheOther, partsOf } from "../../rdd/block.ts"
import { ColumnBlock } from "../../rdd/column_block.ts"
import { fromText, pieceEnd, unreadText } from "../../rdd/text_block.ts"

/** Some records as bytes: of the record codec, or lines of text. */
export interface Chunk {
  readonly isText: boolean
  readonly bytes: Uint8Array
  /** How many records it has. */
  readonly records: number
}

/** About how many bytes a chunk has. */
const CHUNK_BYTES = 256 * 1024
/** How many records a chunk has at most. */
const CHUNK_RECORDS = 4096

/** Gives the next chunk at each call, and undefined after the last one. Throws `NotPortable` for records that cannot be encoded. */
export type ChunkCursor = () => Chunk | undefined

/** How many records make a chunk, judged by the first one. */
const sizeFor = (record: unknown): number =>
  Math.max(1, Math.min(CHUNK_RECORDS, Math.floor(CHUNK_BYTES / weigh(record))))

const ofText = (bytes: Uint8Array): ChunkCursor => {
  let at = 0
  return () => {
    if (at >= bytes.length) return undefined
    const end = pieceEnd(bytes, at, CHUNK_BYTES)
    const some = bytes.subarray(at, end)
    at = end
    return { isText: true, bytes: some, records: fromText(some).length }
  }
}

/** Cuts lists that `next` gives into ranges, and encodes these. */
const inRanges = <P>(
  next: () => P | undefined,
  listOf: (piece: P) => ReadonlyArray<unknown>,
  encode: (piece: P, from: number, to: number) => Uint8Array,
): ChunkCursor => {
  let piece = next()
  let at = 0
  return () => {
    while (piece !== undefined && at >= listOf(piece).length) {
      piece = next()
      at = 0
    }
    if (piece === undefined) return undefined
    const list = listOf(piece)
    const from = at
    at = Math.min(list.length, from + sizeFor(list[from]))
    return { isText: false, bytes: encode(piece, from, at), records: at - from }
  }
}

/**
 * Encodes the records of a block, a chunk at a time. A text whose lines have not been made yet is only cut, and a block that was
 * encoded before gives its chunks again.
 */
export const chunksOf = (block: Block<unknown>): ChunkCursor => oneAfterTheOther(partsOf(block), chunksOfPart)

const chunksOfPart = (block: Block<unknown>): ChunkCursor => {
  if (block instanceof EncodedBlock) return block.chunks()
  const text = unreadText(block)
  if (text !== undefined) return ofText(text)
  if (block instanceof ColumnBlock && !block.isPaired) {
    return inRanges(
      block.columns(),
      ({ keys }) => keys,
      ({ keys, values }, from, to) => Codec.encodePairs(keys.slice(from, to), values.slice(from, to)),
    )
  }
  return inRanges(cursorOf(block), (records) => records, (records, from, to) => Codec.encode(records.slice(from, to)))
}

/** A block whose records are encoded, and are decoded whenever it is read. */
class EncodedBlock implements Block<unknown> {
  readonly length: number
  /** The bytes of its chunks. */
  readonly bytes: number
  readonly #chunks: ReadonlyArray<Chunk>
  constructor(chunks: ReadonlyArray<Chunk>) {
    this.#chunks = chunks
    this.length = chunks.reduce((sum, { records }) => sum + records, 0)
    this.bytes = chunks.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }
  get records(): ReadonlyArray<unknown> {
    return atOnce(this.gather())
  }
  gather(): Piecewise<ReadonlyArray<unknown>> {
    return gathered(this.pieces())
  }
  pieces(): Cursor<unknown> {
    const next = this.chunks()
    return () => {
      const chunk = next()
      return chunk && Codec.decode(chunk.bytes)
    }
  }
  chunks(): ChunkCursor {
    let at = 0
    return () => this.#chunks[at++]
  }
}

/** Makes a block of chunks that follow one another. It keeps their bytes. */
export const fromChunks = (chunks: ReadonlyArray<Chunk>): Block<unknown> => {
  const blocks: Array<Block<unknown>> = []
  let encoded: Array<Chunk> = []
  const flush = () => {
    if (encoded.length > 0) blocks.push(new EncodedBlock(encoded))
    encoded = []
  }
  for (const chunk of chunks) {
    if (!chunk.isText) {
      encoded.push(chunk)
      continue
    }
    flush()
    blocks.push(fromText(chunk.bytes))
  }
  flush()
  return concat(blocks)
}

/** The bytes of a block that is nothing but bytes; undefined for others. */
export const bytesOf = (block: Block<unknown>): number | undefined => {
  let bytes = 0
  for (const part of partsOf(block)) {
    const own = bytesOfPart(part)
    if (own === undefined) return undefined
    bytes += own
  }
  return bytes
}

const bytesOfPart = (block: Block<unknown>): number | undefined =>
  block instanceof EncodedBlock ? block.bytes : unreadText(block)?.length
