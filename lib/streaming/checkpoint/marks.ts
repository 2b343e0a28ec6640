/**
 * Marks: each of the two logs of a checkpoint notes how far the other one was durable. So a log that was cut off at its end
 * is noticed, which the log alone cannot tell from a process that was killed while it wrote.
 *
 * @module
 */
import type { Allocation } from "../../dstream/inputs/allocation.ts"
import { LogDamaged } from "../../durable/errors.ts"
import { segmentFile } from "../../durable/log/names.ts"
import type { Place } from "../../durable/log/writer.ts"

/** The names of the logs of a checkpoint. */
export type LogName = "journal" | "received"

/** Where the last durable entry of a log begins. */
export interface Mark {
  readonly segment: number
  /** In bytes from the start of the segment. */
  readonly offset: number
}

/** The mark of an entry. */
export const markOf = ({ offset, segment }: Place): Mark => ({ segment, offset })

/** Whether an entry comes after another. */
const isAfter = (one: Mark, other: Mark | undefined): boolean =>
  other === undefined || one.segment > other.segment || (one.segment === other.segment && one.offset > other.offset)

/** Returns the later of two marks. */
export const later = (one: Mark | undefined, other: Mark | undefined): Mark | undefined =>
  one !== undefined && isAfter(one, other) ? one : other

/** What is known of a log when it has been read. */
export interface Ends {
  /** The first entry; undefined if there is none. */
  first: Mark | undefined
  /** The last entry; undefined if there is none. */
  last: Mark | undefined
  /** The last entry that the other log says was durable. */
  durable: Mark | undefined
}

/** Tells what is wrong with a log whose last durable entries are missing; undefined if none is. */
export const missingEnd = (location: string, log: string, { durable, last }: Ends): LogDamaged | undefined => {
  if (durable === undefined || !isAfter(durable, last)) return undefined
  const file = `${location}/${segmentFile(log, durable.segment)}`
  return new LogDamaged({ file, offset: durable.offset, problem: "an entry is missing that was durable" })
}

/**
 * Tells what is wrong with a journal none of whose entries describes the program, although it is not new: later entries are
 * missing. Undefined if nothing is wrong. `first` is its first segment, or 0 if it has never been cleaned: older segments are
 * removed once a newer description is durable.
 */
export const missingSummary = (
  location: string,
  { last }: Ends,
  first: number,
  summary: unknown,
): LogDamaged | undefined => {
  if (summary !== undefined || (last === undefined && first === 0)) return undefined
  return new LogDamaged({
    file: `${location}/${segmentFile("journal", last?.segment ?? first)}`,
    offset: last?.offset ?? 0,
    problem: last === undefined
      ? "its entries are missing: the journal had some when older files were removed"
      : "a later file is missing, because no entry up to there describes the program",
    isTotal: true,
  })
}

/** Whether the log of received blocks has the block at a place, by the ends of the log. */
const has = ({ first, last }: Ends, place: Mark): boolean =>
  first !== undefined && place.segment >= first.segment && !isAfter(place, last)

/**
 * Tells what is wrong with a journal that has the allocation of a batch but not its end, although blocks of the batch have
 * been removed; undefined if nothing is.
 */
export const missingEnded = (
  location: string,
  { journal, received }: Readonly<Record<LogName, Ends>>,
  open: Iterable<Allocation>,
): LogDamaged | undefined => {
  const { last } = journal
  for (const { inputs, time } of open) {
    const isWhole = Object.values(inputs).every((share) =>
      share._tag !== "Blocks" || share.blocks.every(({ logged }) => logged === undefined || has(received, logged.place))
    )
    if (isWhole || last === undefined) continue
    return new LogDamaged({
      file: `${location}/${segmentFile("journal", last.segment)}`,
      offset: last.offset,
      problem: `the end of the batch of ${time} ms is missing, because blocks that it reads have been removed`,
    })
  }
  return undefined
}

/** An allocation without the blocks that are not in their log any more. */
export const withoutLost = (allocation: Allocation, received: Ends): Allocation => ({
  time: allocation.time,
  inputs: Object.fromEntries(
    Object.entries(allocation.inputs).map(([name, share]) => [
      name,
      share._tag === "Blocks"
        ? {
          ...share,
          blocks: share.blocks.filter(({ logged }) => logged === undefined || has(received, logged.place)),
        }
        : share,
    ]),
  ),
})
