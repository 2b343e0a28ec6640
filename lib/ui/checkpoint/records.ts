/**
 * Counts the records that entries of a checkpoint hold outside of states.
 *
 * @module
 */
import * as Codec from "../../core/codec.ts"
import type { Allocation } from "../../dstream/inputs/allocation.ts"
import type { Place } from "../../durable/log/writer.ts"
import { joinArrays } from "../../rdd/block.ts"
import type { KeptLayout } from "../../streaming/checkpoint/entries.ts"
import { readBlock } from "../../streaming/checkpoint/received.ts"

/** How many records bytes hold, or why they cannot be decoded. */
export type Count = { readonly records: number } | { readonly problem: string }

/** A place as one number: offsets have 32 bits. */
export const idOf = ({ offset, segment }: Place): number => segment * 2 ** 32 + offset

/** How many records entries hold, by the place of the entry. */
export class Counts {
  readonly #counts = new Map<number, Count>()

  /** Counts the records of an entry. */
  add(place: Place, count: () => number): void {
    this.#counts.set(idOf(place), counted(count))
  }

  /** The count of an entry; undefined if that was not read. */
  at(place: Place): Count | undefined {
    return this.#counts.get(idOf(place))
  }
}

const counted = (count: () => number): Count => {
  try {
    return { records: count() }
  } catch (cause) {
    if (!(cause instanceof Codec.CorruptBlock)) throw cause
    return { problem: cause.problem }
  }
}

/** Decodes the records of a kept RDD, partition by partition. Throws `CorruptBlock`. */
export const decodeKept = (
  bytes: Uint8Array,
  from: number,
  { partitions }: KeptLayout,
): ReadonlyArray<ReadonlyArray<unknown>> => {
  let at = from
  return partitions.map((lengths) =>
    joinArrays(lengths.map((length) => Codec.decode(bytes.subarray(at, at += length))))
  )
}

/** Decodes a received block to count its records. Throws `CorruptBlock`. */
export const countReceived = (bytes: Uint8Array): number => readBlock(bytes).length

/** A received block that a batch reads which has not ended. */
interface BlockRead {
  readonly where: string
  readonly place: Place
  /** How many records it must have. */
  readonly records: number
}

/** The received blocks that are read by batches that have not ended. */
export const blocksRead = (open: Iterable<Allocation>): ReadonlyArray<BlockRead> =>
  Array.from(open).flatMap(({ inputs, time }) =>
    Object.entries(inputs).flatMap(([input, share]) =>
      (share._tag === "Blocks" ? share.blocks : []).flatMap(({ logged, records }) => {
        if (logged === undefined) return []
        const where = `block ${logged.number} of ${JSON.stringify(input)}, which the batch of ${time} ms reads`
        return [{ where, place: logged.place, records: logged.from + records }]
      })
    )
  )
