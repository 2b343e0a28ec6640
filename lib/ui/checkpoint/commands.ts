/**
 * The commands on checkpoints, as effects that give plain data.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { compareCheckpoints } from "./comparing.ts"
import { readContents } from "./contents.ts"
import type { Difference } from "./difference.ts"
import type { Directory } from "./directory.ts"
import type { InspectError } from "./errors.ts"
import { steadily } from "./findings.ts"
import { inspectContents, type Inspected } from "./inspecting.ts"
import type { Inspection } from "./inspection.ts"
import { namedEntries } from "./named.ts"
import { type Verification, verificationOf } from "./verification.ts"

/** What is read in addition. */
export interface InspectOptions {
  /** The name of a state or of a stream with kept RDDs whose entries are listed. */
  readonly name?: string | undefined
  /** How many entries are listed. */
  readonly limit: number
}

const inspected = (
  directory: Directory,
  { limit = 0, name }: Partial<InspectOptions> = {},
): Effect.Effect<Inspected, InspectError> =>
  Effect.map(
    steadily(Effect.gen(function* () {
      const contents = yield* readContents(directory)
      const entries = name === undefined ? undefined : yield* Effect.catchTags(
        namedEntries(contents, name, limit),
        // The findings say so.
        { CorruptBlock: () => Effect.undefined, LogDamaged: () => Effect.undefined },
      )
      const inspection = yield* inspectContents(contents)
      return { contents, inspection: { ...inspection, entries }, findings: inspection.findings }
    })),
    ({ contents, findings, inspection }) => ({ contents, inspection: { ...inspection, findings } }),
  )

/** Describes what a checkpoint holds. */
export const inspect = (
  directory: Directory,
  options: InspectOptions,
): Effect.Effect<Inspection, InspectError> => Effect.map(inspected(directory, options), ({ inspection }) => inspection)

/** Reads all of a checkpoint, and tells what is wrong with it. */
export const verify = (directory: Directory): Effect.Effect<Verification, InspectError> =>
  Effect.map(inspected(directory), ({ inspection }) => verificationOf(inspection))

/** Compares two checkpoints. */
export const diff = (
  before: Directory,
  after: Directory,
  limit: number,
): Effect.Effect<Difference, InspectError> =>
  Effect.gen(function* () {
    const [first, second] = [yield* inspected(before), yield* inspected(after)]
    return yield* compareCheckpoints(first, second, limit)
  })
