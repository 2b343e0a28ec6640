/**
 * Compares the operators of a program with those that a checkpoint was written by.
 *
 * @module
 */
import * as Data from "effect/Data"
import type { OperatorEntry } from "./entries.ts"

/** How an operator of the program, or of the checkpoint, matches the other. */
export type Match =
  & { readonly name: string }
  & (
    /** `isChanged`: the texts of its functions have changed. */
    | { readonly _tag: "Matched"; readonly isChanged: boolean; readonly now: OperatorEntry }
    /** The version of its format is a later one, and the data migrates. */
    | { readonly _tag: "Migrates"; readonly from: string; readonly now: OperatorEntry }
    /** The data is made anew from what windows look back at. */
    | { readonly _tag: "Rebuilt"; readonly now: OperatorEntry }
    | { readonly _tag: "Added"; readonly now: OperatorEntry }
    /** The program does not have it any more. `looksLike` may be its new name. */
    | { readonly _tag: "Dropped"; readonly before: OperatorEntry; readonly looksLike: string | undefined }
    | { readonly _tag: "Incompatible"; readonly before: OperatorEntry; readonly now: OperatorEntry }
  )

/** The operators of a program, by name. */
export type Operators = Readonly<Record<string, OperatorEntry>>

/** How the shapes of two entries of one name fit. */
const fits = (before: OperatorEntry, now: OperatorEntry): "same" | "migrates" | "rebuilt" | "differs" => {
  if (before.kind !== now.kind) return "differs"
  if (now.kind === "output") return "same"
  if (before.operation !== now.operation) return "differs"
  if (before.shape === now.shape) return "same"
  if (now.kind === "state" && now.shape.startsWith("window ")) return "rebuilt"
  const [from, to] = [versionOf(before), versionOf(now)]
  // A format may be added to a state of plain data: what is stored then counts as its first version.
  if (now.shape !== "" && from === to) return "same"
  return from < to ? "migrates" : now.kind === "window" ? "same" : "differs"
}

/** The version of the format of a state; 1 if it has none. NaN for what is no state of this kind. */
const versionOf = ({ shape }: OperatorEntry): number =>
  shape === "" ? 1 : Number(/^version (\d+)$/.exec(shape)?.[1] ?? NaN)

/** Whether a state was written in a later version of its format than the program has. */
const isOfLaterVersion = (before: OperatorEntry, now: OperatorEntry): boolean =>
  before.kind === now.kind && before.operation === now.operation && versionOf(before) > versionOf(now)

/** Compares operators by name. */
export const compare = (before: Operators, now: Operators): ReadonlyArray<Match> => {
  // Names may be those of members of every object, such as "toString".
  const has = (operators: Operators, name: string) => Object.hasOwn(operators, name)
  const added = Object.keys(now).filter((name) => !has(before, name))
  const ofNow = Object.entries(now).map(([name, entry]): Match => {
    const known = has(before, name) ? before[name] : undefined
    if (known === undefined) return { _tag: "Added", name, now: entry }
    switch (fits(known, entry)) {
      case "same":
        return { _tag: "Matched", name, isChanged: known.functions !== entry.functions, now: entry }
      case "migrates":
        return { _tag: "Migrates", name, from: known.shape, now: entry }
      case "rebuilt":
        return { _tag: "Rebuilt", name, now: entry }
      case "differs":
        return { _tag: "Incompatible", name, before: known, now: entry }
    }
  })
  const dropped = Object.entries(before).filter(([name]) => !has(now, name))
  return [
    ...ofNow,
    ...dropped.map(([name, entry]): Match => {
      const looksLike = added.find((other) =>
        fits(entry, now[other]!) === "same" && now[other]!.operation === entry.operation
      )
      return { _tag: "Dropped", name, before: entry, looksLike }
    }),
  ]
}

/** What keeps a program from using a checkpoint, one sentence each. `drop` has the names whose data may be dropped. */
export const problemsOf = (matches: ReadonlyArray<Match>, drop: ReadonlyArray<string>): ReadonlyArray<string> => {
  const foreign = matches.flatMap((match) =>
    match._tag === "Dropped" && match.before.kind !== "output" && !drop.includes(match.name)
      ? [JSON.stringify(match.name)]
      : []
  )
  // Outputs have no data, and programs often have names such as "console" in common.
  const isData = (match: Match) => ("now" in match ? match.now : match.before).kind !== "output"
  const isForeign = foreign.length > 0 &&
    matches.filter(isData).every(({ _tag }) => _tag === "Added" || _tag === "Dropped")
  const incompatible = matches.flatMap((match) =>
    match._tag === "Incompatible" && !drop.includes(match.name) ? [describe(match)] : []
  )
  const renamed = matches.flatMap((match) =>
    match._tag === "Dropped" && match.looksLike !== undefined && isData(match) && !drop.includes(match.name)
      ? [describe(match)]
      : []
  )
  return isForeign
    ? [`it is that of another program: it has ${foreign.join(", ")}, and this program has none of these`]
    : [...incompatible, ...renamed]
}

const show = ({ kind, operation, shape }: OperatorEntry): string =>
  `${kind === "input" || kind === "output" ? "an" : "a"} ${kind} made by ${operation}${
    shape === "" ? "" : ` (${shape})`
  }`

/** Describes a match in one line. */
export const describe = (match: Match): string => {
  const name = JSON.stringify(match.name)
  switch (match._tag) {
    case "Matched":
      return `${name} matches${match.isChanged ? ", its functions have changed" : ""}`
    case "Migrates":
      return `${name} migrates from ${match.from === "" ? "plain data" : match.from} to ${match.now.shape}`
    case "Rebuilt":
      return `${name} is made anew from the batches that its window looks back at`
    case "Added":
      return `${name} is new and starts empty`
    case "Dropped":
      return `${name} is dropped: ${show(match.before)}` +
        (match.looksLike === undefined
          ? ""
          : `. Was it renamed to ${JSON.stringify(match.looksLike)}? Then keep the old name, or list ${name} in drop`)
    case "Incompatible":
      return `${name} is incompatible: in the checkpoint it is ${show(match.before)}, in the program ${
        show(match.now)
      }` +
        (isOfLaterVersion(match.before, match.now) ? `. Give the state a StateFormat with ${match.before.shape}` : "")
  }
}

/** The data of a checkpoint does not fit the program. */
export class CheckpointMismatch extends Data.Error<{
  /** The directory of the checkpoint. */
  readonly directory: string
  /** What does not fit, one sentence each. */
  readonly problems: ReadonlyArray<string>
}> {
  readonly _tag = "CheckpointMismatch" as const
  override get message(): string {
    return `The checkpoint in ${this.directory} does not fit this program:\n${this.problems.join("\n")}\n` +
      "Use another directory, or the program as it was. The data of operators can be dropped by their names: " +
      `checkpoint(directory, { drop: ["…"] })`
  }
}
