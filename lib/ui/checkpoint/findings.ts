/**
 * What is wrong with a checkpoint.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

/** Something that is wrong with a checkpoint. */
export interface Finding {
  /**
   * `log`: a file is damaged or missing. `entry`: an entry of a log cannot be decoded. `state`: a state cannot be restored.
   * `kept`: the RDD of a stream cannot be read. `block`: a received block that a batch reads is missing or cannot be decoded.
   * `foreign`: a file does not belong to the checkpoint.
   */
  readonly kind: "log" | "entry" | "state" | "kept" | "block" | "foreign"
  /** The file with the offset in bytes, or the operator and the batch. */
  readonly where: string
  /** What is wrong there. */
  readonly problem: string
}

/** Describes a finding in one line. */
export const describeFinding = ({ problem, where }: Finding): string => `${where}: ${problem}`

/** How often a checkpoint is read while the program that writes it gets in between. */
const MOST_READINGS = 10

/**
 * Reads something that a program may be writing. The program can remove files and write entries between two reads, which
 * looks like damage. So findings count if a second reading has them too, and a reading that fails is repeated.
 */
export const steadily = Effect.fnUntraced(
  function* <A extends { readonly findings: ReadonlyArray<Finding> }, E extends { readonly _tag: string }>(
    reading: Effect.Effect<A, E>,
  ) {
    let before: ReadonlySet<string> | undefined
    for (let left = MOST_READINGS - 1;; left--) {
      const result = yield* Effect.result(reading)
      if (Result.isSuccess(result)) {
        const { findings } = result.success
        const known = before
        const repeated = known === undefined ? [] : findings.filter((each) => known.has(describeFinding(each)))
        if (findings.length === 0 || repeated.length > 0) return { ...result.success, findings: repeated }
        before = new Set(findings.map(describeFinding))
      }
      if (left === 0 || (Result.isFailure(result) && result.failure._tag !== "FileMissing")) {
        return yield* Effect.fromResult(result)
      }
      yield* Effect.sleep("50 millis")
    }
  },
)
