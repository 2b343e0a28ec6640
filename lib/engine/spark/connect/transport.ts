/**
 * The HTTP/2 connection to a Connect server.
 *
 * @module
 */
import { type Client, createClient, type Interceptor } from "@connectrpc/connect"
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { addressOf, type Endpoint } from "./connection_string.ts"
import { SparkConnectService } from "./proto/service_pb.ts"

/** The calls of a Connect server. */
export type Calls = Client<typeof SparkConnectService>

const withHeaders = ({ headers, token }: Endpoint): Interceptor => (next) => (request) => {
  for (const [name, value] of headers) request.header.set(name, Redacted.value(value))
  if (token !== undefined) request.header.set("authorization", `Bearer ${Redacted.value(token)}`)
  return next(request)
}

/**
 * Makes the calls of a server. The connection is made with the first call, made again when it has broken, and closed with the
 * scope. `certificates`: authorities to trust in place of those of the runtime, in PEM format.
 */
export const openCalls = (endpoint: Endpoint, certificates?: string): Effect.Effect<Calls, never, Scope.Scope> => {
  const baseUrl = `${endpoint.isSecure ? "https" : "http"}://${addressOf(endpoint)}`
  return Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new Http2SessionManager(baseUrl, {}, certificates === undefined ? {} : { ca: certificates })),
      (connection) => Effect.sync(() => connection.abort()),
    ),
    (sessionManager) => {
      const interceptors = [withHeaders(endpoint)]
      return createClient(SparkConnectService, createGrpcTransport({ baseUrl, interceptors, sessionManager }))
    },
  )
}
