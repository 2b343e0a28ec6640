import assert from "node:assert/strict"
import type { Case } from "./case.ts"
import { type Mutant, mutantsOf, swappedTimes } from "./mutations.ts"
import { judgePinned } from "./pins.ts"
import { ownFolder, recordingsIn } from "./recordings.ts"
import { pins } from "./skips.ts"

/** The recordings that are compared: those for which the library lacks nothing. */
const compared = (): ReadonlyArray<readonly [family: string, golden: Case]> => {
  const { families } = recordingsIn(ownFolder)
  const lacking = new Set(pins.filter(({ reason }) => reason.startsWith("missing")).map(({ name }) => name))
  return families.flatMap(({ cases, family }) =>
    (cases as ReadonlyArray<Case>).flatMap((golden) =>
      lacking.has(`${family} ${golden.id}`) ? [] : [[family, golden] as const]
    )
  )
}

/** Asserts that no mutant of a recording is accepted: it must neither pass nor be skipped. */
const isRefused = async (family: string, golden: Case, { golden: false_, what }: Mutant): Promise<void> => {
  const outcome = await judgePinned(family, false_, ["local"])
  assert.equal(outcome._tag, "Failed", `${family} ${golden.id}, ${what}: ${JSON.stringify(outcome)}`)
}

/** Of so many recordings one is tried. `DSTREAM_MUTANTS=all` tries all. */
const EVERY = Deno.env.get("DSTREAM_MUTANTS") === "all" ? 1 : 8

/** Which recordings the next kind of mutants is made of, so that each kind has others. */
let turn = 0

/** Tries the mutants of one kind: of a recording one, counted so that they come from all parts of recordings. */
const refused = (kind: RegExp, mutants: (golden: Case) => ReadonlyArray<Mutant>, least: number) => async () => {
  let tried = 0
  const first = turn++ % EVERY
  for (const [i, [family, golden]] of compared().entries()) {
    if (i % EVERY !== first) continue
    const all = mutants(golden).filter(({ what }) => kind.test(what))
    const mutant = all[i * 7 % all.length]
    if (mutant === undefined) continue
    tried++
    await isRefused(family, golden, mutant)
  }
  assert.ok(tried >= Math.floor(least / EVERY * 0.8), `only ${tried} mutants`)
}

Deno.test("an entry, step or result that is recorded twice is refused", refused(/ is there twice$/, mutantsOf, 330))

Deno.test("an entry, step or result that is left out is refused", refused(/: item \d+ is missing$/, mutantsOf, 330))

Deno.test("entries, steps or results in another order are refused", refused(/ are swapped$/, mutantsOf, 250))

Deno.test("batches with each other's times are refused", refused(/ are swapped$/, swappedTimes, 150))

Deno.test(
  "an output, a partitioner or an error that is left out is refused",
  refused(/ field \w+ is missing$/, mutantsOf, 330),
)

Deno.test("any other value is refused", refused(/ is another value$/, mutantsOf, 340))

Deno.test("another error class is refused", refused(/class: .* is another value$/, mutantsOf, 35))

Deno.test("another text of an error is refused", refused(/message: .* is another value$/, mutantsOf, 35))

Deno.test("a failure that is recorded twice or not at all is refused", refused(/^batchErrors: item/, mutantsOf, 10))

Deno.test(
  "another time, phase or output of a failure is refused",
  refused(/^batchErrors\.\d+\.(time|phase|outputOpId)/, mutantsOf, 10),
)
