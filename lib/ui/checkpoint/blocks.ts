/**
 * The records that a checkpoint holds outside of states: kept RDDs and received blocks.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Codec from "../../core/codec.ts"
import type { LogError } from "../../durable/errors.ts"
import { readEntry } from "../../durable/log/read_back.ts"
import type { Place } from "../../durable/log/writer.ts"
import { readBlock } from "../../streaming/checkpoint/received.ts"
import type { KeptEntry } from "../../streaming/checkpoint/recovered.ts"
import type { Contents, LogName } from "./contents.ts"
import type { Finding } from "./findings.ts"

const decoding = <A>(decode: () => A): Effect.Effect<A, Codec.CorruptBlock> =>
  Effect.try({
    try: decode,
    catch: (cause) => {
      if (cause instanceof Codec.CorruptBlock) return cause
      throw cause
    },
  })

const bytesAt = ({ directory, journal }: Contents, log: LogName, place: Place): Effect.Effect<Uint8Array, LogError> =>
  readEntry(directory.store, log, journal.identity ?? "", place)

/** Reads the records of a kept RDD, partition by partition. */
export const keptRecords = (
  contents: Contents,
  { from, layout: { lengths }, place }: KeptEntry,
): Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, LogError | Codec.CorruptBlock> =>
  Effect.flatMap(bytesAt(contents, "journal", place), (bytes) =>
    decoding(() => {
      let at = from
      return lengths.map((length) => Codec.decode(bytes.subarray(at, at += length)))
    }))

/** Reads the received blocks of all batches that have not ended. Gives what is wrong with them. */
export const checkBlocks = Effect.fnUntraced(
  function* (contents: Contents): Effect.fn.Return<ReadonlyArray<Finding>> {
    const findings: Array<Finding> = []
    for (const { inputs, time } of contents.recovered.open.values()) {
      for (const [input, share] of Object.entries(inputs)) {
        const blocks = share._tag === "Blocks" ? share.blocks : []
        for (const { logged, records } of blocks) {
          if (logged === undefined) continue
          const read = Effect.flatMap(
            bytesAt(contents, "received", logged.place),
            (bytes) => decoding(() => readBlock(bytes).length),
          )
          const needed = logged.from + records
          const problem = yield* Effect.match(read, {
            onFailure: ({ message }) => message,
            onSuccess: (length) => length >= needed ? undefined : `it has ${length} records, not ${needed}`,
          })
          const where = `block ${logged.number} of ${JSON.stringify(input)}, which the batch of ${time} ms reads`
          if (problem !== undefined) findings.push({ kind: "block", where, problem })
        }
      }
    }
    return findings
  },
)
