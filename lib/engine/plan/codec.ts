/**
 * The codec of tasks, and of what they write: as bytes, for executors in other isolates.
 *
 * Blocks and buckets are encoded one by one, so that an error names the record within its block. Text that is still bytes
 * stays bytes. Partitions within partitions go into one flat list: however deeply they are nested, the codec's limit is
 * for records alone.
 *
 * @module
 */
import type { Allocate } from "../../core/bytes.ts"
import * as Codec from "../../core/codec.ts"
import * as Block from "../../rdd/block.ts"
import { countOf } from "../../rdd/column_block.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import { fromText, joinTexts, unreadTexts } from "../../rdd/text_block.ts"
import { type ColumnBytes, type Decode, EncodedColumns } from "./encoded.ts"
import { type Reference, type Remote, RemoteBlock, RemoteBucket } from "./remote.ts"
import {
  type Bucket,
  type Input,
  isCut,
  type Operation,
  type Partition,
  type Place,
  type Step,
  type Task,
  type Write,
  type Written,
} from "./task.ts"

/** A task, or what a task has written, as bytes. All arrays have buffers of their own, which can be transferred. */
export interface Encoded {
  /** Everything but the records. */
  readonly head: Uint8Array
  /** The records, in arrays that the head refers to by number. */
  readonly records: ReadonlyArray<Uint8Array>
  /** The numbers of the arrays that are text. Nothing refers to them any more once the task has ended. */
  readonly texts: ReadonlyArray<number>
}

/** Finds a block where a task runs: its number there; undefined if it is not there. */
export type FindThere = (block: Block.Block<unknown>) => number | undefined

/** Whether only later stages of the batch, or of the next ones, read what is written. */
export const staysForBatch = (write: Write): boolean => write.kind === "block" && write.stays === "batch"

/** The number of an array of bytes in {@link Encoded}. */
type BytesAt = number

/** Records that are where the task runs. */
interface Away {
  readonly away: Reference
}

/** Records as bytes: lines as text, pairs as columns. */
interface PackedBlock extends Partial<Away> {
  readonly records?: BytesAt
  readonly text?: BytesAt
  readonly columns?: PackedBucket
}

interface PackedBucket {
  /** How many pairs there are. */
  readonly length: number
  readonly keys: BytesAt
  readonly values: BytesAt
  readonly hashes: BytesAt | undefined
}

type PackedBuckets = ReadonlyArray<PackedBucket | Away>

/** A part of a task with its blocks and buckets as bytes, and the numbers of partitions in their place. */
type Packed<T> = T extends Block.Block<unknown> ? PackedBlock
  : T extends ReadonlyArray<Bucket> ? PackedBuckets
  : T extends Partition ? number
  : T extends Operation ? T
  : T extends ReadonlyArray<infer U> ? ReadonlyArray<Packed<U>>
  : T extends object ? { readonly [K in keyof T]: Packed<T[K]> }
  : T

interface PackedTask {
  /** Those that a partition is made of come before it; the last one is the task's. */
  readonly partitions: ReadonlyArray<{ readonly input: Packed<Input>; readonly steps: ReadonlyArray<Step> }>
  readonly write: Write
  readonly layers: ReadonlyArray<Place>
}

/** Hashes in an array of their own. There may be room behind the last one, and no hashes although there is a list of them. */
const ownHashes = (hashes: Bucket["hashes"], length: number): Int32Array<ArrayBuffer> | undefined => {
  if (hashes === undefined || hashes.length < length) return undefined
  const own = new Int32Array(length)
  if (hashes instanceof Int32Array) own.set(hashes.subarray(0, length))
  else for (let i = 0; i < length; i++) own[i] = hashes[i]!
  return own
}

/** Pairs as bytes of their own: a copy of those that they have come as, if they have. */
const bytesOf = (bucket: Bucket): ColumnBytes => {
  const length = countOf(bucket)
  const hashes = ownHashes(bucket.hashes, length)
  if (!(bucket instanceof EncodedColumns)) {
    const { keys, values } = bucket
    return { length, keys: Codec.encode(keys), values: Codec.encode(values), hashes }
  }
  const { keys, values } = bucket.bytes
  return { length, keys: keys.slice(), values: values.slice(), hashes }
}

