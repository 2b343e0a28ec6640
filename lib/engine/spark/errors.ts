/**
 * The errors of Spark clusters. `SparkContext.layer` fails with them, `StreamingContext.start` does, and batches do.
 *
 * @module
 */
import { describeCause, EngineFault } from "../../core/errors.ts"

/**
 * The Connect server of the cluster cannot be reached. `SparkContext.layer` fails with it at once. A running program first
 * makes its calls again for 30 seconds, and then the batch fails.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { SparkUnavailable } from "./errors.ts"
 *
 * const error = new SparkUnavailable({ where: "spark:15002", text: "connection refused" })
 * assert.match(error.message, /no Spark Connect server answers at spark:15002 \(connection refused\)/)
 * ```
 */
export class SparkUnavailable extends EngineFault<{
  /** The host and port of the Connect server. */
  readonly where: string
  /** What has happened to the connection, such as `connect ECONNREFUSED`. */
  readonly text: string
}> {
  readonly _tag = "SparkUnavailable" as const
  override get message(): string {
    return `no Spark Connect server answers at ${this.where} (${this.text}). Check that it runs ` +
      "(sbin/start-connect-server.sh), that the host and port of the master URL are those it listens at, and that " +
      "use_ssl is as the server expects it"
  }
}

/** The Connect server refuses the client: its token is missing, wrong, or does not permit what was asked. */
export class SparkAccessDenied extends EngineFault<{
  /** The host and port of the Connect server. */
  readonly where: string
  /** What the server has answered. */
  readonly text: string
}> {
  readonly _tag = "SparkAccessDenied" as const
  override get message(): string {
    return `the Spark Connect server at ${this.where} denies access (${this.text}). Check the token of the master URL`
  }
}

/**
 * The cluster runs another version of Spark than 4.2. The protocol between executors and workers changes with each minor
 * version of Spark.
 */
export class SparkVersionUnsupported extends EngineFault<{
  /** The host and port of the Connect server. */
  readonly where: string
  /** The version of the server, such as `4.1.1`. */
  readonly version: string
  /** The versions that the library supports. */
  readonly supported: string
}> {
  readonly _tag = "SparkVersionUnsupported" as const
  override get message(): string {
    return `the Spark Connect server at ${this.where} runs Spark ${this.version}, but ${this.supported} is needed`
  }
}

/**
 * The session on the Connect server has ended: the server was restarted, or it has removed the session. States, windows
 * and uploaded code that were on the cluster are lost. Start the program again: with a checkpoint it goes on from there.
 */
export class SparkSessionLost extends EngineFault<{
  /** The host and port of the Connect server. */
  readonly where: string
  /** How the end of the session was noticed. */
  readonly text: string
}> {
  readonly _tag = "SparkSessionLost" as const
  override get message(): string {
    return `the session on the Spark Connect server at ${this.where} is lost (${this.text}). State that was kept on the ` +
      "cluster is gone; start again from the checkpoint"
  }
}

/**
 * The cluster has refused an operation, or failed to do it, for a reason that is not in the user's functions. For example, it
 * has lost the only copy of a state, or its executors do not find Deno.
 */
export class SparkFailed extends EngineFault<{
  /** The host and port of the Connect server. */
  readonly where: string
  /** What was asked of the cluster, such as `collect`. */
  readonly operation: string
  /** Spark's name of the error, such as `PYTHON_EXCEPTION`. */
  readonly errorClass?: string
  readonly sqlState?: string
  /** The message of the server. */
  readonly text: string
  /** The messages of the causes, from the outside in, where the server gives them. */
  readonly causes: ReadonlyArray<string>
}> {
  readonly _tag = "SparkFailed" as const
  override get message(): string {
    const state = this.sqlState === undefined ? "" : `, SQLSTATE ${this.sqlState}`
    const name = this.errorClass === undefined ? "" : ` (${this.errorClass}${state})`
    return `Spark at ${this.where} failed to ${this.operation}${name}: ${this.text}`
  }
}

