/**
 * Why a program cannot be sent to a cluster.
 *
 * @module
 */
import { EngineFault } from "../../../core/errors.ts"

/** The code of the program could not be bundled, so workers cannot run it. */
export class BundlingFailed extends EngineFault<{
  /** The module that was to be bundled. */
  readonly module: string
  /** What Deno has reported. */
  readonly text: string
}> {
  readonly _tag = "BundlingFailed" as const
  override get message(): string {
    return `Deno cannot bundle ${this.module} for the workers of the cluster: ${this.text}. The driver must run on Deno ` +
      "2.4 or later, with permission to run Deno (--allow-run=deno) and to write temporary files (--allow-write), and " +
      "the module must be the one that `deno run` can run, not the output of a bundler"
  }
}

/** Tasks were to get a permission that the driver itself does not have. */
export class PermissionNotGranted extends EngineFault<{
  /** The flag of Deno, such as `--allow-net=example.com`. */
  readonly flag: string
}> {
  readonly _tag = "PermissionNotGranted" as const
  override get message(): string {
    return `permissions: tasks cannot get ${this.flag}, as the driver does not have it. Start the driver with this flag, ` +
      "or leave the permission out"
  }
}

/** The executable of Deno, which was to be sent to the executors, cannot be read. */
export class DenoUnreadable extends EngineFault<{
  readonly path: string
  readonly cause: unknown
}> {
  readonly _tag = "DenoUnreadable" as const
  override get message(): string {
    return `shipDeno: ${this.path} cannot be read: ${
      String(this.cause)
    }. Start the driver with --allow-read=${this.path}, ` +
      "or leave shipDeno out and install Deno on the executors"
  }
}

/** Why a program cannot be sent to a cluster. */
export type ShippingError = BundlingFailed | PermissionNotGranted | DenoUnreadable
