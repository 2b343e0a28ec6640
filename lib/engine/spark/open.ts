/**
 * Opens the engine of a master URL that names a Spark cluster.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Engine } from "../../rdd/engine.ts"
import type { InvalidOption } from "../../core/errors.ts"
import type { ConnectError } from "./errors.ts"
import * as ClusterEngine from "./cluster_engine.ts"
import { connect } from "./connect/cluster.ts"
import { parseConnectionString } from "./connect/connection_string.ts"
import { ship, type ShippingOptions } from "./shipping/ship.ts"

/** How a program uses a Spark cluster. */
export interface ClusterOptions extends Pick<ShippingOptions, "deno" | "permissions" | "shipDeno"> {
  /** The certificates of the authorities to trust, in PEM format, in place of those of the runtime. */
  readonly certificates?: string
  /** On how many executors the records and states that later batches need are stored. Default: 2. */
  readonly copies?: number
}

/** Connects to the cluster of a master URL, and makes its engine. */
export const open = (
  master: string,
  options: Omit<ClusterEngine.Options, "copies" | "ship">,
  { certificates, copies, ...shipping }: ClusterOptions = {},
): Effect.Effect<Engine, InvalidOption | ConnectError, Scope.Scope> =>
  Effect.gen(function* () {
    const endpoint = yield* parseConnectionString(master)
    const cluster = yield* connect(endpoint, certificates === undefined ? {} : { certificates })
    return yield* ClusterEngine.make(cluster, {
      ...options,
      copies,
      ship: (module) => ship(cluster, { ...shipping, entry: ClusterEngine.ENTRY, modules: [module] }),
    })
  })
