/**
 * Sends a program to a cluster, so that its executors can run tasks of it.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { ClusterError } from "../errors.ts"
import type { Cluster } from "../relations.ts"
import { makeArchive } from "./archive.ts"
import { type BundleOptions, bundleProgram } from "./bundling.ts"
import type { ShippingError } from "./errors.ts"
import type { DenoPlace } from "./launcher.ts"
import { taskPermissions } from "./permissions.ts"
import type { Permission } from "../options.ts"
import { deno as runtime } from "../runtime.ts"

/** After how many milliseconds without work the processes of a worker end. */
const IDLE_MS = 120_000

/** What is sent, and how workers start. */
export interface ShippingOptions extends BundleOptions {
  /** The path of Deno on every executor. Default: the driver's path, or else `deno` on the executor's `PATH`. */
  readonly deno?: string
  /**
   * Sends the driver's Deno to the executors, which need the same operating system and processor. It takes about 48 MB for
   * each session and executor. Default: false.
   */
  readonly shipDeno?: boolean
  /**
   * Parts of permissions that tasks get where the driver has them in part only, such as
   * `{ name: "net", host: "example.com" }`. What the driver has as a whole, tasks have too.
   */
  readonly permissions?: ReadonlyArray<Permission>
}

const placeOf = ({ deno, shipDeno }: ShippingOptions): DenoPlace =>
  shipDeno === true
    ? { kind: "archive" }
    : deno === undefined
    ? { kind: "guess", path: runtime.execPath() }
    : { kind: "path", path: deno }

/**
 * Bundles a program, uploads it with the worker program, and makes the session's executors start workers with it. Gives the
 * name of the bundle for the relations of kind `stage`.
 */
export const ship = (
  cluster: Pick<Cluster, "configure" | "upload">,
  options: ShippingOptions,
): Effect.Effect<string, ShippingError | ClusterError> =>
  Effect.gen(function* () {
    const permissions = yield* taskPermissions(options.permissions ?? [])
    const settings = { permissions, idleMs: IDLE_MS }
    const sendArchive = Effect.gen(function* () {
      const { bytes, name } = yield* makeArchive(placeOf(options), settings)
      const folder = name.replace(".tgz", "")
      yield* cluster.upload(`archives/${name}#${folder}`, bytes)
      yield* cluster.configure({ "spark.sql.execution.pyspark.python": `${folder}/bin/worker` })
    })
    const sendBundle = Effect.gen(function* () {
      const { bytes, name } = yield* bundleProgram(options)
      yield* cluster.upload(`files/${name}`, bytes)
      return name
    })
    const [bundle] = yield* Effect.all([sendBundle, sendArchive], { concurrency: "unbounded" })
    return bundle
  })
