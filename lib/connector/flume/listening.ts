/**
 * The server that Flume agents connect to, and its certificate.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto"
import { createServer, type Server, type Socket } from "node:net"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { describeCause } from "../../core/errors.ts"
import { readSecret, readSetting, type SecretSetting, type Setting, SettingError } from "../settings.ts"
import type { Certificate } from "./layers.ts"
import { type FlumeAddress, KEEPALIVE_MS } from "./options.ts"

/** The certificate of a receiver and its private key, as PEM texts. */
export interface FlumeTls {
  /** The certificate, followed by those of authorities between it and one that the agents trust. */
  readonly cert: Setting<string>
  /** The private key of the certificate, without a passphrase. */
  readonly key: SecretSetting
}

/** Nothing can listen on the address. */
export class FlumeError extends Data.Error<{
  /** The host and the port. */
  readonly address: string
  /** The error of the runtime. */
  readonly cause: unknown
}> {
  readonly _tag = "FlumeError" as const
  override get message(): string {
    return `Cannot listen for Flume agents on ${this.address}: ${describeCause(this.cause)}`
  }
}

/** Reads the settings of TLS and checks them: the runtime would listen, and refuse every agent without telling why. */
export const readCertificate: (tls: FlumeTls) => Effect.Effect<Certificate, SettingError> = Effect.fnUntraced(
  function* (tls: FlumeTls) {
    const cert = yield* readSetting("tls.cert", tls.cert)
    const key = yield* readSecret("tls.key", tls.key)
    // The errors of the runtime are left out: they are about its parsers.
    const parsed = <A>(setting: string, what: string, parse: () => A) =>
      Effect.try({ try: parse, catch: () => new SettingError({ setting, problem: `it is not ${what} in PEM format` }) })
    const certificate = yield* parsed("tls.cert", "a certificate", () => new X509Certificate(cert))
    const privateKey = yield* parsed("tls.key", "a private key without a passphrase", () => createPrivateKey(key))
    return certificate.checkPrivateKey(privateKey)
      ? { cert, key }
      : yield* Effect.fail(new SettingError({ setting: "tls.key", problem: "it is not the key of tls.cert" }))
  },
)

const closeServer = (server: Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
  })

/** Listens until the scope closes, and then waits for the end of all connections. */
export const listen = (
  { host, port }: FlumeAddress,
  onConnection: (socket: Socket) => void,
): Effect.Effect<void, FlumeError, Scope.Scope> =>
  Effect.flatMap(
    Effect.acquireRelease(
      Effect.sync(() =>
        createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS }, onConnection)
      ),
      closeServer,
    ),
    (server) =>
      Effect.callback<void, FlumeError>((resume) => {
        // A failure to accept a connection is an event too, and would end the process without a listener.
        server.on("error", (cause) => resume(Effect.fail(new FlumeError({ address: `${host}:${port}`, cause }))))
        server.listen({ host, port }, () => resume(Effect.void))
      }),
  )
