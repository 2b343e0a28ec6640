/** A Connect server in this process that computes nothing: it answers as each test says. */
import { Code, ConnectError, type ConnectRouter, type HandlerContext, type ServiceImpl } from "@connectrpc/connect"
import { connectNodeAdapter } from "@connectrpc/connect-node"
import { create, type MessageInitShape } from "@bufbuild/protobuf"
import * as http2 from "node:http2"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { encodeRows } from "../../../lib/engine/spark/connect/arrow.ts"
import { connect, type ConnectOptions } from "../../../lib/engine/spark/connect/cluster.ts"
import { parseConnectionString } from "../../../lib/engine/spark/connect/connection_string.ts"
import {
  type ExecutePlanResponse,
  ExecutePlanResponseSchema,
} from "../../../lib/engine/spark/connect/proto/execution_pb.ts"
import { SparkConnectService } from "../../../lib/engine/spark/connect/proto/service_pb.ts"
import { ErrorInfoSchema } from "../../../lib/engine/spark/connect/proto/error_info_pb.ts"
import type { InvalidOption } from "../../../lib/core/errors.ts"
import type { ClusterError, SparkVersionUnsupported } from "../../../lib/engine/spark/errors.ts"
import type { Cluster, Relation, Rows } from "../../../lib/engine/spark/relations.ts"

/** The methods of the service. */
export type Methods = ServiceImpl<typeof SparkConnectService>

/** A server for one test. */
export interface FakeServer {
  readonly port: number
  /** The names of the methods that were called, in order. */
  readonly called: Array<string>
  /** The headers of the last call. */
  readonly headers: () => Headers
  /** Ends all connections: `goAway` as a server that shuts down does it, `destroy` as a broken network does it. */
  readonly end: (how: "goAway" | "destroy") => void
  /** The id that the server gives to sessions. Another one is that of a server that was restarted. */
  serverSideSessionId: string
}

/** Rows with these numbers as chunks. */
export const rowsOf = (...numbers: ReadonlyArray<number>): Rows => {
  const zeros = new Int32Array(numbers.length)
  return {
    p: zeros,
    t: zeros,
    s: zeros,
    c: Int32Array.from(numbers),
    b: numbers.map((number) => Uint8Array.of(number)),
  }
}

/** A relation of rows. Fake servers do not look at it. */
export const anything: Relation = { kind: "rows", rows: rowsOf(1) }

/** A response with rows. */
export const batch = (
  id: string,
  ...numbers: ReadonlyArray<number>
): MessageInitShape<typeof ExecutePlanResponseSchema> => ({
  responseId: id,
  responseType: {
    case: "arrowBatch",
    value: { data: encodeRows(rowsOf(...numbers)), rowCount: BigInt(numbers.length) },
  },
})

/** The response that ends an operation. */
export const complete: MessageInitShape<typeof ExecutePlanResponseSchema> = {
  responseId: "complete",
  responseType: { case: "resultComplete", value: {} },
}

/** Starts a server with these methods; the others succeed with nothing. It stops with the scope. */
export const fakeServer = (
  methods: (server: FakeServer) => Partial<Methods>,
  tls?: { readonly key: string; readonly cert: string },
): Effect.Effect<FakeServer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const connections = new Set<http2.ServerHttp2Session>()
        let headers = new Headers()
        const server: FakeServer = {
          port: 0,
          called: [],
          headers: () => headers,
          end: (how) => {
            for (const connection of connections) {
              if (how === "goAway") connection.close()
              else connection.destroy()
            }
          },
          serverSideSessionId: "first",
        }
        const own = () => ({ serverSideSessionId: server.serverSideSessionId })
        const all: Methods = {
          analyzePlan: () => ({ ...own(), result: { case: "sparkVersion", value: { version: "4.2.0" } } }),
          config: own,
          addArtifacts: async (requests) => {
            for await (const _request of requests);
            return own()
          },
          interrupt: ({ interrupt }) => ({
            ...own(),
            interruptedIds: interrupt.case === undefined ? [] : [interrupt.value],
          }),
          releaseExecute: own,
          releaseSession: own,
          fetchErrorDetails: own,
          async *executePlan() {
            yield complete
          },
          async *reattachExecute() {
            yield complete
          },
          ...methods(server),
        }
        const noting = <A extends Array<unknown>, B>(name: string, method: (...args: A) => B) => (...args: A): B => {
          server.called.push(name)
          const context = args[1] as HandlerContext
          headers = new Headers(context.requestHeader)
          return method(...args)
        }
        const routes = (router: ConnectRouter) => {
          const noted = Object.fromEntries(
            Object.entries(all).map((
              [name, method],
            ) => [name, noting(name, method as (...args: Array<unknown>) => unknown)]),
          )
          router.service(SparkConnectService, noted as unknown as Methods)
        }
        const adapter = connectNodeAdapter({ routes })
        const listener = tls === undefined ? http2.createServer(adapter) : http2.createSecureServer(tls, adapter)
        listener.on("session", (session: http2.ServerHttp2Session) => {
          connections.add(session)
          session.on("close", () => connections.delete(session))
          session.on("error", () => {})
        })
        await new Promise<void>((listening) => listener.listen(0, "127.0.0.1", listening))
        const { port } = listener.address() as AddressInfo
        return { server: Object.assign(server, { port }), listener }
      }),
      ({ listener, server }) =>
        Effect.promise(() => {
          server.end("destroy")
          return new Promise((closed) => listener.close(closed))
        }),
    ),
    ({ server }) => server,
  )

/** Adds the session's id of the server to responses. */
export const from = (
  server: FakeServer,
  response: MessageInitShape<typeof ExecutePlanResponseSchema>,
): ExecutePlanResponse =>
  create(ExecutePlanResponseSchema, { ...response, serverSideSessionId: server.serverSideSessionId })

/** Connects to a fake server with short time limits. */
export const connectTo = (
  { port }: FakeServer,
  parameters = "",
  options: ConnectOptions = {},
): Effect.Effect<Cluster, ClusterError | InvalidOption | SparkVersionUnsupported, Scope.Scope> =>
  Effect.flatMap(
    parseConnectionString(`sc://127.0.0.1:${port}/;${parameters}`),
    (endpoint) =>
      connect(endpoint, { ...options, limits: { callMs: 2_000, retryMs: 1_000, silenceMs: 200, ...options.limits } }),
  )

/** Runs a test with a scope. */
export const run = <A, E>(test: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(test))

/** An error as Spark's server answers with it. */
export const sparkError = (
  text: string,
  metadata: { readonly errorClass?: string; readonly sqlState?: string; readonly errorId?: string } = {},
  code: Code = Code.Internal,
): ConnectError => {
  const value = { reason: "org.apache.spark.SparkException", domain: "org.apache.spark", metadata: { ...metadata } }
  return new ConnectError(text, code, undefined, [{ desc: ErrorInfoSchema, value }])
}

/** The error of an effect that has to fail. */
export const failureOf = <A, E extends { readonly _tag: string; readonly message: string }, R>(
  self: Effect.Effect<A, E, R>,
): Effect.Effect<E, A, R> => Effect.flip(self)
