/**
 * The RDDs that later batches look back at, as bytes in the journal.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Codec from "../../core/codec.ts"
import { isDue, Pace, type Piecewise, run, tryRun } from "../../core/pace.ts"
import * as Block from "../../rdd/block.ts"
import { ColumnBlock } from "../../rdd/column_block.ts"
import type { Engine } from "../../rdd/engine.ts"
import { persist } from "../../rdd/operators/persistence.ts"
import { hash } from "../../rdd/partitioner.ts"
import { type AnyRDD, make, type RDD } from "../../rdd/rdd.ts"
import type { Checkpoint } from "./checkpoint.ts"
import type { KeptLayout } from "./entries.ts"
import type { KeptEntry } from "./recovered.ts"

/** The bytes of a kept RDD. It has been computed by now. */
export const writeKept: (
  engine: Engine,
  rdd: RDD<unknown, unknown, unknown>,
) => Effect.Effect<
  { readonly layout: KeptLayout; readonly pieces: ReadonlyArray<Uint8Array> },
  Codec.NotPortable,
  unknown
> = Effect.fnUntraced(function* (engine: Engine, rdd: RDD<unknown, unknown, unknown>) {
  const blocks = yield* Effect.orDie(engine.run(rdd))
  const { partitioner } = yield* Effect.orDie(engine.layout(rdd))
  const encoded = yield* tryRun(() => encodeBlocks(blocks), (cause) => {
    if (cause instanceof Codec.NotPortable) return cause
    throw cause
  })
  const hashPartitions = partitioner?.name === "HashPartitioner" ? partitioner.numPartitions : undefined
  const partitions = encoded.map((pieces) => pieces.map(({ length }) => length))
  return { layout: { hashPartitions, partitions }, pieces: encoded.flat() }
})

function* encodeBlocks(
  blocks: ReadonlyArray<Block.Block<unknown>>,
): Piecewise<ReadonlyArray<ReadonlyArray<Uint8Array>>> {
  const all: Array<Array<Uint8Array>> = []
  for (const block of blocks) all.push(yield* encodeBlock(block))
  return all
}

/** How many records are encoded at first: pieces grow and shrink with the time that they take. */
const FIRST_PIECE = 512

/** Encodes the records of a block, some at a time. Throws `NotPortable`. */
function encodeBlock(block: Block.Block<unknown>): Piecewise<Array<Uint8Array>> {
  // Pairs are not made only to be written.
  return block instanceof ColumnBlock && !block.isPaired
    ? encodePieces(
      block.columns(),
      ({ keys }) => keys.length,
      ({ keys, values }, from, to) => Codec.encodePairs(keys.slice(from, to), values.slice(from, to)),
    )
    : encodePieces(
      Block.cursorOf(block),
      ({ length }) => length,
      (records, from, to) => Codec.encode(from === 0 && to === records.length ? records : records.slice(from, to)),
    )
}

/** Encodes what a cursor gives, some at a time. */
function* encodePieces<A>(
  next: () => A | undefined,
  lengthOf: (records: A) => number,
  encode: (records: A, from: number, to: number) => Uint8Array,
): Piecewise<Array<Uint8Array>> {
  const pieces: Array<Uint8Array> = []
  const pace = new Pace(FIRST_PIECE)
  for (let records = next(); records !== undefined; records = next()) {
    const length = lengthOf(records)
    for (let from = 0; from < length;) {
      const to = pace.end(from, length)
      pieces.push(encode(records, from, to))
      from = to
      if (pace.isDue()) yield
    }
  }
  return pieces
}

/** Where each partition begins, from where the first one does. */
const startsOf = ({ partitions }: KeptLayout, from: number): ReadonlyArray<number> => {
  let at = from
  return partitions.map((lengths) => {
    const start = at
    for (const length of lengths) at += length
    return start
  })
}

function* decodeBlock(
  bytes: Uint8Array,
  from: number,
  lengths: ReadonlyArray<number>,
): Piecewise<Block.Block<unknown>> {
  const pieces: Array<ReadonlyArray<unknown>> = []
  let at = from
  for (const length of lengths) {
    pieces.push(Codec.decode(bytes.subarray(at, at += length)))
    if (isDue()) yield
  }
  return Block.fromArray(Block.joinArrays(pieces))
}

/** The RDD of an earlier run. It is read from the journal when a job needs it, and then kept. */
export const readKept = (
  checkpoint: Checkpoint,
  { from, layout, place }: KeptEntry,
): AnyRDD => {
  const { hashPartitions, partitions } = layout
  const starts = startsOf(layout, from)
  const rdd: AnyRDD = make("kept", [], {
    kind: "source",
    partitions: partitions.length,
    partitioner: hashPartitions === undefined ? undefined : hash(hashPartitions),
    load: (i) =>
      Effect.flatMap(
        checkpoint.readEntry(place),
        (bytes) => run(() => decodeBlock(bytes, starts[i] ?? 0, partitions[i] ?? [])),
      ),
  })
  return persist(rdd)
}