/**
 * Records that were kept on the cluster for later batches are lost, those of a state or window for example: the executors that
 * stored them have ended. `copies` is the option of the program.
 */
export class SparkRecordsLost extends EngineFault<{
  readonly where: string
  /** The operations whose records may be lost, such as `updateStateByKey at counts.ts:12:3`. */
  readonly operations: ReadonlyArray<string>
  readonly copies: number
  /** The message of the server. */
  readonly text: string
}> {
  readonly _tag = "SparkRecordsLost" as const
  override get message(): string {
    const what = this.operations.length === 0 ? "" : ` of ${this.operations.join(", ")}`
    const stored = this.copies === 1
      ? "They were stored on one executor each. Set copies to 2 in the cluster option of SparkContext.layer, so that they survive its end"
      : `They were to be stored on ${this.copies} executors each, and as many have ended within a short time`
    return `records${what} that were kept on the cluster at ${this.where} are lost, because executors have ended ` +
      `(${this.text.split("\n", 1)[0]}). Start again from the checkpoint. ${stored}`
  }
}

/**
 * The modules that connect to clusters cannot be loaded. Only a program with an `sc://` master loads them, and the packages that
 * they need. On Deno it must be allowed to read the modules (`--allow-read`).
 */
export class SparkEngineNotLoaded extends EngineFault<{
  /** What the import has failed with. */
  readonly cause: unknown
}> {
  readonly _tag = "SparkEngineNotLoaded" as const
  override get message(): string {
    return `the engine for sc:// masters cannot be loaded: ${describeCause(this.cause)}. It needs the packages ` +
      "@connectrpc/connect-node, @bufbuild/protobuf and apache-arrow, and Deno"
  }
}

/** The errors of connecting to a cluster. */
export type ConnectError =
  | SparkUnavailable
  | SparkAccessDenied
  | SparkVersionUnsupported
  | SparkSessionLost
  | SparkRecordsLost
  | SparkFailed
  | SparkEngineNotLoaded

/** The errors of operations on a cluster: the reasons, besides those of `local`, for which a batch can fail. */
export type ClusterError =
  | SparkUnavailable
  | SparkAccessDenied
  | SparkSessionLost
  | SparkRecordsLost
  | SparkFailed

/** Whether a value is an error of an operation of a cluster. */
export const isClusterError = (u: unknown): u is ClusterError =>
  u instanceof SparkUnavailable || u instanceof SparkAccessDenied || u instanceof SparkSessionLost ||
  u instanceof SparkRecordsLost || u instanceof SparkFailed

/** Whether the cluster has lost what a context had on it, so that this context cannot go on. */
export const isLoss = (u: unknown): u is SparkRecordsLost | SparkSessionLost =>
  u instanceof SparkRecordsLost || u instanceof SparkSessionLost

/** Spark's name of the error for a lost block of a kept relation. */
export const BLOCK_NOT_FOUND = "CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND"

/** Turns Spark's error for a lost block of a kept relation into {@link SparkRecordsLost}. Other errors stay as they are. */
export const explainLoss = (
  error: ClusterError,
  { copies, operations }: Pick<SparkRecordsLost, "copies" | "operations">,
): ClusterError =>
  error instanceof SparkFailed && (error.errorClass === BLOCK_NOT_FOUND || error.text.includes(BLOCK_NOT_FOUND))
    ? new SparkRecordsLost({ where: error.where, operations, copies, text: error.text })
    : error

const IDLE_TIMEOUT = "terminated due to idle timeout"

/** Whether Spark has killed a worker that sent nothing for longer than the time limit of the session. */
export const isIdleTimeout = (error: ClusterError): boolean =>
  error instanceof SparkFailed && [error.text, ...error.causes].some((text) => text.includes(IDLE_TIMEOUT))
