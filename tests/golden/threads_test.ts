/** A family of recordings on real workers. `deno task golden --engine=threads` runs all of them. */
import assert from "node:assert/strict"
import type { Case } from "./case.ts"
import { judgePinned } from "./pins.ts"
import { nameOf, ownFolder, recordingsIn, together } from "./recordings.ts"

const { families } = together([recordingsIn(ownFolder)])

for (const wanted of ["placement"]) {
  Deno.test(`the recordings of the family ${wanted} hold on two threads`, async () => {
    const { cases = [] } = families.find(({ family }) => family === wanted) ?? {}
    assert(cases.length > 0)
    for (const golden of cases) {
      const outcome = await judgePinned(wanted, golden as Case, ["threads"])
      assert.notEqual(outcome._tag, "Failed", `${nameOf(wanted, golden as Case)}: ${JSON.stringify(outcome)}`)
    }
  })
}
