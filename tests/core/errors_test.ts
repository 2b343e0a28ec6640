import assert from "node:assert/strict"
import * as Data from "effect/Data"
import { describeCause } from "../../lib/core/errors.ts"

class DbDown extends Data.TaggedError("DbDown")<{ readonly user: string; readonly tries: number }> {}

Deno.test("describeCause() says the tag and the fields of an error without a message", () => {
  assert.equal(describeCause(new DbDown({ user: "eve", tries: 2 })), "DbDown { user: eve, tries: 2 }")
  assert.equal(describeCause(new Error("boom")), "boom")
  assert.equal(describeCause(new RangeError()), "RangeError")
  assert.equal(describeCause("text"), "text")
})
