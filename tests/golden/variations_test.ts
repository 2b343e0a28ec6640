import assert from "node:assert/strict"
import type { Case } from "./case.ts"
import { judge, recordingsIn } from "./run.ts"
import { alone, later, renamed, shorter, slower, type Variation } from "./variations.ts"

const here = new URL(".", import.meta.url).pathname

/** Tries a variation on some of the recordings; all variations together try all of them. */
const onSome = (variation: Variation, which: number, of: number) => async () => {
  const { families } = recordingsIn(here)
  const all = families.flatMap(({ cases }) => cases as ReadonlyArray<Case>)
    .flatMap((golden) => variation(golden) ?? [])
    .filter((_, i) => i % of === which % of)
  assert.ok(all.length > 5, `${all.length}`)
  for (const golden of all) {
    const outcome = await judge(golden, ["local"])
    assert.notEqual(outcome._tag, "Failed", `${golden.id}: ${JSON.stringify(outcome)}`)
  }
}

Deno.test("recordings hold when they end a batch earlier", onSome(shorter, 0, 4))

Deno.test("recordings hold for one output without the others", onSome(alone, 0, 3))

Deno.test("recordings hold when they begin later", onSome(later, 1, 4))

Deno.test("recordings hold when batches are longer", onSome(slower, 2, 4))

Deno.test("recordings hold for other words", onSome(renamed, 3, 4))
