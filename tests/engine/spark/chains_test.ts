import assert from "node:assert/strict"
import { Effect } from "effect"
import { StreamingContext } from "../../../mod.ts"
import { Testing } from "../../../lib/testing.ts"
import { layerOn } from "../../../lib/testing/engine_layer.ts"
import { decodeCommand } from "../../../lib/engine/spark/command.ts"
import type { Relation } from "../../../lib/engine/spark/relations.ts"
import { makeEngine, StandIn } from "../../../lib/engine/spark/stand_in.ts"
import { sums, totals } from "./chains.ts"
import { sumOver } from "./relation_sums.ts"

const KEYS = 2000
const BATCHES = 20

/** How many captures the stages of a relation read. */
const capturesRead = (relation: Relation): number =>
  sumOver(
    relation,
    (each) =>
      each.kind === "stage"
        ? decodeCommand(each.command).states.reduce((sum, { captures }) => sum + captures.length, 0)
        : 0,
  )

Deno.test("the captures that tasks read of a state stay few, however many batches there are", async () => {
  const standIn = new StandIn()
  const { keep } = standIn
  const read: Array<number> = []
  const noting: StandIn["keep"] = (relation, options) => {
    read.push(capturesRead(relation))
    return keep(relation, options)
  }
  Object.assign(standIn, { keep: noting })
  await Effect.runPromise(
    Effect.gen(function* () {
      const active = yield* StreamingContext.start(
        yield* StreamingContext.make,
        totals({ batches: BATCHES, keys: KEYS }),
      )
      yield* Testing.advance(active, BATCHES)
    }).pipe(Effect.scoped, Effect.provide(layerOn(makeEngine({ parallelism: 2 }, standIn)))),
  )
  assert.deepEqual(sums, Array.from({ length: BATCHES }, (_, batch) => KEYS + batch + 1))
  assert.ok(read.filter((captures) => captures > 0).length >= BATCHES - 1, `${read}`)
  assert.ok(Math.max(...read) <= 6, `${read}`)
})
