/**
 * The RDDs that later batches look back at, as bytes in the journal.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Codec from "../../core/codec.ts"
import * as Block from "../../rdd/block.ts"
import type { Engine } from "../../rdd/engine.ts"
import { persist } from "../../rdd/operators/persistence.ts"
import { hash } from "../../rdd/partitioner.ts"
import { type AnyRDD, make, type RDD } from "../../rdd/rdd.ts"
import type { Checkpoint } from "./checkpoint.ts"
import type { KeptLayout } from "./entries.ts"
import type { KeptEntry } from "./recovered.ts"

/** The bytes of a kept RDD. It has been computed by now. */
export const writeKept = (
  engine: Engine,
  rdd: RDD<unknown, unknown, unknown>,
): Effect.Effect<
  { readonly layout: KeptLayout; readonly pieces: ReadonlyArray<Uint8Array> },
  Codec.NotPortable,
  unknown
> =>
  Effect.gen(function* () {
    const blocks = yield* Effect.orDie(engine.run(rdd))
    const { partitioner } = yield* Effect.orDie(engine.layout(rdd))
    const pieces = yield* Effect.try({
      try: () => blocks.map(({ records }) => Codec.encode(records)),
      catch: (cause) => {
        if (cause instanceof Codec.NotPortable) return cause
        throw cause
      },
    })
    const hashPartitions = partitioner?.name === "HashPartitioner" ? partitioner.numPartitions : undefined
    return { layout: { hashPartitions, lengths: pieces.map(({ length }) => length) }, pieces }
  })

/** The RDD of an earlier run. It is read from the journal when a job needs it, and then kept. */
export const readKept = (
  checkpoint: Checkpoint,
  { from, layout: { hashPartitions, lengths }, place }: KeptEntry,
): AnyRDD => {
  const starts: Array<number> = []
  lengths.reduce((at, length) => {
    starts.push(at)
    return at + length
  }, from)
  const rdd: AnyRDD = make("kept", [], {
    kind: "source",
    partitions: lengths.length,
    partitioner: hashPartitions === undefined ? undefined : hash(hashPartitions),
    load: (i) =>
      Effect.map(checkpoint.readEntry(place), (bytes) => {
        const start = starts[i] ?? 0
        return Block.fromArray(Codec.decode(bytes.subarray(start, start + (lengths[i] ?? 0))))
      }),
  })
  return persist(rdd)
}
