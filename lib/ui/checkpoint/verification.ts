/**
 * Whether a checkpoint is whole, as plain data for programs.
 *
 * @module
 */
import type { Finding } from "./findings.ts"
import type { Inspection } from "./inspection.ts"

/** What `checkpoint verify --json` prints. */
export interface Verification {
  /** The directory as messages name it: a `file:` URL as a path, other URLs without a slash at the end. */
  readonly directory: string
  /** Whether a program can go on with the checkpoint, without any loss. */
  readonly isWhole: boolean
  /** Whether the option `onDamage: "rollBack"` of a checkpoint leaves something to go on from. */
  readonly canRollBack: boolean
  /** What is wrong. */
  readonly findings: ReadonlyArray<Finding>
  /** What was read. */
  readonly read: {
    /** The files of both logs. */
    readonly files: number
    /** The bytes of these files. */
    readonly bytes: number
    /** The entries in them. */
    readonly entries: number
    /** The states. */
    readonly states: number
    /** The keys of all states. */
    readonly keys: number
    /** The RDDs that windows look back at. */
    readonly keptRDDs: number
    /** The records of all kept RDDs. */
    readonly keptRecords: number
    /** The batches that were allocated and have not ended. */
    readonly pendingBatches: number
    /** The received blocks that no batch has taken. */
    readonly waitingBlocks: number
  }
}

const sum = (numbers: ReadonlyArray<number | undefined>): number =>
  numbers.reduce((total: number, each) => total + (each ?? 0), 0)

/** What an inspection says of the state of a checkpoint. */
export const verificationOf = (
  { directory, findings, inputs, kept, operators, pending, program, segments }: Inspection,
): Verification => ({
  directory,
  isWhole: findings.length === 0,
  canRollBack: program.format !== undefined,
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
