/**
 * The connection to a Spark cluster through its Connect server.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { type ClusterError, SparkFailed, SparkVersionUnsupported } from "../errors.ts"
import type { Cluster, Rows } from "../relations.ts"
import { decodeRows } from "./arrow.ts"
import { upload } from "./artifacts.ts"
import type { Endpoint } from "./connection_string.ts"
import { execute } from "./execution.ts"
import { withLargeRows } from "./large_rows.ts"
import { observedRows, observing } from "./observing.ts"
import { forgetPlan, keepPlan, relationMessage, rowsPlan } from "./plans.ts"
import type { ExecutePlanResponse, Plan } from "./proto/execution_pb.ts"
import { LIMITS, type Limits, Session } from "./session.ts"
import { openCalls } from "./transport.ts"

/** What the protocol between executors and workers, and the plans, are made for. */
const SUPPORTED = "Spark 4.2"

const isSupported = (version: string): boolean => /^4\.2\.\d+(?:\D|$)/.test(version)

/** How long the release of a session may take, in milliseconds. */
const CLOSE_MS = 5_000

/** How many kept relations are released at the same time. */
const FORGETTING = 8

/**
 * The options that relations depend on: partitions must stay as they are planned, each of the rows that travel with a request is
 * one, and a row without a target is an error.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  "spark.sql.adaptive.enabled": "false",
  "spark.sql.ansi.enabled": "true",
  "spark.sql.execution.arrow.useLargeVarTypes": "false",
  "spark.sql.leafNodeDefaultParallelism": "1000000",
}

/** What a connection needs besides its endpoint. */
export interface ConnectOptions {
  /** Time limits, where they differ from the usual ones. */
  readonly limits?: Partial<Limits>
  /** The certificates of the authorities to trust, in PEM format, in place of those of the runtime. */
  readonly certificates?: string
}

const versionOf = (session: Session): Effect.Effect<string, ClusterError> =>
  // A server that is not there when the program starts will not be there a moment later.
  session.explained(session.once(
    "connect",
    (calls, head, options) => calls.analyzePlan({ ...head, analyze: { case: "sparkVersion", value: {} } }, options),
  )).pipe(Effect.map(({ result }) => result.case === "sparkVersion" ? result.value.version : "of an unknown version"))

const releasing = (session: Session): Effect.Effect<void> =>
  session.isOpen
    ? Effect.ignore(session.once(
      "release the session",
      (calls, head, options) => calls.releaseSession(head, options),
      CLOSE_MS,
    ))
    : Effect.void

/** Decodes the rows of responses. Throws if they are not as many as the server has sent. */
const rowsIn = (responses: ReadonlyArray<ExecutePlanResponse>): Rows => {
  const batches = responses.flatMap(({ responseType }) =>
    responseType.case === "arrowBatch" ? [responseType.value] : []
  )
  const rows = decodeRows(batches.map(({ data }) => data))
  const count = batches.reduce((sum, { rowCount }) => sum + Number(rowCount), 0)
  if (rows.b.length !== count) throw new Error(`${count} rows were sent, but ${rows.b.length} have arrived`)
  return rows
}

const keptIn = (responses: ReadonlyArray<ExecutePlanResponse>): string | undefined =>
  responses.flatMap(({ responseType }) =>
    responseType.case === "checkpointCommandResult" ? [responseType.value.relation?.relationId] : []
  )[0]

const configuring = (
  session: Session,
  settings: Readonly<Record<string, string>>,
): Effect.Effect<void, ClusterError> => {
  const pairs = Object.entries(settings).map(([key, value]) => ({ key, value }))
  const operation = { opType: { case: "set", value: { pairs } } } as const
  return session.call("configure the session", (calls, head, options) => calls.config({ ...head, operation }, options))
    .pipe(
      Effect.flatMap(({ warnings }) =>
        Effect.forEach(warnings, (warning) => Effect.logWarning(warning), { discard: true })
      ),
    )
}

/**
 * Connects to a cluster and makes a session. Fails if the server cannot be reached, denies access, or is of another version
 * than Spark 4.2. The end of the scope releases the session.
 */
export const connect: (
  endpoint: Endpoint,
  options?: ConnectOptions,
) => Effect.Effect<Cluster, ClusterError | SparkVersionUnsupported, Scope.Scope> = Effect.fnUntraced(
  function* (endpoint: Endpoint, { certificates, limits }: ConnectOptions = {}) {
    const calls = yield* openCalls(endpoint, certificates)
    const session = new Session(endpoint, calls, { ...LIMITS, ...limits })
    const { where } = session
    yield* Effect.addFinalizer(() => releasing(session))
    const version = yield* versionOf(session)
    if (!isSupported(version)) return yield* new SparkVersionUnsupported({ where, version, supported: SUPPORTED })
    yield* configuring(session, SETTINGS)
    const scope = yield* Scope.Scope
    const failed = (operation: string, cause: unknown) =>
      new SparkFailed({ where, operation, text: cause instanceof Error ? cause.message : String(cause), causes: [] })
    const run = (name: string, plan: () => Plan) => Effect.suspend(() => execute(session, scope, name, plan()))
    const keep: Cluster["keep"] = (relation, { copies, observe }) => {
      const name = crypto.randomUUID()
      const plan = () => {
        const message = relationMessage(relation, version)
        return keepPlan(observe === undefined ? message : observing(message, observe, name), copies)
      }
      return run("keep", plan).pipe(
        Effect.flatMap((responses) => {
          const id = keptIn(responses)
          const observed = observe && observedRows(responses, observe, name)
          return id === undefined
            ? Effect.fail(failed("keep", "the server has named no relation"))
            : Effect.succeed({ id, observed })
        }),
      )
    }
    const forget: Cluster["forget"] = (ids) =>
      Effect.forEach(ids, (id) => run("forget", () => forgetPlan(id)), { concurrency: FORGETTING, discard: true })
    const collect: Cluster["collect"] = (relation) =>
      run("collect", () => rowsPlan(relationMessage(relation, version))).pipe(
        Effect.flatMap((responses) =>
          Effect.try({ try: () => rowsIn(responses), catch: (cause) => failed("collect", cause) })
        ),
      )
    const large = { keep, forget }
    return {
      version,
      collect: (relation) => withLargeRows(large, relation, collect),
      keep: (relation, options) => withLargeRows(large, relation, (relation) => keep(relation, options)),
      forget,
      upload: (name, bytes) => upload(session, name, bytes),
      configure: (pairs) => configuring(session, pairs),
    }
  },
)
