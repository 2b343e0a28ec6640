import assert from "node:assert/strict"
import { Broadcast } from "../../mod.ts"
import { run, test } from "./on_copies.ts"
import * as graphs from "./broadcasting.ts"

const { seen } = graphs

test("workers read the broadcasts that the module and the graph make", async (engine) => {
  seen.length = 0
  const { events } = await run(graphs.made({ batches: [[0, 1]], names: ["a", "b"] }), 1, engine)
  assert.deepEqual(seen, [[["a", 0, engine === "threads"], ["b", 2, false]]])
  assert.deepEqual(events, [])
})

test("a broadcast in the configuration of a graph is refused or read on the driver", async (engine) => {
  seen.length = 0
  const ran = run(graphs.given({ batches: [[0, 1]], limit: Broadcast.make(1) }), 1, engine)
  if (engine === "loopback" || engine === "cluster") return assert.rejects(ran, /config.*limit: instance of Handle/)
  const { events } = await ran
  assert.deepEqual(seen, [[[true, false], [false, false]]])
  if (engine === "threads") {
    assert.match(events.join(), /cannot be sent to workers: .*config\.limit: instance of Handle/)
  }
})
