import assert from "node:assert/strict"
import { sparkServer } from "../../servers/spark_server.ts"
import * as DStream from "../../../lib/dstream.ts"
import * as Graph from "../../../lib/graph.ts"
import { collected, inOutput, priced, withFunction, wordsOf } from "./faulty_graphs.ts"
import { ofHidden } from "./hidden_graph.ts"
import { after, run } from "./faulty_run.ts"

const spark = sparkServer(import.meta.url)

const interval = 500
const config = { records: 20, interval }
const BATCHES = 3
const running = { appName: "refusals", interval, isOver: after(BATCHES) }
const onCluster = () => ({ ...running, master: spark.master(), defaultParallelism: 2 })

/** Declares a test of a graph that a cluster refuses when it starts. */
const refuses = (name: string, graph: () => Parameters<typeof run>[0], text: RegExp): void => {
  Deno.test({
    name: `start refuses ${name}`,
    ignore: !spark.available,
    fn: () => assert.rejects(run(graph(), onCluster()), { _tag: "InvalidGraph", message: text }),
  })
}

/** Declares a test of a graph of which a cluster can run a part only. */
const runs = (name: string, graph: () => Parameters<typeof run>[0]): void => {
  Deno.test({
    name: `a cluster gives the results of local for ${name}`,
    ignore: !spark.available,
    fn: async () => {
      const local = await run(graph(), { ...running, master: "local[2]" })
      const found = await run(graph(), onCluster())
      assert.deepEqual(found.slice(0, BATCHES), local.slice(0, BATCHES))
    },
  })
}

refuses(
  "a graph that no module declares",
  () => Graph.make([collected(DStream.map(wordsOf(config), ([word]) => word))]),
  /Declare it with Graph\.module\(import\.meta, \(config\) => \[…\]\) at the top level of a module, export/,
)
refuses(
  "a graph whose declaration is not exported",
  () => ofHidden(config),
  /hidden_graph\.ts: of the graphs that it declares \(1\), it exports 0.*export what it returns from the same module/,
)
refuses(
  "a graph that is made from a function",
  () => withFunction({ ...config, make: (word) => word }),
  /the data that the graph was made from cannot be sent to workers: .*config/,
)
runs("a function that needs a service of the program", () => priced(config))
runs("an operation in an output", () => inOutput(config))
