import assert from "node:assert/strict"
import type { Case, Family } from "./case.ts"
import { judgePinned, stalePins } from "./pins.ts"
import { pins } from "./skips.ts"

const recorded = async (family: string, id: string): Promise<Case> => {
  const file: Family = JSON.parse(await Deno.readTextFile(new URL(`${family}.json`, import.meta.url)))
  const found = file.cases.find((each) => each.id === id)
  assert.ok(found)
  return found
}

const differenceOf = async (family: string, golden: Case): Promise<string | undefined> => {
  const outcome = await judgePinned(family, golden)
  return outcome._tag === "Failed" ? outcome.differences[0] : undefined
}

Deno.test("pins name recordings of this repository, each once", async () => {
  assert.deepEqual(await stalePins(), [])
  const names = pins.map(({ name }) => name)
  assert.deepEqual(names, [...new Set(names)])
})

Deno.test("judgePinned() skips a recording for its pinned reason", async () => {
  const outcome = await judgePinned("lifecycle", await recorded("lifecycle", "LC-02"))
  assert.deepEqual(outcome, { _tag: "Skipped", reason: "startTwice", isNew: false })
})

Deno.test("judgePinned() fails a recording that passed and is skipped now", async () => {
  const golden = await recorded("elementwise", "EW-01")
  const unknown = { ...golden, expected: { ...golden.expected, unheard: 1 } } as Case
  assert.match(await differenceOf("elementwise", unknown) ?? "", /skipped \(missing: field unheard .*no pin/)
  const { outputs: _, ...less } = golden.expected
  assert.match(await differenceOf("elementwise", { ...golden, expected: less }) ?? "", /skipped \(missing: the entries/)
})

Deno.test("judgePinned() fails a recording that is skipped for another reason, or that passes", async () => {
  const golden = await recorded("lifecycle", "LC-02")
  const steps = golden.expected.steps?.map((step) => ({ ...step, unheard: 1 })) ?? []
  assert.match(
    await differenceOf("lifecycle", { ...golden, expected: { ...golden.expected, steps } }) ?? "",
    /another reason/,
  )
  const error = {
    class: "AlreadyStarted",
    message: "StreamingContext has already been started at <site>; start it once, with all its outputs",
  }
  const own = golden.expected.steps?.map((step, i) => i === 3 ? { do: step.do, error } : step) ?? []
  assert.match(
    await differenceOf("lifecycle", { ...golden, expected: { ...golden.expected, steps: own } }) ?? "",
    /remove the pin/,
  )
})

Deno.test("judgePinned() compares the results of DStream that a pin has, and what the pin says of Spark", async () => {
  const golden = await recorded("placement", "HP-04")
  assert.deepEqual(await judgePinned("placement", golden), { _tag: "Skipped", reason: "informative", isNew: false })
  const { hashCodes = [], partition = {} } = golden.expected
  const other = { ...golden, expected: { ...golden.expected, hashCodes: hashCodes.with(0, 1) } }
  assert.match(await differenceOf("placement", other) ?? "", /^hashCodes: the pin says/)
  const wrong = { ...golden, expected: { ...golden.expected, partition: { ...partition, 1: [0, 0, 0, 0, 1] } } }
  assert.match(await differenceOf("placement", wrong) ?? "", /partitions of 1/)
})

Deno.test("judgePinned() skips cases that are new to the repository without a pin, whatever their ids", async () => {
  const golden = await recorded("lifecycle", "LC-02")
  const other = { ...golden, inputs: [{ id: "s", batches: [[1], [2]] }] }
  assert.deepEqual(await judgePinned("lifecycle", other), { _tag: "Skipped", reason: "startTwice", isNew: true })
})
