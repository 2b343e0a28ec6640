/**
 * Which batches are made up for after a downtime.
 *
 * @module
 */

/** What is known when a context goes on. Times are batch times in epoch milliseconds. */
export interface Downtime {
  readonly zeroTime: number
  readonly batchDuration: number
  /** The slides of all streams, in milliseconds. */
  readonly slides: ReadonlyArray<number>
  /** The last batch before the downtime. */
  readonly last: number
  /** The first batch that is due after it. */
  readonly first: number
  /** The most batches to make up for. */
  readonly most: number
}

/**
 * The times of the missed batches that are made up for, in order. If there are too many, those of longer slides come first:
 * an output that runs once an hour is not left out. Then come the latest.
 */
export const missedBatches = (
  { batchDuration, first, last, most, slides, zeroTime }: Downtime,
): ReadonlyArray<number> => {
  const chosen = new Set<number>()
  const longest = Array.from(new Set([...slides, batchDuration])).sort((a, b) => b - a)
  for (const slide of longest) {
    // The last multiple of the slide before the first batch that is due.
    let time = zeroTime + Math.floor((first - batchDuration - zeroTime) / slide) * slide
    for (; time > last && chosen.size < most; time -= slide) chosen.add(time)
  }
  return Array.from(chosen).sort((a, b) => a - b)
}

/** How many batches were missed. */
export const countMissed = ({ batchDuration, first, last }: Downtime): number =>
  Math.max(0, Math.round((first - last) / batchDuration) - 1)
