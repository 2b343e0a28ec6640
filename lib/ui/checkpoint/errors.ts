/**
 * Why a checkpoint cannot be inspected.
 *
 * @module
 */
import * as Data from "effect/Data"
import type { LogError } from "../../durable/errors.ts"

/** A directory holds no checkpoint. */
export class NoCheckpoint extends Data.Error<{ readonly directory: string; readonly problem: string }> {
  readonly _tag = "NoCheckpoint" as const
  override get message(): string {
    return `There is no checkpoint in ${this.directory}: ${this.problem}. Give the directory that the program gives to ` +
      "StreamingContext.checkpoint or getOrCreate"
  }
}

/** A checkpoint was written by a newer version of this library. */
export class CheckpointTooNew extends Data.Error<{
  readonly file: string
  readonly format: number
  /** The newest format that can be read. */
  readonly newest: number
}> {
  readonly _tag = "CheckpointTooNew" as const
  override get message(): string {
    return `${this.file} has entries of format ${this.format}; this version of the library reads formats up to ` +
      `${this.newest}. Use the version of the library that the program uses`
  }
}

/** A checkpoint has nothing under a name. */
export class NameMissing extends Data.Error<{
  readonly directory: string
  readonly name: string
  /** The names that have something. */
  readonly known: ReadonlyArray<string>
}> {
  readonly _tag = "NameMissing" as const
  override get message(): string {
    const known = this.known.length === 0
      ? "It holds no state and no kept RDD"
      : `Use one of ${this.known.map((name) => JSON.stringify(name)).join(", ")}`
    return `The checkpoint in ${this.directory} has no entries for ${JSON.stringify(this.name)}. ${known}`
  }
}

/** Why a checkpoint cannot be inspected. */
export type InspectError = NoCheckpoint | CheckpointTooNew | NameMissing | LogError
