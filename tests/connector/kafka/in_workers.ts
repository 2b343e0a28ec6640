/** Records of Kafka that tasks fetch where they run, against a broker. */
import assert from "node:assert/strict"
import type { EngineName } from "../../../lib/testing/harness.ts"
import { run } from "../../engine/on_copies.ts"
import { lengths, seen } from "./in_workers_graphs.ts"
import { send, server, test } from "./running.ts"

for (const engine of ["local", "loopback", "threads", "cluster"] as ReadonlyArray<EngineName>) {
  test(`tasks fetch records where they run [${engine}]`, async () => {
    const topic = await server.topic(2)
    await send(topic, ["a", "bb"])
    await send(topic, ["ccc"], 1)
    const there = engine === "threads"
    const brokers = server.brokers()
    seen.length = 0
    const { failures, read } = await run(lengths({ topic, brokers, brokersOfWorkers: brokers }), 1, engine)
    assert.deepEqual([failures, read], [[], [3]])
    assert.deepEqual(seen, [[["a", 1, there], ["bb", 2, there], ["ccc", 3, false]]])
  })
}

test("a worker that does not reach the brokers fails the job with the partition and the reason", async () => {
  const topic = await server.topic(2)
  await send(topic, ["a"])
  await send(topic, ["b"], 1)
  const config = { topic, brokers: server.brokers(), brokersOfWorkers: "localhost:1" }
  const { failures: [failure = ""] } = await run(lengths(config), 1, "threads")
  assert.match(failure, /partition 0: .*localhost:1.*ECONNREFUSED/)
})
