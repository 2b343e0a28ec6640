/**
 * Parcels: arrays of bytes that travel as the rows of a relation.
 *
 * A parcel is cut into chunks, one for each row, because Spark holds each value in memory whole. Each row begins with the
 * partition that it was first addressed to: rows may be sent on to other partitions.
 *
 * @module
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import { corrupt } from "../../core/codec_errors.ts"
import type { Rows } from "./relations.ts"

/** The tag of a parcel, and the partition and the task by which it is found. */
export interface Label {
  readonly tag: number
  /** The partition that it was written for. */
  readonly partition: number
  /** The task that has written it. */
  readonly source: number
}

/** Arrays of bytes that belong together, with their label. */
export interface Parcel extends Label {
  readonly parts: ReadonlyArray<Uint8Array>
}

/**
 * The bytes of each row before its chunk: the partition, and whether the parcel is compressed, as 32-bit numbers. Chunks stay
 * aligned for typed arrays.
 */
const HEAD = 8
const IS_COMPRESSED = 4

/** Parcels of fewer bytes are not compressed. */
const LEAST_COMPRESSED = 64 * 1024

/** How much of a parcel may be left after compression, for it to be worth the decompression. */
const MOST_LEFT = 0.8

/** The fastest level. */
const LEVEL = 1

/** How many bytes of a parcel travel in one row. */
const CHUNK = 16 * 1024 * 1024

const aligned = (length: number): number => (length + 7) & ~7

/** Joins arrays of bytes so that {@link split} finds them: their number and lengths, then the arrays, each at a multiple of 8. */
const packed = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const start = aligned(4 + 4 * parts.length)
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + aligned(length), start))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, parts.length, true)
  let at = start
  parts.forEach((part, i) => {
    view.setUint32(4 + 4 * i, part.length, true)
    bytes.set(part, at)
    at += aligned(part.length)
  })
  return bytes
}

/** Compresses bytes; undefined if they do not get much shorter. */
const compressed = (bytes: Uint8Array): Uint8Array | undefined => {
  if (bytes.length < LEAST_COMPRESSED) return undefined
  const short = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } })
  return short.length < MOST_LEFT * bytes.length ? short : undefined
}

const split = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = bytes.length < 4 ? -1 : view.getUint32(0, true)
  let at = aligned(4 + 4 * count)
  if (count < 0 || at > bytes.length) return corrupt("it ends too early")
  return Array.from({ length: count }, (_, i) => {
    const length = view.getUint32(4 + 4 * i, true)
    const part = bytes.subarray(at, at + length)
    at += aligned(length)
    return part.length === length ? part : corrupt("it ends too early")
  })
}

/** Collects parcels as rows. */
export class Packer {
  readonly #p: Array<number> = []
  readonly #t: Array<number> = []
  readonly #s: Array<number> = []
  readonly #c: Array<number> = []
  readonly #b: Array<Uint8Array> = []

  readonly #compresses: boolean

  /**
   * `compresses`: whether large parcels are compressed. That is worth it for rows that the driver sends, which Spark copies many
   * times on their way. Spark itself compresses those of shuffles.
   */
  constructor({ compresses = false }: { readonly compresses?: boolean } = {}) {
    this.#compresses = compresses
  }

  get length(): number {
    return this.#b.length
  }

  add({ partition, parts, source, tag }: Parcel): void {
    const whole = packed(parts)
    const short = this.#compresses ? compressed(whole) : undefined
    const bytes = short ?? whole
    let chunk = 0
    for (let from = 0; from === 0 || from < bytes.length; from += CHUNK) {
      const part = bytes.subarray(from, from + CHUNK)
      const row = new Uint8Array(HEAD + part.length)
      const head = new DataView(row.buffer)
      head.setUint32(0, partition, true)
      head.setUint32(IS_COMPRESSED, short === undefined ? 0 : 1, true)
      row.set(part, HEAD)
      this.#p.push(partition)
      this.#t.push(tag)
      this.#s.push(source)
      this.#c.push(chunk++)
      this.#b.push(row)
    }
  }

  /** Gives the rows. */
  rows(): Rows {
    return {
      p: Int32Array.from(this.#p),
      t: Int32Array.from(this.#t),
      s: Int32Array.from(this.#s),
      c: Int32Array.from(this.#c),
      b: this.#b,
    }
  }
}

/** A row without the columns by which it is found. */
interface Chunk {
  readonly number: number
  readonly bytes: Uint8Array
}

const assembled = (chunks: ReadonlyArray<Chunk>): Uint8Array => {
  const ordered = chunks.toSorted((a, b) => a.number - b.number)
  const bytes = new Uint8Array(ordered.reduce((sum, { bytes }) => sum + bytes.length - HEAD, 0))
  let at = 0
  ordered.forEach((chunk, i) => {
    if (chunk.number !== i) corrupt(`chunk ${i} is missing`)
    bytes.set(chunk.bytes.subarray(HEAD), at)
    at += chunk.bytes.length - HEAD
  })
  const first = ordered[0]?.bytes
  const isCompressed = first !== undefined &&
    new DataView(first.buffer, first.byteOffset).getUint32(IS_COMPRESSED, true) === 1
  // A copy, because what is decompressed may not begin where arrays of numbers can.
  return isCompressed ? new Uint8Array(zstdDecompressSync(bytes)) : bytes
}

const keyOf = (tag: number, partition: number): string => `${tag} ${partition}`

/** Parcels that have come as rows, in any order. They are found by tag and partition. */
export class Parcels {
  /** The chunks by tag and partition, then by task. */
  readonly #chunks = new Map<string, Map<number, Array<Chunk>>>()
  readonly #tags = new Map<number, Set<number>>()

  constructor({ b, c, s, t }: Rows) {
    b.forEach((bytes, i) => {
      if (bytes.length < HEAD) corrupt("it has no partition")
      const partition = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
      const [tag = 0, source = 0] = [t[i], s[i]]
      const key = keyOf(tag, partition)
      const sources = this.#chunks.get(key) ?? new Map<number, Array<Chunk>>()
      this.#chunks.set(key, sources)
      const chunks = sources.get(source) ?? []
      sources.set(source, chunks)
      chunks.push({ number: c[i] ?? 0, bytes })
      const partitions = this.#tags.get(tag) ?? new Set<number>()
      this.#tags.set(tag, partitions.add(partition))
    })
  }

  /** The parcels with a tag and a partition, in the order of the tasks that have written them. */
  find(tag: number, partition: number): ReadonlyArray<Parcel> {
    const sources = this.#chunks.get(keyOf(tag, partition)) ?? new Map<number, Array<Chunk>>()
    return Array.from(sources).sort(([a], [b]) => a - b).map(([source, chunks]) => ({
      tag,
      partition,
      source,
      parts: split(assembled(chunks)),
    }))
  }

  /** The tags of all parcels. */
  get tags(): Iterable<number> {
    return this.#tags.keys()
  }

  /** All parcels with a tag, by partition. */
  all(tag: number): ReadonlyArray<Parcel> {
    return Array.from(this.#tags.get(tag) ?? []).sort((a, b) => a - b).flatMap((partition) => this.find(tag, partition))
  }
}
