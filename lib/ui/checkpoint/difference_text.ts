/**
 * Whether a checkpoint is whole and what changed between two, as text for people.
 *
 * @module
 */
import { section, showCount, showTime, showValue, tableSection } from "../table.ts"
import { isEmpty } from "./comparing.ts"
import type { Change, Difference, StateDifference } from "./difference.ts"
import { describeFinding } from "./findings.ts"
import type { InputInspection } from "./inspection.ts"
import { findingLines, goesOnBehind } from "./inspection_text.ts"
import type { Verification } from "./verification.ts"

const ROLL_BACK: ReadonlyArray<string> = [
  "",
  'Restore the files from a copy, or start the program with checkpoint(directory, { onDamage: "rollBack" }): it goes on',
  "from before the first damage, and what follows the damage is lost.",
]

const START_ANEW: ReadonlyArray<string> = [
  "",
  "Restore the files from a copy, or start the program anew in an empty directory: no entry of the journal is left to",
  "roll back to.",
]

/** The lines that tell whether a checkpoint is whole. */
export const verificationLines = (
  { canRollBack, directory, findings, isWhole, read }: Verification,
): ReadonlyArray<string> => [
  isWhole ? `The checkpoint in ${directory} is whole` : `The checkpoint in ${directory} is not whole`,
  `  ${showCount(read.files, "file")}, ${showCount(read.bytes, "byte")}, ${
    showCount(read.entries, "entry", "entries")
  }`,
  `  ${showCount(read.states, "state")} with ${showCount(read.keys, "key")}, ` +
  `${showCount(read.keptRDDs, "kept RDD")} with ${showCount(read.keptRecords, "record")}`,
  `  ${showCount(read.pendingBatches, "batch that has not ended", "batches that have not ended")}, ` +
  showCount(read.waitingBlocks, "block that no batch has taken", "blocks that no batch has taken"),
  ...findingLines(findings),
  ...(findings.some(({ kind }) => kind === "log") ? canRollBack ? ROLL_BACK : START_ANEW : []),
]

const showChanged = (value: unknown): string => typeof value === "string" ? value : showValue(value)

const changeText = ({ after, before }: Change<unknown>): string =>
  before === undefined
    ? `added: ${showChanged(after)}`
    : after === undefined
    ? `removed: ${showChanged(before)}`
    : `${showChanged(before)} → ${showChanged(after)}`

const inputText = (input: InputInspection | undefined): string | undefined =>
  input === undefined
    ? undefined
    : `behind ${goesOnBehind(input) ?? "its beginning"}; ${showCount(input.waiting.blocks, "block")} waiting`

const stateLines = (
  { added, changed, firstAdded, firstChanged, firstRemoved, keys, name, removed }: StateDifference,
): ReadonlyArray<string> => [
  `${name}: ${keys.before} → ${keys.after} keys; ${added} added, ${removed} removed, ${changed} changed`,
  ...firstAdded.map(({ key, value }) => `  + ${showValue(key)}: ${showValue(value)}`),
  ...firstRemoved.map(({ key, value }) => `  - ${showValue(key)}: ${showValue(value)}`),
  ...firstChanged.map(({ after, before, key }) => `  ~ ${showValue(key)}: ${showValue(before)} → ${showValue(after)}`),
]

/** The lines that tell what changed between two checkpoints. */
export const differenceLines = (difference: Difference): ReadonlyArray<string> => {
  const { after, before, findings, inputs, isSameCheckpoint, kept, operators, pending, program, states, values } =
    difference
  const named = (changes: ReadonlyArray<Change<unknown> & { readonly name: string }>) =>
    changes.map(({ name, ...change }) => `${name}: ${changeText(change)}`)
  const fields = (changes: Readonly<Record<string, Change<unknown>>>) =>
    named(Object.entries(changes).map(([name, change]) => ({ name, ...change })))
  return [
    `From ${before} to ${after}`,
    isSameCheckpoint ? "  Both are states of one checkpoint" : "  They are different checkpoints",
    ...(isEmpty(difference) ? ["  There is no difference"] : []),
    ...section("Program", fields(program)),
    ...section("Operators", named(operators)),
    ...section("States", states.flatMap(stateLines)),
    ...section(
      "Inputs",
      named(inputs.map(({ after, before, name }) => ({ name, before: inputText(before), after: inputText(after) }))),
    ),
    ...section("Batches that have not ended", [
      ...pending.added.map((time) => `+ ${showTime(time)}`),
      ...pending.removed.map((time) => `- ${showTime(time)}`),
    ]),
    ...tableSection(
      "Kept RDDs",
      ["STREAM", "ADDED", "REMOVED", "CHANGED"],
      kept.map(({ added, changed, name, removed }) => [name, added.length, removed.length, changed.length]),
    ),
    ...section("Values of the driver", fields(values)),
    ...section("Findings, whose data is not compared", [
      ...findings.before.map(describeFinding),
      ...findings.after.map(describeFinding),
    ]),
  ]
}
