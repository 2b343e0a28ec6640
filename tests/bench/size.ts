/** How large a run of a benchmark is: as large as its figures need, or just large enough to check its results. */

/** How many records and rounds a benchmark has. */
export interface Size {
  readonly isQuick: boolean
  /** How many records, keys, batches or files there are, for a number of them at full size. */
  readonly count: (full: number) => number
  /** How many rounds are run, for a number of them at full size. */
  readonly rounds: (full: number) => number
}

/** The size for measuring. */
export const FULL: Size = { isQuick: false, count: (full) => full, rounds: (full) => full }

/** The size for checking: every benchmark runs in a second or so, and its times mean nothing. */
export const QUICK: Size = { isQuick: true, count: (full) => Math.ceil(full / 100), rounds: () => 2 }
