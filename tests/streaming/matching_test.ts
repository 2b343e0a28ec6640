import assert from "node:assert/strict"
import type { OperatorEntry } from "../../lib/streaming/checkpoint/entries.ts"
import { compare, describe, type Operators, problemsOf } from "../../lib/streaming/checkpoint/matching.ts"

const entry = (kind: OperatorEntry["kind"], operation: string, shape = "", functions = "1"): OperatorEntry => ({
  kind,
  operation,
  functions,
  shape,
})

const before: Operators = {
  lines: entry("input", "socketTextStream", "blocks"),
  totals: entry("state", "mapWithState"),
  recent: entry("state", "reduceByKeyAndWindow", "window 30000 ms every batch"),
  "recent/0/0": entry("window", "reduceByKeyAndWindow"),
  console: entry("output", "print"),
}

const described = (now: Operators) => compare(before, now).map(describe)

Deno.test("compare() matches operators by name, and tells whose functions have changed", () => {
  const now = { ...before, totals: entry("state", "mapWithState", "", "2"), console: entry("output", "foreachRDD") }
  assert.deepEqual(described(now), [
    '"lines" matches',
    '"totals" matches, its functions have changed',
    '"recent" matches',
    '"recent/0/0" matches',
    '"console" matches',
  ])
  assert.deepEqual(problemsOf(compare(before, now), []), [])
})

Deno.test("compare() tells what migrates, is made anew, is new, and was dropped or perhaps renamed", () => {
  const { totals: _, ...others } = before
  const now = {
    ...others,
    recent: entry("state", "reduceByKeyAndWindow", "window 60000 ms every batch"),
    sums: entry("state", "mapWithState"),
  }
  assert.deepEqual(described(now).slice(1), [
    '"recent" is made anew from the batches that its window looks back at',
    '"recent/0/0" matches',
    '"console" matches',
    '"sums" is new and starts empty',
    '"totals" is dropped: a state made by mapWithState. Was it renamed to "sums"? Then keep the old name, or list "totals" in drop',
  ])
  assert.equal(
    described({ ...before, totals: entry("state", "mapWithState", "version 3") })[1],
    '"totals" migrates from plain data to version 3',
  )
  assert.equal(described({ ...before, totals: entry("state", "mapWithState", "version 1") })[1], '"totals" matches')
})

Deno.test("problemsOf() lists what is incompatible, except what may be dropped", () => {
  const matches = compare(before, {
    ...before,
    totals: entry("state", "updateStateByKey"),
    lines: entry("input", "files", "positions"),
  })
  assert.deepEqual(problemsOf(matches, []), [
    '"lines" is incompatible: in the checkpoint it is an input made by socketTextStream (blocks), ' +
    "in the program an input made by files (positions)",
    '"totals" is incompatible: in the checkpoint it is a state made by mapWithState, ' +
    "in the program a state made by updateStateByKey",
  ])
  assert.deepEqual(problemsOf(matches, ["lines", "totals"]), [])
})

Deno.test("problemsOf() says which version of a StateFormat the program lacks", () => {
  const later: Operators = { totals: entry("state", "mapWithState", "version 2") }
  for (const [shape, shown] of [["", ""], ["version 1", " (version 1)"]] as const) {
    assert.deepEqual(problemsOf(compare(later, { totals: entry("state", "mapWithState", shape) }), []), [
      '"totals" is incompatible: in the checkpoint it is a state made by mapWithState (version 2), ' +
      `in the program a state made by mapWithState${shown}. Give the state a StateFormat with version 2`,
    ])
  }
})

Deno.test("problemsOf() lists what may have been renamed, and does not take members of objects for names", () => {
  const { totals, ...others } = before
  const renamed = compare(before, { ...others, sums: totals! })
  assert.deepEqual(problemsOf(renamed, []).length, 1)
  assert.deepEqual(problemsOf(renamed, ["totals"]), [])
  assert.deepEqual(
    compare(before, { ...before, toString: entry("state", "mapWithState") }).map(describe).at(-1),
    '"toString" is new and starts empty',
  )
})

Deno.test("problemsOf() finds the checkpoint of another program, also if it has an output of the same name", () => {
  const other = compare(before, { words: entry("input", "files", "positions"), console: entry("output", "print") })
  assert.deepEqual(problemsOf(other, []), [
    'it is that of another program: it has "lines", "totals", "recent", "recent/0/0", and this program has none of these',
  ])
  assert.deepEqual(problemsOf(other, ["lines", "totals", "recent", "recent/0/0"]), [])
})
