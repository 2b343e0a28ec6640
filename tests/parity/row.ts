/** An operation of Spark that the library supports. */
export interface Present {
  /** Its id in the list of Spark's operations, such as `TM-01`. */
  readonly row: string
  /** Names exported by `mod.ts`, separated by spaces. A name of a sub-path starts with it: `testing/Testing.run`. */
  readonly ours: string
  /** A test file, and a part of the name of each test that covers the operation. */
  readonly test?: readonly [file: string, name: string, ...names: ReadonlyArray<string>]
  /** Ids of recorded cases that must pass, separated by spaces. */
  readonly golden?: string
  /** What is missing, or works differently. */
  readonly but?: string
}

/** An operation of Spark that the library does not support. */
export interface Absent {
  readonly row: string
  readonly reason: string
}

/** One operation of Spark. */
export type Row = Present | Absent

/** The sections of the list and how many operations each has: `TM-01` to `TM-19`, and so on. */
const sections = {
  TM: 19,
  SC: 33,
  D: 28,
  P: 24,
  ST: 12,
  I: 12,
  R: 13,
  LS: 10,
  PT: 4,
  SX: 12,
  RD: 30,
  RA: 19,
  RP: 20,
  K: 15,
  KN: 10,
  F: 3,
  B: 10,
}

/** The ids of all operations, in the order of the list. */
export const ids: ReadonlyArray<string> = Object.entries(sections).flatMap(([section, count]) =>
  Array.from({ length: count }, (_, i) => `${section}-${String(i + 1).padStart(2, "0")}`)
)
