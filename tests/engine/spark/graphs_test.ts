import assert from "node:assert/strict"
import { sparkServer } from "../../servers/spark_server.ts"
import { names } from "./graphs.ts"
import { runGraph } from "./run_graph.ts"

const spark = sparkServer(import.meta.url)

for (const name of names) {
  Deno.test({
    name: `a cluster gives the results of local: ${name}`,
    ignore: !spark.available,
    fn: async () => {
      const config = { name, batches: 5, records: 40, interval: 500 }
      const local = await runGraph(config, { master: "local[2]", appName: "test" })
      assert.deepEqual(
        await runGraph(config, { master: spark.master(), appName: "test", defaultParallelism: 2 }),
        local,
      )
    },
  })
}
