/**
 * Whether a checkpoint is whole, as plain data for programs.
 *
 * @module
 */
import type { Finding } from "./findings.ts"
import type { Inspection } from "./inspection.ts"

/** What `checkpoint verify --json` prints. */
export interface Verification {
  readonly directory: string
  /** Whether a program can go on with the checkpoint, without any loss. */
  readonly isWhole: boolean
  readonly findings: ReadonlyArray<Finding>
  /** What was read. */
  readonly read: {
    readonly files: number
    readonly bytes: number
    readonly entries: number
    readonly states: number
    /** The keys of all states. */
    readonly keys: number
    readonly keptRDDs: number
    /** The records of all kept RDDs. */
    readonly keptRecords: number
    readonly pendingBatches: number
    /** The received blocks that no batch has taken. */
    readonly waitingBlocks: number
  }
}

const sum = (numbers: ReadonlyArray<number | undefined>): number =>
  numbers.reduce((total: number, each) => total + (each ?? 0), 0)

/** What an inspection says of the state of a checkpoint. */
export const verificationOf = (
  { directory, findings, inputs, kept, operators, pending, segments }: Inspection,
): Verification => ({
  directory,
  isWhole: findings.length === 0,
  findings,
  read: {
    files: segments.length,
    bytes: sum(segments.map(({ bytes }) => bytes)),
    entries: sum(segments.map(({ entries }) => entries)),
    states: operators.filter(({ captures }) => captures !== undefined).length,
    keys: sum(operators.map(({ keys }) => keys)),
    keptRDDs: kept.length,
    keptRecords: sum(kept.map(({ records }) => records)),
    pendingBatches: pending.length,
    waitingBlocks: sum(inputs.map(({ waiting }) => waiting.blocks)),
  },
})
