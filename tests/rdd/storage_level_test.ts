import assert from "node:assert/strict"
import * as Result from "effect/Result"
import * as StorageLevel from "../../lib/storage_level.ts"

Deno.test("parse() accepts the name of every level", () => {
  for (const level of StorageLevel.all) assert.deepEqual(StorageLevel.parse(level), Result.succeed(level))
})

Deno.test("parse() fails with InvalidOption for other text, and quotes Spark's message", () => {
  for (const text of ["", "memory_only", "MEMORY"]) {
    const parsed = StorageLevel.parse(text)
    assert.ok(Result.isFailure(parsed))
    assert.equal(parsed.failure._tag, "InvalidOption")
    assert.ok(parsed.failure.message.includes(`Invalid StorageLevel: ${text}`))
  }
})
