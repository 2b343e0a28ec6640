/**
 * Records that cannot be read or written in a format, and what is done about them.
 *
 * @module
 */
import * as Data from "effect/Data"

/** How many characters of a record a message shows. */
const SHOWN = 200

/** Text for a message: on one line, and not too long. */
export const shown = (text: string): string => {
  const line = JSON.stringify(text.length > SHOWN ? text.slice(0, SHOWN) : text)
  return text.length > SHOWN ? `${line}…` : line
}

/** A record of a file is not what the format or the schema asks for. */
export class MalformedRecord extends Data.Error<{
  /** The file. */
  readonly path: string
  /** The line on which the record begins, from 1 on. In a Parquet file: the number of the row, from 1 on. */
  readonly line: number
  /** What is wrong with the record. */
  readonly problem: string
  /** The text of the record. In a Parquet file: its values, as `print` shows them. */
  readonly text: string
}> {
  readonly _tag = "MalformedRecord" as const
  override get message(): string {
    return `Malformed record in ${this.path}, line ${this.line}: ${this.problem}. The record: ${shown(this.text)}`
  }
}

/** A record, or the header of a file, cannot be written in a format without losing something. */
export class UnwritableRecord extends Data.Error<{
  /** The format, such as `CSV`. */
  readonly format: string
  /** The index of the record in its partition. Undefined for the header. */
  readonly index: number | undefined
  /** Why it cannot be written. */
  readonly problem: string
}> {
  readonly _tag = "UnwritableRecord" as const
  override get message(): string {
    const what = this.index === undefined ? "The header" : `Record ${this.index} of the partition`
    return `${what} cannot be written as ${this.format}: ${this.problem}`
  }
}

/**
 * What happens to a record that is not what the format or the schema asks for.
 *
 * - `fail` (the default): the job fails with {@link MalformedRecord}. Spark: `mode` `FAILFAST`.
 * - `skip`: the record is left out. A warning for each partition says how many were, and shows the first. Spark:
 *   `DROPMALFORMED`.
 * - a function: the record is left out, and the function is called with it, to count it or to keep it elsewhere.
 *
 * Tasks that run in workers read files there. The warning is then in the log of the worker, and the function is called there:
 * count with an accumulator.
 */
export type OnMalformed = "fail" | "skip" | ((record: MalformedRecord) => void)

/** Options that all formats have for reading. */
export interface MalformedOption {
  /** What happens to a malformed record. Default: `fail`. Spark: `mode`, with the default `PERMISSIVE`. */
  readonly malformed?: OnMalformed | undefined
}

/** What is wrong with a record, as parsers return it. */
export class Problem {
  readonly text: string
  /** Whether the rest of the file cannot be read either. Then the job fails, also where malformed records are left out. */
  readonly isFatal: boolean
  constructor(text: string, isFatal = false) {
    this.text = text
    this.isFatal = isFatal
  }
}

/** What parsers return for text that is no record, such as an empty line. */
export const nothing: unique symbol = Symbol("nothing")
/** The type of {@link nothing}. */
export type Nothing = typeof nothing
