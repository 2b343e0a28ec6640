/**
 * What an output is told about its run.
 *
 * @module
 */

/** Which run of which output this is: what a sink needs to know to write exactly once. */
export interface OutputInfo {
  /** The batch time in epoch milliseconds. */
  readonly time: number
  /** The index of the output in the graph. */
  readonly outputId: number
  /** 0 for the first run of the output in this batch, 1 for its first retry, and so on. */
  readonly attempt: number
}
