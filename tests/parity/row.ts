/** A row of the list of Spark's operations that is here. */
export interface Present {
  readonly row: string
  /** Our names, separated by spaces, as `mod.ts` exports them; `testing/Testing.run` is one of a sub-path. */
  readonly ours: string
  /** A file of tests, and for each test in it that proves the row a part of its name. */
  readonly test?: readonly [file: string, name: string, ...names: ReadonlyArray<string>]
  /** Ids of recordings of Spark that must agree, separated by spaces. */
  readonly golden?: string
  /** What of the row is not here, or is another way here. */
  readonly but?: string
}

/** A row that is not here. */
export interface Absent {
  readonly row: string
  readonly reason: string
}

/** What we have for one of Spark's operations. */
export type Row = Present | Absent

/** How many rows each section of the list has: `TM-01` to `TM-19`, and so on. */
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
}

/** The ids of all rows, in the order of the list. */
export const ids: ReadonlyArray<string> = Object.entries(sections).flatMap(([section, count]) =>
  Array.from({ length: count }, (_, i) => `${section}-${String(i + 1).padStart(2, "0")}`)
)
