/**
 * Names of a log's files: `journal-0000000001` is a segment; `journal-cleaned-0000000007` says that segments before 7 no
 * longer belong to the log.
 *
 * @module
 */

const digits = (number: number): string => String(number).padStart(10, "0")

/** The name of a segment. */
export const segmentFile = (log: string, segment: number): string => `${log}-${digits(segment)}`

/** The name of the file that says where the log begins. */
export const cleanedFile = (log: string, first: number): string => `${log}-cleaned-${digits(first)}`

const numbersIn = (files: ReadonlyArray<string>, prefix: string): ReadonlyArray<number> =>
  files.filter((file) => file.startsWith(prefix) && /^\d{10}$/.test(file.slice(prefix.length)))
    .map((file) => Number(file.slice(prefix.length)))
    .sort((a, b) => a - b)

/** The numbers of a log's files, in order. */
export interface LogFiles {
  readonly segments: ReadonlyArray<number>
  readonly cleaned: ReadonlyArray<number>
}

/** Finds the files of a log among those of all logs in a store. */
export const filesOf = (log: string, files: ReadonlyArray<string>): LogFiles => ({
  segments: numbersIn(files, `${log}-`),
  cleaned: numbersIn(files, `${log}-cleaned-`),
})
