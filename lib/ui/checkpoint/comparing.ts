/**
 * Compares two checkpoints.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { KeptEntry } from "../../streaming/checkpoint/recovered.ts"
import { keptRecords } from "./blocks.ts"
import type { Change, Difference, KeptDifference } from "./difference.ts"
import type { Inspected } from "./inspecting.ts"
import type { Inspection } from "./inspection.ts"
import { isSameValue } from "./same_value.ts"
import { compareStates } from "./state_difference.ts"

const changesOf = <A>(
  before: Readonly<Record<string, A>>,
  after: Readonly<Record<string, A>>,
): ReadonlyArray<readonly [string, Change<A>]> => {
  const names = Array.from(new Set([...Object.keys(before), ...Object.keys(after)])).sort()
  return names.flatMap((name) =>
    isSameValue(before[name], after[name]) ? [] : [[name, { before: before[name], after: after[name] }] as const]
  )
}

const named = <A extends { readonly name: string }>(all: ReadonlyArray<A>): Readonly<Record<string, A>> =>
  Object.fromEntries(all.map((each) => [each.name, each]))

const operatorsOf = ({ contents }: Inspected) => contents.recovered.summary?.operators ?? {}

/** The times that only the second list has, and those that only the first has. */
const timesBetween = (before: Iterable<number>, after: Iterable<number>) => {
  const [first, second] = [new Set(before), new Set(after)]
  const only = (of: ReadonlySet<number>, other: ReadonlySet<number>) =>
    Array.from(of).filter((time) => !other.has(time)).sort((a, b) => a - b)
  return { added: only(second, first), removed: only(first, second) }
}

const compareKept = Effect.fnUntraced(
  function* (before: Inspected, after: Inspected, name: string): Effect.fn.Return<
    KeptDifference
  > {
    const keptOf = ({ contents }: Inspected): ReadonlyMap<number, KeptEntry> =>
      contents.recovered.kept.get(name) ?? new Map()
    const recordsOf = ({ contents }: Inspected, entry: KeptEntry) =>
      Effect.option(Effect.map(keptRecords(contents, entry), (partitions) => partitions.flat()))
    const [first, second] = [keptOf(before), keptOf(after)]
    const changed: Array<number> = []
    for (const [time, entry] of first) {
      const other = second.get(time)
      if (other === undefined) continue
      const records = yield* recordsOf(before, entry)
      const others = yield* recordsOf(after, other)
      // Those that cannot be read are among the findings.
      if (Option.isNone(records) || Option.isNone(others)) continue
      if (!isSameValue(records.value, others.value)) changed.push(time)
    }
    return { name, ...timesBetween(first.keys(), second.keys()), changed }
  },
)

/** Compares two checkpoints. Lists at most `limit` keys of each kind of change. */
export const compareCheckpoints = Effect.fnUntraced(
  function* (before: Inspected, after: Inspected, limit: number): Effect.fn.Return<
    Difference
  > {
    const kept: Array<KeptDifference> = []
    const names = new Set([before, after].flatMap(({ inspection }) => inspection.kept.map(({ name }) => name)))
    for (const name of Array.from(names).sort()) kept.push(yield* compareKept(before, after, name))
    const [first, second] = [before.inspection, after.inspection]
    const pendingTimes = ({ pending }: Pick<Inspection, "pending">) => pending.map(({ time }) => time)
    const states = yield* compareStates(before, after, limit)
    return {
      before: first.directory,
      after: second.directory,
      isSameCheckpoint: first.program.identity === second.program.identity,
      program: Object.fromEntries(changesOf<unknown>({ ...first.program }, { ...second.program })),
      operators: changesOf(operatorsOf(before), operatorsOf(after)).map(([name, change]) => ({ name, ...change })),
      states,
      inputs: changesOf(named(first.inputs), named(second.inputs)).map(([name, change]) => ({ name, ...change })),
      pending: timesBetween(pendingTimes(first), pendingTimes(second)),
      kept: kept.filter(({ added, changed, removed }) => added.length + changed.length + removed.length > 0),
      values: Object.fromEntries(changesOf(first.values, second.values)),
      findings: { before: first.findings, after: second.findings },
    }
  },
)

/** Whether there is no difference. */
export const isEmpty = ({ inputs, kept, operators, pending, program, states, values }: Difference): boolean =>
  [inputs, kept, operators, states, pending.added, pending.removed].every(({ length }) => length === 0) &&
  [program, values].every((changes) => Object.keys(changes).length === 0)
