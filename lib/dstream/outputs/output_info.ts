/**
 * What an output is told about its run.
 *
 * @module
 */

/** Which run of which output this is: what a sink needs to know to write exactly once. */
export interface OutputInfo {
  /** The name of the output; undefined if it has none. It stays the same when the program changes. */
  readonly name: string | undefined
  /** The batch time in epoch milliseconds. */
  readonly time: number
  /** The index of the output in the graph. */
  readonly outputId: number
  /** 0 for the first run of the output in this batch, 1 for its first retry, and so on. */
  readonly attempt: number
  /**
   * Whether an earlier process has begun this batch, and may have run the output already. Only with a checkpoint. Write
   * with `name` and `time` as the key, or in one transaction with a mark of both, to write once.
   */
  readonly recovered: boolean
}
