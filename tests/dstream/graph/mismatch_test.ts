import assert from "node:assert/strict"
import fc from "fast-check"
import { fingerprint } from "../../../lib/dstream/graph/fingerprint.ts"
import { make } from "../../../lib/dstream/graph/graph.ts"
import { mismatch } from "../../../lib/dstream/graph/mismatch.ts"
import { print } from "../../../lib/dstream/outputs/print.ts"
import { differ, withFunctions } from "../fingerprints.ts"
import { build, shape, stub } from "../graph_arbitrary.ts"

Deno.test("mismatch() names the first operator that differs, in both graphs", () => {
  const tower = (...operations: ReadonlyArray<string>) =>
    fingerprint(make([print(operations.reduce((last, it) => stub(it, [last]), stub("constant")))]))
  const found = differ(tower("map", "filter", "map"), tower("map", "glom", "count"), /operator 2 \(filter\)/)
  assert.equal(found._tag, "GraphMismatch")
  assert.deepEqual([found.kind, found.index, found.mine, found.theirs], ["operator", 2, "filter", "glom"])
  const longer = differ(tower("map", "map"), tower("map"), /operator 2 \(map\): the other graph does not have it/)
  assert.deepEqual([longer.index, longer.mine, longer.theirs], [2, "map", undefined])
})

Deno.test("mismatch() finds a difference exactly when the hashes of structure or texts differ", () =>
  fc.assert(fc.property(shape, shape, (a, b) => {
    const [mine, theirs] = [fingerprint(build(a)), fingerprint(build(b))]
    const isSameStructure = mine.structure === theirs.structure
    assert.equal(mismatch(mine, theirs, { texts: false }) === undefined, isSameStructure)
    assert.equal(mismatch(mine, theirs) === undefined, isSameStructure && mine.texts === theirs.texts)
  })))

Deno.test("mismatch() without texts accepts graphs whose functions were minified", () => {
  const original = withFunctions((word: string) => word.length)
  const minified = withFunctions((w: string) => w.length)
  assert.equal(mismatch(original, minified, { texts: false }), undefined)
  assert.match(mismatch(original, minified)?.message ?? "", /operator 1 \(map\): its functions have different texts/)
})

Deno.test("mismatch() finds the one operation that was changed", () =>
  fc.assert(fc.property(shape, fc.nat(), (it, pick) => {
    const mine = fingerprint(build(it))
    const changed = pick % mine.nodes.length
    const nodes = mine.nodes.with(changed, '["changed",[],0,[],null,""]')
    const found = mismatch(mine, { ...mine, nodes })
    assert.deepEqual([found?.index, found?.theirs], [changed, "changed"])
  })))

Deno.test("mismatch() accepts lines of another version of the library", () => {
  const mine = withFunctions()
  for (const line of ["constant", "{", "7", "null", "[]", '"text"']) {
    const found = mismatch(mine, { ...mine, structure: "", nodes: [line] })
    assert.deepEqual([found?.index, found?.mine], [0, "constant"])
    assert.equal(typeof found?.message, "string")
  }
})
