import assert from "node:assert/strict"
import { SparkRecordsLost } from "../../../lib/engine/spark/errors.ts"
import { BatchFailed } from "../../../lib/streaming/errors.ts"
import { sparkServer } from "../../servers/spark_server.ts"
import { counting, type Fault, type Moment, type Victim } from "./faulty_graphs.ts"
import { after, run } from "./faulty_run.ts"

const spark = sparkServer(import.meta.url)

const interval = 1000
const config = { records: 60, interval }
const BATCHES = 6

const exists = (path: string): boolean => {
  try {
    return Deno.statSync(path).isFile
  } catch {
    return false
  }
}

/** Runs a graph in which processes are killed in some batches, and compares its results. */
const survives = (name: string, victim: Victim, moments: ReadonlyArray<Moment>): void => {
  Deno.test({
    name: `a cluster gives the results of local although a task kills ${name}`,
    ignore: !spark.available,
    fn: async () => {
      const running = { appName: "kills", interval, isOver: after(BATCHES) }
      const local = await run(counting(config), { ...running, master: "local[2]" })
      const faults = await Promise.all(moments.map(async (moment, i): Promise<Fault> => (
        { victim, moment, batch: i + 2, marker: await Deno.makeTempFile() }
      )))
      const found = await run(counting({ ...config, faults }), {
        ...running,
        master: spark.master(),
        defaultParallelism: 2,
      })
      assert.deepEqual(found.slice(0, BATCHES), local.slice(0, BATCHES))
      assert.deepEqual(faults.filter(({ marker }) => exists(marker)), [])
    },
  })
}

survives("its process, in three batches", "worker", ["map", "reduce", "state"])
survives("all processes of its executor, in three batches", "workers", ["map", "reduce", "state"])
survives("its executor before a shuffle", "executor", ["map"])
survives("its executor while a state changes", "executor", ["state"])

Deno.test({
  name: "without copies, the end of an executor ends the context with an error that says what is lost and what to do",
  ignore: !spark.available,
  fn: async () => {
    const marker = await Deno.makeTempFile()
    const faults: ReadonlyArray<Fault> = [{ victim: "executor", moment: "map", batch: 3, marker }]
    const error: unknown = await run(counting({ ...config, faults }), {
      appName: "kills",
      interval,
      isOver: after(BATCHES),
      master: spark.master(),
      defaultParallelism: 2,
      cluster: { copies: 1 },
    }).then(() => undefined, (error) => error)
    assert.ok(error instanceof BatchFailed, String(error))
    const { reason } = error
    assert.ok(reason instanceof SparkRecordsLost, String(error))
    assert.match(reason.operations.join(", "), /(updateStateByKey|window|map) at faulty_graphs\.ts:\d+:\d+/)
    assert.match(error.message, /Start again from the checkpoint\. .* Set copies to 2/)
  },
})
