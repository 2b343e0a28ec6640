/**
 * How programs use clusters: what the options of a SparkContext say. It needs no module of a cluster.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { InvalidOption } from "../../core/errors.ts"
import type { Engine } from "../../rdd/engine.ts"
import type * as LocalEngine from "../local/engine.ts"
import type { ConnectError } from "./errors.ts"

/** A permission of Deno, or a part of one: a host, a path, a variable, a program or a kind of system information. */
export interface Permission {
  /** The permission. */
  readonly name: "read" | "write" | "net" | "env" | "run" | "sys" | "ffi"
  /** For `read`, `write` and `ffi`: a file, or a directory with all that is in it. */
  readonly path?: string | URL
  /** For `net`: a host, with or without a port. */
  readonly host?: string
  /** For `env`: the name of a variable. */
  readonly variable?: string
  /** For `run`: a program. */
  readonly command?: string | URL
  /** For `sys`: a kind of information, such as `hostname`. */
  readonly kind?: string
}

/** How a program uses the cluster of an `sc://` master. All options have defaults. */
export interface ClusterOptions {
  /** The path of Deno on every executor. Default: the driver's path, or else `deno` on the executor's `PATH`. */
  readonly deno?: string
  /**
   * Sends the driver's Deno to the executors, so that nothing has to be installed on them. They need the driver's operating
   * system and processor, and the driver `--allow-read` of its Deno. It takes about 48 MB for each session and executor.
   * Default: false.
   */
  readonly shipDeno?: boolean
  /**
   * Permissions that tasks get where the driver has only a part of one: `{ name: "net", host: "example.com" }` for a driver that
   * runs with `--allow-net=example.com`. Deno does not tell which parts there are. What the driver has as a whole, tasks have
   * too. `start` fails with `PermissionNotGranted` if the driver does not have a permission. Default: none.
   */
  readonly permissions?: ReadonlyArray<Permission>
  /**
   * The certificates of the authorities to trust when the connection is encrypted, in PEM format, in place of those of the
   * runtime. Default: those of the runtime.
   */
  readonly certificates?: string
  /**
   * On how many executors states, windows and persisted RDDs are stored. With 1, a lost executor costs them; more take more memory
   * and time. Default: 2.
   */
  readonly copies?: number
}

/** Connects to the cluster of a master URL, and makes its engine. */
export type OpenCluster = (
  master: string,
  options: Omit<LocalEngine.Options, "elsewhere" | "loopback"> & { readonly taskTimeout?: number | undefined },
  cluster?: ClusterOptions,
) => Effect.Effect<Engine, InvalidOption | ConnectError, Scope.Scope>
