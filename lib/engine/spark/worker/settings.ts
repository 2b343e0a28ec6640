/**
 * What the launcher tells the worker program: its first argument, as JSON.
 *
 * @module
 */

/** How the worker program runs. */
export interface WorkerSettings {
  /** The flags of Deno that give the tasks their permissions, such as `--allow-net`. Without one, tasks may do nothing. */
  readonly permissions: ReadonlyArray<string>
  /** After how many milliseconds without a connection a process of the worker ends. */
  readonly idleMs: number
}

const isSettings = (value: unknown): value is WorkerSettings =>
  typeof value === "object" && value !== null &&
  "permissions" in value && Array.isArray(value.permissions) &&
  value.permissions.every((flag) => typeof flag === "string" && flag.startsWith("--allow-")) &&
  "idleMs" in value && typeof value.idleMs === "number"

/** Reads settings. */
export const parseSettings = (text: string | undefined): WorkerSettings => {
  const value: unknown = JSON.parse(text ?? "null")
  if (!isSettings(value)) throw new TypeError(`These are no settings of a worker: ${text}`)
  return value
}

/** What an executor tells its workers in environment variables. */
export interface ExecutorSettings {
  /** What a worker and an executor prove their identity with, unless they use Unix sockets. */
  readonly secret: string | undefined
  /** The loopback address. */
  readonly host: string
  /** Where a worker in simple mode connects to: a port, or the path of a Unix socket. */
  readonly port: number
  readonly path: string | undefined
  /** Where a daemon makes its Unix socket; undefined if it listens on a port. */
  readonly socketDirectory: string | undefined
  /** How much memory a worker may use, in megabytes. */
  readonly memoryMb: number | undefined
}

/** Variables that only the worker itself needs. Tasks do not see them. */
const FACTORY = "PYTHON_WORKER_FACTORY_"

type Variables = Readonly<Record<string, string | undefined>>

/** Reads what the executor has set. Spark writes `True` in places and `true` in others. Throws if there is no secret. */
export const executorSettings = (env: Variables): ExecutorSettings => {
  const isSet = (name: string) => env[name]?.toLowerCase() === "true"
  const isUnix = isSet("PYTHON_UNIX_DOMAIN_ENABLED")
  const memoryMb = Number(env.PYSPARK_EXECUTOR_MEMORY_MB)
  const secret = env[`${FACTORY}SECRET`]
  // Without one, every process of the machine could run code here.
  if (!isUnix && !secret) throw new TypeError(`The executor has not set ${FACTORY}SECRET`)
  return {
    secret: isUnix ? undefined : secret,
    host: isSet("SPARK_PREFER_IPV6") ? "::1" : "127.0.0.1",
    port: Number(env[`${FACTORY}PORT`]),
    path: isUnix ? env[`${FACTORY}SOCK_PATH`] : undefined,
    socketDirectory: isUnix ? env[`${FACTORY}SOCK_DIR`] ?? "." : undefined,
    memoryMb: memoryMb > 0 ? memoryMb : undefined,
  }
}

/** The variables that tasks see, if they may read any: those of the executor. */
export const taskVariables = (env: Variables): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || name.startsWith(FACTORY) ? [] : [[name, value]]
    ),
  )
