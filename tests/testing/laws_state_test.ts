import assert from "node:assert/strict"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import { updateStateByKey } from "../../lib/dstream/state/update_state.ts"
import { Testing } from "../../lib/testing.ts"
import { holds, smallest } from "./laws.ts"

const pair = Testing.pairs(fc.nat(9), Testing.skewedKeys({ distinct: 3 }))
const input = Testing.arrivals(pair, { maxBatches: 5, maxRecords: 4 })
const batches = Testing.batches(pair)
const { mapWithStateIsScan, stateIsFold } = Testing.laws

/** Counts the values and the batches of a key. A key with more than five values is removed. */
const tally = (values: ReadonlyArray<number>, state: Option.Option<[number, number]>) => {
  const [seen, updates] = Option.getOrElse(state, (): [number, number] => [0, 0])
  return seen > 5 ? Option.none() : Option.some<[number, number]>([seen + values.length, updates + 1])
}

const running = (key: string, value: number, state: Option.Option<number>): [[string, number], number] => {
  const sum = value + Option.getOrElse(state, () => 0)
  return [[key, sum], sum]
}

Deno.test("stateIsFold() holds for updateStateByKey", async () => {
  await holds(stateIsFold(tally, { input }))
})

Deno.test("stateIsFold() is broken by a state that is not updated in batches without values of its key", async () => {
  const resting: Testing.laws.StateOperator = (update) => (stream) =>
    updateStateByKey(stream, (values, state) => values.length === 0 ? state : update(values, state))
  assert.deepEqual(await smallest(stateIsFold(tally, { input: batches, updateStateByKey: resting })), {
    inputs: [[[["k0", 0]], []]],
    partitions: 1,
  })
})

Deno.test("mapWithStateIsScan() holds for mapWithState", async () => {
  await holds(mapWithStateIsScan(running, { input }))
})

Deno.test("mapWithStateIsScan() is broken by a state that is lost between batches", async () => {
  const forgetful: Testing.laws.StepOperator = (step) => (stream) =>
    DStream.flatMap(DStream.groupByKey(stream), ([key, values]) => {
      let state = Option.none<never>()
      return values.map((value) => {
        const [record, next] = step(key, value, state)
        state = Option.some(next as never)
        return record
      })
    })
  assert.deepEqual(await smallest(mapWithStateIsScan(running, { input: batches, mapWithState: forgetful })), {
    inputs: [[[["k0", 1]], [["k0", 0]]]],
    partitions: 1,
  })
})
