/**
 * Values that metrics show.
 *
 * @module
 */

/** What tells the series of a metric apart: names and values. */
export type Attributes = Readonly<Record<string, string>>

/** One series of a metric. Its value is read when it is asked for. */
export interface Series {
  readonly name: string
  readonly description: string
  /** Whether the value only grows. */
  readonly isCounter: boolean
  readonly attributes: Attributes
  readonly read: () => number
}
