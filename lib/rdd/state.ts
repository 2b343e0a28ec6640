/**
 * State: what a stateful operation keeps from batch to batch, in versions.
 *
 * @module
 */

/** One partition's pending version: reads see the version it was opened from and what has been written since. */
export interface PendingState {
  /** The value of a key, or undefined. */
  readonly get: (key: unknown) => unknown
  readonly has: (key: unknown) => boolean
  readonly set: (key: unknown, value: unknown) => void
  readonly delete: (key: unknown) => boolean
  /** All entries, in a fixed order. */
  readonly entries: () => Iterable<readonly [key: unknown, value: unknown]>
  /** How many keys there are. */
  readonly size: number
}

/**
 * What a stateful operation does with one partition: reads the version as of `from` (undefined: nothing yet), sees the
 * records of this batch, writes the pending version as of `at`, and gives the result records.
 */
export interface StateStep {
  /** The state's name, unique in the graph. */
  readonly id: string
  /** Batch time of the version to read, undefined for the first. */
  readonly from: number | undefined
  /** Batch time of the version to write. */
  readonly at: number
  readonly f: (state: PendingState, records: ReadonlyArray<never>, partition: number) => Iterable<unknown>
}
