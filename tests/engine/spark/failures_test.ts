import assert from "node:assert/strict"
import { TaskTimedOut } from "../../../lib/core/errors.ts"
import { BatchFailed } from "../../../lib/streaming/errors.ts"
import { sparkServer } from "../../servers/spark_server.ts"
import { type Failing, patientShop, shop, slow, waiting } from "./faulty_graphs.ts"
import { after, run } from "./faulty_run.ts"

const spark = sparkServer(import.meta.url)

const interval = 500
const BATCHES = 4
const running = { appName: "failures", interval, isOver: after(BATCHES) }
const onCluster = () => ({ ...running, master: spark.master(), defaultParallelism: 2 })
const failing = async (times: number): Promise<Failing> => (
  { records: 11, interval, batch: 2, calls: await Deno.makeTempFile(), times }
)
/** The error that a graph fails with. */
const failureOf = async (...running: Parameters<typeof run>): Promise<BatchFailed<unknown>> => {
  const error: unknown = await run(...running).then(() => undefined, (error) => error)
  assert.ok(error instanceof BatchFailed, String(error))
  return error
}
const callsIn = async (path: string) => (await Deno.readTextFile(path)).split("\n").length - 1

Deno.test({
  name: "the error of a function costs one call, and comes from a worker with its class, fields and place",
  ignore: !spark.available,
  fn: async () => {
    const local = await failureOf(shop(await failing(100)), { ...running, master: "local[2]" })
    const config = await failing(100)
    const error = await failureOf(shop(config), onCluster())
    const { batchTime, callSite, cause, operator, partition, phase } = error
    assert.deepEqual(
      [operator, callSite.short, partition, phase],
      [local.operator, local.callSite.short, local.partition, local.phase],
    )
    assert.match(error.message, /failed in map at faulty_graphs\.ts:\d+:\d+, output 0, partition 1: OutOfStock/)
    assert.equal(batchTime % interval, 0)
    assert.ok(cause instanceof Error)
    assert.partialDeepStrictEqual({ ...cause }, { _tag: "OutOfStock", item: "w1", wanted: 3 })
    assert.equal(await callsIn(config.calls), 1)
  },
})

Deno.test({
  name: "a policy tries an output again whose function failed in a worker",
  ignore: !spark.available,
  fn: async () => {
    const local = await run(patientShop(await failing(2)), { ...running, master: "local[2]" })
    const config = await failing(2)
    const found = await run(patientShop(config), onCluster())
    assert.deepEqual(found.slice(0, BATCHES), local.slice(0, BATCHES))
    assert.equal(await callsIn(config.calls), 2)
  },
})

Deno.test({
  name: "a task that waits for longer than taskTimeout fails its batch, in the name of its operation",
  ignore: !spark.available,
  fn: async () => {
    const error = await failureOf(waiting({ records: 11, interval }), { ...onCluster(), taskTimeout: "1 second" })
    assert.ok(error.reason instanceof TaskTimedOut, String(error))
    assert.match(error.message, /failed in mapEffect at faulty_graphs\.ts:.*not ended after 1000 ms, the taskTimeout/)
  },
})

Deno.test({
  name: "a function that computes for longer than taskTimeout fails its batch, after Spark's tries",
  ignore: !spark.available,
  fn: async () => {
    const folder = await Deno.makeTempDir()
    const error = await failureOf(slow({ folder, millis: 120_000 }), { ...onCluster(), taskTimeout: "1 second" })
    assert.ok(error.reason instanceof TaskTimedOut, String(error))
    assert.match(error.message, /failed in map at faulty_graphs\.ts:.*not ended after 1000 ms, the taskTimeout/)
    await Deno.remove(folder, { recursive: true })
  },
})
