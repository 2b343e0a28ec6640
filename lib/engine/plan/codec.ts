/**
 * The codec of tasks, and of what they write: as bytes, for executors in other isolates.
 *
 * Blocks and buckets are encoded one by one, so that an error names the record within its block. Partitions within
 * partitions go into one flat list: however deeply they are nested, the codec's limit is for records alone.
 *
 * @module
 */
import * as Codec from "../../core/codec.ts"
import * as Block from "../../rdd/block.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { Bucket, Cut, Input, Operation, Partition, Place, Step, Task, Write, Written } from "./task.ts"

/** Records as bytes: those of a block of pairs as columns. */
interface PackedBlock {
  readonly records?: Uint8Array
  readonly columns?: PackedBucket
}

interface PackedBucket {
  readonly keys: Uint8Array
  readonly values: Uint8Array
  readonly hashes: Int32Array | undefined
}

/** A part of a task with its blocks and buckets as bytes, and the numbers of partitions in their place. */
type Packed<T> = T extends Block.Block<unknown> ? PackedBlock
  : T extends Bucket ? PackedBucket
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

const packBucket = ({ hashes, keys, values }: Bucket): PackedBucket => ({
  keys: Codec.encode(keys),
  values: Codec.encode(values),
  // There may be room behind the last hash, and no hashes although there is a list of them.
  hashes: hashes === undefined || hashes.length < keys.length ? undefined : Int32Array.from(keys, (_, i) => hashes[i]!),
})

const unpackBucket = ({ hashes, keys, values }: PackedBucket): Bucket => ({
  keys: Codec.decode(keys),
  values: Codec.decode(values),
  hashes,
})

const packBlock = (block: Block.Block<unknown>): PackedBlock => {
  if (!(block instanceof PairBlock)) return { records: Codec.encode(block.records) }
  try {
    return { columns: packBucket(block) }
  } catch {
    // Throws again, with the place of the value in a record.
    return { records: Codec.encode(block.records) }
  }
}

const unpackBlock = ({ columns, records }: PackedBlock): Block.Block<unknown> =>
  columns !== undefined ? new PairBlock(unpackBucket(columns)) : Block.fromArray(records ? Codec.decode(records) : [])

const packOperation = (operation: Operation): Operation => operation.kind === "local" ? { kind: "absent" } : operation

const packPlace = <P extends Place>(place: P): P => ({ ...place, operation: packOperation(place.operation) })

const packInput = (input: Input, add: (partition: Partition) => number): Packed<Input> => {
  switch (input.kind) {
    case "block":
      return { kind: "block", block: packBlock(input.block) }
    case "pairs":
    case "dealt":
      return { ...input, buckets: input.buckets.map(packBucket) }
    case "combined":
      return { ...packPlace(input), buckets: input.buckets.map(packBucket) }
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
    case "once":
      throw new TypeError("a task reads a partition whose block is missing")
  }
}

const unpackInput = (input: Packed<Input>, at: (number: number) => Partition): Input => {
  switch (input.kind) {
    case "block":
      return { kind: "block", block: unpackBlock(input.block) }
    case "pairs":
    case "dealt":
    case "combined":
      return { ...input, buckets: input.buckets.map(unpackBucket) }
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
    case "once":
      throw new TypeError("a task has come without the block of a partition")
  }
}

const packWrite = (write: Write): Write => {
  if (!("operation" in write)) return write
  const { by } = write
  return { ...packPlace(write), by: "operation" in by ? { ...by, operation: packOperation(by.operation) } : by }
}

/** Encodes a task whose functions all have addresses or names. Throws `NotPortable` for records that cannot travel. */
export const encodeTask = ({ layers, partition, write }: Task): Uint8Array => {
  const partitions: Array<PackedTask["partitions"][number]> = []
  const add = ({ input, steps }: Partition): number => {
    const packed = packInput(input, add)
    return partitions.push({ input: packed, steps: steps.map(packPlace) }) - 1
  }
  add(partition)
  const task: PackedTask = { partitions, write: packWrite(write), layers: layers.map(packPlace) }
  return Codec.encode([task])
}

/** Decodes a task. */
export const decodeTask = (bytes: Uint8Array): Task => {
  const [{ layers, partitions: packed, write }] = Codec.decode(bytes) as [PackedTask]
  const partitions: Array<Partition> = []
  const at = (number: number): Partition => {
    const partition = partitions[number]
    if (partition === undefined) throw new TypeError(`a task has no partition ${number}`)
    return partition
  }
  for (const { input, steps } of packed) partitions.push({ input: unpackInput(input, at), steps })
  return { partition: at(partitions.length - 1), write, layers }
}

const isCut = (written: Written): written is Cut => Array.isArray(written)

/** Encodes what a task has written. Throws `NotPortable` for records that cannot travel. */
export const encodeWritten = (written: Written): Uint8Array =>
  Codec.encode([isCut(written) ? written.map((bucket) => bucket && packBucket(bucket)) : packBlock(written)])

/** Decodes what a task with such a `write` has written. */
export const decodeWritten = <W extends Write>(bytes: Uint8Array, write: W): Written<W> => {
  const [packed] = Codec.decode(bytes)
  const written: Written = write.kind === "block"
    ? unpackBlock(packed as PackedBlock)
    : (packed as ReadonlyArray<PackedBucket | undefined>).map((bucket) => bucket && unpackBucket(bucket))
  return written as Written<W>
}