/** Collects the bytes of records while a task is packed. */
class Packing {
  readonly records: Array<Uint8Array> = []
  readonly #texts: Array<BytesAt> = []
  readonly #allocate: Allocate | undefined
  readonly #find: FindThere | undefined

  /** `allocate` gives the arrays that text is copied into. */
  constructor(allocate?: Allocate, find?: FindThere) {
    this.#allocate = allocate
    this.#find = find
  }

  #add(bytes: Uint8Array): BytesAt {
    return this.records.push(bytes) - 1
  }

  readonly bucket = (bucket: Bucket): PackedBucket => {
    const { hashes, keys, length, values } = bytesOf(bucket)
    return {
      length,
      keys: this.#add(keys),
      values: this.#add(values),
      hashes: hashes && this.#add(new Uint8Array(hashes.buffer)),
    }
  }

  readonly buckets = (buckets: ReadonlyArray<Bucket>): PackedBuckets =>
    buckets.map((bucket) => bucket instanceof RemoteBucket ? { away: bucket.reference } : this.bucket(bucket))

  readonly block = (block: Block.Block<unknown>): PackedBlock => {
    if (block instanceof RemoteBlock) return { away: block.reference }
    const there = this.#find?.(block)
    if (there !== undefined) return { away: { output: there, partition: 0 } }
    const texts = unreadTexts(block)
    if (texts !== undefined) {
      const text = this.#add(joinTexts(texts, this.#allocate))
      this.#texts.push(text)
      return { text }
    }
    if (!(block instanceof PairBlock)) return { records: this.#add(Codec.encode(block.records)) }
    try {
      return { columns: this.bucket(block.source) }
    } catch {
      // Throws again, with the place of the value in a record.
      return { records: this.#add(Codec.encode(block.records)) }
    }
  }

  done(packed: unknown): Encoded {
    return { head: Codec.encode([packed]), records: this.records, texts: this.#texts }
  }
}

const missing = ({ output }: Reference): never => {
  throw new TypeError(`a task reads output ${output}, which is not here`)
}

const nowhere: Remote = { block: missing, buckets: missing }

/** Gives the records of packed blocks and buckets. */
class Unpacking {
  readonly #records: ReadonlyArray<Uint8Array>
  readonly #remote: Remote
  readonly #decode: Decode

  /** `decode` is called when columns are read for the first time. */
  constructor(records: ReadonlyArray<Uint8Array>, remote: Remote = nowhere, decode: Decode = Codec.decode) {
    this.#records = records
    this.#remote = remote
    this.#decode = decode
  }

  #bytes(at: BytesAt): Uint8Array {
    const bytes = this.#records[at]
    if (bytes === undefined) throw new Codec.CorruptBlock({ problem: `it has no array ${at}` })
    return bytes
  }

  #hashes(at: BytesAt): Int32Array {
    const { buffer, byteLength, byteOffset } = this.#bytes(at)
    return new Int32Array(buffer, byteOffset, byteLength / Int32Array.BYTES_PER_ELEMENT)
  }

  readonly bucket = ({ hashes, keys, length, values }: PackedBucket): Bucket => {
    const bytes = {
      length,
      keys: this.#bytes(keys),
      values: this.#bytes(values),
      hashes: hashes === undefined ? undefined : this.#hashes(hashes),
    }
    return new EncodedColumns(bytes, this.#decode)
  }

  readonly buckets = (buckets: PackedBuckets): ReadonlyArray<Bucket> =>
    buckets.flatMap((bucket) => "away" in bucket ? this.#remote.buckets(bucket.away) : this.bucket(bucket))

  readonly block = ({ away, columns, records, text }: PackedBlock): Block.Block<unknown> => {
    if (away !== undefined) return this.#remote.block(away)
    if (text !== undefined) return fromText(this.#bytes(text))
    if (columns !== undefined) return new PairBlock(this.bucket(columns))
    return records === undefined ? Block.empty : Block.fromArray(Codec.decode(this.#bytes(records)))
  }
}

const packOperation = (operation: Operation): Operation => operation.kind === "local" ? { kind: "absent" } : operation

const packPlace = <P extends Place>(place: P): P => ({ ...place, operation: packOperation(place.operation) })

const packInput = (input: Input, packing: Packing, add: (partition: Partition) => number): Packed<Input> => {
  switch (input.kind) {
    case "block":
      return { ...input, block: packing.block(input.block) }
    case "pairs":
    case "dealt":
      return { ...input, buckets: packing.buckets(input.buckets) }
    case "combined":
      return { ...packPlace(input), buckets: packing.buckets(input.buckets) }
    case "combine":
    case "provide":
      return { ...packPlace(input), of: add(input.of) }
    case "concat":
      return { ...input, parts: input.parts.map(add) }
    case "zip":
    case "cogroup":
      return { ...packPlace(input), sides: input.sides.map(add) }
    case "cartesian":
      return { ...input, left: add(input.left), right: add(input.right) }
    case "state":
      return { ...packPlace(input), data: add(input.data), initial: input.initial && add(input.initial) }
    case "load":
    case "view":
      return packPlace(input)
    case "held":
    case "once":
      throw new TypeError("a task reads a partition whose block is missing")
  }
}

const unpackInput = (input: Packed<Input>, from: Unpacking, at: (number: number) => Partition): Input => {
  switch (input.kind) {
    case "block":
      return { ...input, block: from.block(input.block) }
    case "pairs":
    case "dealt":
    case "combined":
      return { ...input, buckets: from.buckets(input.buckets) }
    case "combine":
    case "provide":
      return { ...input, of: at(input.of) }
    case "concat":
      return { ...input, parts: input.parts.map(at) }
    case "zip":
    case "cogroup":
      return { ...input, sides: input.sides.map(at) }
    case "cartesian":
      return { ...input, left: at(input.left), right: at(input.right) }
    case "state":
      return { ...input, data: at(input.data), initial: input.initial === undefined ? undefined : at(input.initial) }
    case "load":
    case "view":
      return input
    case "held":
    case "once":
      throw new TypeError("a task has come without the block of a partition")
  }
}

const packWrite = (write: Write): Write => {
  if (!("operation" in write)) return write
  const { by } = write
  return { ...packPlace(write), by: "operation" in by ? { ...by, operation: packOperation(by.operation) } : by }
}

/**
 * Encodes a task whose functions all have addresses or names. `allocate` gives the arrays that text is copied into. `find` finds
 * the blocks that are where the task runs. Throws `NotPortable` for records that cannot travel.
 */
export const encodeTask = ({ layers, partition, write }: Task, allocate?: Allocate, find?: FindThere): Encoded => {
  const packing = new Packing(allocate, find)
  const partitions: Array<PackedTask["partitions"][number]> = []
  const add = ({ input, steps }: Partition): number => {
    const packed = packInput(input, packing, add)
    return partitions.push({ input: packed, steps: steps.map(packPlace) }) - 1
  }
  add(partition)
  const task: PackedTask = { partitions, write: packWrite(write), layers: layers.map(packPlace) }
  return packing.done(task)
}

/** Decodes a task. `remote` finds the records that are where it runs. */
export const decodeTask = ({ head, records }: Pick<Encoded, "head" | "records">, remote?: Remote): Task => {
  const [{ layers, partitions: packed, write }] = Codec.decode(head) as [PackedTask]
  const from = new Unpacking(records, remote)
  const partitions: Array<Partition> = []
  const at = (number: number): Partition => {
    const partition = partitions[number]
    if (partition === undefined) throw new TypeError(`a task has no partition ${number}`)
    return partition
  }
  for (const { input, steps } of packed) partitions.push({ input: unpackInput(input, from, at), steps })
  return { partition: at(partitions.length - 1), write, layers }
}

/** Encodes what a task has written. Throws `NotPortable` for records that cannot travel. */
export const encodeWritten = (written: Written): Encoded => {
  const packing = new Packing()
  return packing.done(
    isCut(written) ? written.map((bucket) => bucket && packing.bucket(bucket)) : packing.block(written),
  )
}

/** Decodes what a task with such a `write` has written. Columns are decoded, by `decode`, when they are read. */
export const decodeWritten = <W extends Write>(
  { head, records }: Pick<Encoded, "head" | "records">,
  write: W,
  decode?: Decode,
): Written<W> => {
  const [packed] = Codec.decode(head)
  const from = new Unpacking(records, nowhere, decode)
  const written: Written = write.kind === "block"
    ? from.block(packed as PackedBlock)
    : (packed as ReadonlyArray<PackedBucket | undefined>).map((bucket) => bucket && from.bucket(bucket))
  return written as Written<W>
}
