/**
 * What `crashEverywhere` reports: the differences between a run that was killed and one that was not.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as fc from "fast-check"
import { equal, normal } from "./compare.ts"
import type { OpenWorld, Recorded } from "./crash_world.ts"

/** What differs after a crash. */
export interface CrashFailure {
  /** The index of the crash point, and its name, such as `12 (journal: synced)`. */
  readonly point: string
  /** The batch time in epoch milliseconds; undefined if the difference is not in one batch. */
  readonly batch: number | undefined
  /** The name of the output; undefined if the program failed. */
  readonly output: string | undefined
  /** The records of the run that was not killed; undefined if the output did not run in the batch. */
  readonly expected: unknown
  /** The records after the crash, or the error with which the program failed. */
  readonly found: unknown
}

/** A program that was killed at every crash point and recovered each time. */
export interface Recovered {
  /** The names of the crash points, in order. */
  readonly points: ReadonlyArray<string>
  /** How many lives there were in all. */
  readonly lives: number
  /** How often a recording output ran again in a batch that it had recorded. */
  readonly repeats: number
}

/** How many failures a message shows. */
const SHOWN = 3

const show = (value: unknown): string =>
  value === undefined ? "nothing" : value instanceof Error ? `${value.name}: ${value.message}` : fc.stringify(value)

const describe = ({ batch, expected, found, output, point }: CrashFailure): string =>
  output === undefined
    ? `  killed at ${point}: the program failed: ${show(found)}`
    : `  killed at ${point}: ${JSON.stringify(output)}${batch === undefined ? "" : ` at ${batch} ms`}\n` +
      `    expected ${show(expected)}\n    found    ${show(found)}`

/** A program that was killed did not go on as if nothing had happened. */
export class NotRecovered extends Data.Error<Recovered & { readonly failures: ReadonlyArray<CrashFailure> }> {
  readonly _tag = "NotRecovered" as const
  override get message(): string {
    const { failures, points } = this
    const killed = new Set(failures.map(({ point }) => point)).size
    const more = failures.length > SHOWN ? [`  and ${failures.length - SHOWN} more differences`] : []
    return [
      `After ${killed} of ${points.length} crashes, the program did not go on as if nothing had happened`,
      ...failures.slice(0, SHOWN).map(describe),
      ...more,
    ].join("\n")
  }
}

const allOf = ({ batches }: Recorded): ReadonlyArray<unknown> => Array.from(batches.values()).flat()

/** Compares what was recorded in a world with what was recorded in the world of a whole run, up to a batch. */
export const differences = (
  point: string,
  whole: OpenWorld,
  world: OpenWorld,
  end: number,
  isOrdered: boolean,
): Array<CrashFailure> => {
  const reading = normal({ order: isOrdered ? "list" : "bag" })
  const same = (expected: ReadonlyArray<unknown> | undefined, found: ReadonlyArray<unknown> | undefined) =>
    equal(reading([expected]), reading([found]))
  const failures: Array<CrashFailure> = []
  for (const output of new Set([...whole.recorded.keys(), ...world.recorded.keys()])) {
    const [expected, found] = [whole.recorded.get(output), world.recorded.get(output)]
    if ((expected ?? found)?.inAnyBatch === true) {
      const [one, other] = [expected, found].map((each) => each === undefined ? undefined : allOf(each))
      if (!same(one, other)) failures.push({ point, output, batch: undefined, expected: one, found: other })
      continue
    }
    const times = new Set([...expected?.batches.keys() ?? [], ...found?.batches.keys() ?? []])
    for (const batch of Array.from(times).filter((time) => time <= end).sort((a, b) => a - b)) {
      const [one, other] = [expected?.batches.get(batch), found?.batches.get(batch)]
      if (!same(one, other)) failures.push({ point, output, batch, expected: one, found: other })
    }
  }
  return failures
}
