/**
 * Opens the engine of a master URL that names a Spark cluster.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as ClusterEngine from "./cluster_engine.ts"
import { connect } from "./connect/cluster.ts"
import { parseConnectionString } from "./connect/connection_string.ts"
import type { OpenCluster } from "./options.ts"
import { ship } from "./shipping/ship.ts"

/** How many seconds longer than a task Spark waits for its worker, which may have to load its code first. */
const LOADING_SECONDS = 5

/**
 * The options of a session by which Spark kills workers that send nothing for too long. Workers interrupt tasks that wait
 * for effects themselves; a single call of a function they cannot.
 */
const timeLimit = (taskTimeout: number): Readonly<Record<string, string>> => ({
  "spark.sql.execution.pyspark.udf.idleTimeoutSeconds": String(Math.ceil(taskTimeout / 1000) + LOADING_SECONDS),
  "spark.sql.execution.pyspark.udf.killOnIdleTimeout": "true",
})

/** Connects to the cluster of a master URL, and makes its engine. */
export const open: OpenCluster = (master, options, { certificates, copies, ...shipping } = {}) =>
  Effect.gen(function* () {
    const endpoint = yield* parseConnectionString(master)
    const cluster = yield* connect(endpoint, certificates === undefined ? {} : { certificates })
    if (options.taskTimeout !== undefined) yield* cluster.configure(timeLimit(options.taskTimeout))
    return yield* ClusterEngine.make(cluster, {
      ...options,
      copies,
      ship: (module) => ship(cluster, { ...shipping, entry: ClusterEngine.ENTRY, modules: [module] }),
    })
  })
