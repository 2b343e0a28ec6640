/**
 * The kept RDDs and received blocks of a checkpoint.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Codec from "../../core/codec.ts"
import type { LogError } from "../../durable/errors.ts"
import { readEntry } from "../../durable/log/read_back.ts"
import type { KeptEntry } from "../../streaming/checkpoint/recovered.ts"
import type { Contents } from "./contents.ts"
import type { Finding } from "./findings.ts"
import { blocksRead, decodeKept } from "./records.ts"

/** Reads the records of a kept RDD, partition by partition. */
export const keptRecords = (
  { directory, journal }: Contents,
  { from, layout, place }: KeptEntry,
): Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, LogError | Codec.CorruptBlock> =>
  Effect.flatMap(readEntry(directory.store, "journal", journal.identity ?? "", place), (bytes) =>
    Effect.try({
      try: () => decodeKept(bytes, from, layout),
      catch: (cause) => {
        if (cause instanceof Codec.CorruptBlock) return cause
        throw cause
      },
    }))

/** What is wrong with the blocks that batches read. */
export const checkBlocks = ({ counts, recovered }: Contents): ReadonlyArray<Finding> =>
  blocksRead(recovered.open.values()).flatMap(({ place, records, where }): ReadonlyArray<Finding> => {
    const count = counts.received.at(place)
    if (count === undefined) return [{ kind: "block", where, problem: "it is missing" }]
    if ("problem" in count) return [{ kind: "block", where, problem: `it cannot be decoded: ${count.problem}` }]
    return count.records >= records
      ? []
      : [{ kind: "block", where, problem: `it has ${count.records} records, not ${records}` }]
  })
