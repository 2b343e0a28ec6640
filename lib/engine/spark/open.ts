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

/** Connects to the cluster of a master URL, and makes its engine. */
export const open: OpenCluster = (master, options, { certificates, copies, ...shipping } = {}) =>
  Effect.gen(function* () {
    const endpoint = yield* parseConnectionString(master)
    const cluster = yield* connect(endpoint, certificates === undefined ? {} : { certificates })
    return yield* ClusterEngine.make(cluster, {
      ...options,
      copies,
      ship: (module) => ship(cluster, { ...shipping, entry: ClusterEngine.ENTRY, modules: [module] }),
    })
  })
