import assert from "node:assert/strict"
import { unsupportedNode } from "../../lib/core/runtime_version.ts"

Deno.test("unsupportedNode() refuses versions of Node below 22.13, and says what to do", () => {
  for (const version of ["18.20.4", "20.19.0", "22.9.0", "22.12.9"]) {
    assert.equal(unsupportedNode(version)?._tag, "UnsupportedNode", version)
  }
  for (const version of ["22.13.0", "22.13.1", "22.20.0", "24.0.0", "100.0.0"]) {
    assert.equal(unsupportedNode(version), undefined, version)
  }
  assert.equal(
    unsupportedNode("20.11.0")?.message,
    "DStream needs Node 22.13.0 or newer, but this is Node 20.11.0. Update Node, or use Deno or Bun",
  )
})

Deno.test("unsupportedNode() does not look at the version of Node that Deno imitates", () => {
  assert.equal(unsupportedNode(), undefined)
})
