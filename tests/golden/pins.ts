/**
 * Pins: each recording that is skipped is pinned to its reason. A case that is skipped without a pin, for another reason, or
 * that passes in spite of its pin fails the task.
 */
import type { Case } from "./case.ts"
import { type engines, judge, type Outcome, runCase } from "./judge.ts"
import { nameOf, ownFolder, recordingsIn } from "./recordings.ts"
import { type Pin, pins } from "./skips.ts"
import { same, show } from "./values.ts"

const programOf = (golden: Case): unknown => ({ ...golden, expected: undefined })

/** The programs of the recordings of this repository by the names of their cases. */
const known: ReadonlyMap<string, unknown> = new Map(
  recordingsIn(ownFolder).families.flatMap(({ cases, family }) =>
    cases.map((golden) => [nameOf(family, golden), programOf(golden as Case)] as const)
  ),
)

/** Lists the names of pins that no recording of this repository has. */
export const stalePins = (): ReadonlyArray<string> => {
  const names = known
  return pins.flatMap(({ name }) => names.has(name) ? [] : [name])
}

const failed = (difference: string): Outcome => ({ _tag: "Failed", differences: [difference] })

const valueAt = (value: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (found, key) =>
      typeof found === "object" && found !== null ? Object.getOwnPropertyDescriptor(found, key)?.value : undefined,
    value,
  )

const withValue = (value: unknown, [key, ...rest]: ReadonlyArray<string>, next: unknown): unknown => {
  if (key === undefined) return next
  if (Array.isArray(value)) return value.map((each, i) => String(i) === key ? withValue(each, rest, next) : each)
  const fields = typeof value === "object" && value !== null ? value : {}
  return { ...fields, [key]: withValue(valueAt(fields, [key]), rest, next) }
}

/** Runs a case with the results of DStream that its pin has beside those of Spark. */
const runPinned = async (golden: Case, pin: Pin, on?: typeof engines): Promise<Outcome> => {
  let expected: unknown = golden.expected
  for (const { at, dstream, spark } of pin.results ?? []) {
    const path = at.split(".")
    const recorded = valueAt(expected, path)
    if (!same(recorded, spark)) return failed(`${at}: the pin says ${show(spark)}, the recording ${show(recorded)}`)
    expected = withValue(expected, path, dstream)
  }
  const outcome = await runCase({ ...golden, informative: false, expected: expected as Case["expected"] }, on)
  return outcome._tag === "Passed" ? { _tag: "Skipped", reason: pin.reason } : outcome
}

/** An outcome, and whether the case is new: pins apply only to the recordings of this repository. */
export type Judged = Outcome & { readonly isNew: boolean }

/** Runs a case as {@link judge} does, and fails it if its outcome is not the pinned one. */
export const judgePinned = async (family: string, golden: Case, on?: typeof engines): Promise<Judged> => {
  const name = nameOf(family, golden)
  const isNew = !same(known.get(name), programOf(golden))
  const pin = isNew ? undefined : pins.find((each) => each.name === name)
  const outcome = pin?.results === undefined ? await judge(golden, on) : await runPinned(golden, pin, on)
  if (isNew || outcome._tag === "Failed") return { ...outcome, isNew }
  const [pinned, now] = [pin?.reason, outcome._tag === "Skipped" ? outcome.reason : undefined]
  if (pinned === now) return { ...outcome, isNew }
  const difference = pinned === undefined
    ? `it is skipped (${now}), and no pin in skips.ts says that it may be`
    : now === undefined
    ? `it passes, but its pin in skips.ts says "${pinned}": remove the pin`
    : `it is skipped for another reason: its pin in skips.ts says "${pinned}", now it is "${now}"`
  return { ...failed(difference), isNew }
}
