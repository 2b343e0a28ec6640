/**
 * Requests over TCP connections of Deno, one at a time on each. An answer is read into the array in which it stays, which saves
 * the copies that `node:net` and the client library make.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { isDenied } from "../../core/denied.ts"
import { inRealTime } from "../../core/steady_clock.ts"
import { KafkaError } from "./errors.ts"
import type { Address, ReadConnection } from "./options.ts"

/** Sends a request, with its length in front, to a broker. Gives the answer, without its length. */
export type Exchange = (
  broker: Address,
  operation: string,
  request: Uint8Array,
) => Effect.Effect<Uint8Array<ArrayBuffer>, KafkaError>

interface TcpConnection {
  readonly read: (into: Uint8Array) => Promise<number | null>
  readonly write: (bytes: Uint8Array) => Promise<number>
  readonly setNoDelay: () => void
  readonly close: () => void
}

/** What this module uses of Deno. Declared here, so that programs for Node need no types of Deno. */
interface DenoNet {
  readonly connect: (
    to: { readonly hostname: string; readonly port: number; readonly signal: AbortSignal },
  ) => Promise<TcpConnection>
}

const { Deno: deno } = globalThis as { readonly Deno?: DenoNet }

/** As long as the client library waits for an answer. */
const TIMEOUT_MS = 30_000

const readAll = async (connection: TcpConnection, into: Uint8Array): Promise<void> => {
  for (let at = 0; at < into.length;) {
    const length = await connection.read(into.subarray(at))
    if (length === null) throw new Error("the broker closed the connection")
    at += length
  }
}

const ask = async (connection: TcpConnection, request: Uint8Array): Promise<Uint8Array<ArrayBuffer>> => {
  for (let at = 0; at < request.length;) at += await connection.write(request.subarray(at))
  const prefix = new Uint8Array(4)
  await readAll(connection, prefix)
  const length = new DataView(prefix.buffer).getInt32(0)
  if (length < 0) throw new Error(`the broker gave an answer of ${length} bytes`)
  const answer = new Uint8Array(length)
  await readAll(connection, answer)
  return answer
}

class Exchanges {
  readonly #deno: DenoNet
  readonly #open = new Set<TcpConnection>()
  /** The connections that no request uses, by address. */
  readonly #idle = new Map<string, Array<TcpConnection>>()
  readonly #ended = new AbortController()
  constructor(deno: DenoNet) {
    this.#deno = deno
  }

  /** Sends a request over an idle connection, or a new one. If `signal` is aborted, the connection is closed. */
  async exchange({ host, port }: Address, request: Uint8Array, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const key = `${host}:${port}`
    const idle = this.#idle.get(key)?.pop()
    if (idle !== undefined) {
      try {
        return await this.#use(idle, key, request, signal)
      } catch (cause) {
        if (signal.aborted) throw cause
        // The broker may have closed it while it was idle. Reading twice changes nothing.
      }
    }
    return await this.#use(await this.#connect(host, port, signal), key, request, signal)
  }

  async #connect(hostname: string, port: number, signal: AbortSignal): Promise<TcpConnection> {
    const either = AbortSignal.any([signal, this.#ended.signal])
    const connection = await this.#deno.connect({ hostname, port, signal: either })
    this.#open.add(connection)
    if (either.aborted) this.#close(connection)
    either.throwIfAborted()
    connection.setNoDelay()
    return connection
  }

  async #use(
    connection: TcpConnection,
    key: string,
    request: Uint8Array,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const close = () => this.#close(connection)
    signal.addEventListener("abort", close)
    try {
      const answer = await ask(connection, request)
      const idle = this.#idle.get(key)
      if (idle === undefined) this.#idle.set(key, [connection])
      else idle.push(connection)
      return answer
    } catch (cause) {
      close()
      throw cause
    } finally {
      signal.removeEventListener("abort", close)
    }
  }

  /** Whether the connections are closed for good. */
  get hasEnded(): boolean {
    return this.#ended.signal.aborted
  }

  #close(connection: TcpConnection): void {
    if (this.#open.delete(connection)) connection.close()
  }

  close(): void {
    this.#ended.abort(new Error("the stream has ended"))
    for (const connection of this.#open) this.#close(connection)
  }
}

const unreachable = (operation: string, { host, port }: Address, cause: unknown, mayPass = true): KafkaError =>
  new KafkaError({
    reason: "Unreachable",
    operation: `${operation} at ${host}:${port}`,
    isTemporary: mayPass && !isDenied(cause),
    cause,
  })

/**
 * Makes connections as they are needed. The end of the scope closes them. Undefined where there is no Deno, and for brokers that ask
 * for TLS or a login, which the client library does.
 */
export const exchanges = ({ sasl, tls }: ReadConnection): Effect.Effect<Exchange | undefined, never, Scope.Scope> => {
  if (deno === undefined || sasl !== undefined || tls !== undefined) return Effect.succeed(undefined)
  const opened = Effect.acquireRelease(
    Effect.sync(() => new Exchanges(deno)),
    (all) => Effect.sync(() => all.close()),
  )
  return Effect.map(opened, (all): Exchange => (broker, operation, request) =>
    inRealTime(Effect.timeoutOrElse(
      Effect.tryPromise({
        try: (signal) => all.exchange(broker, request, signal),
        catch: (cause) => unreachable(operation, broker, cause, !all.hasEnded),
      }),
      {
        duration: TIMEOUT_MS,
        orElse: () => Effect.fail(unreachable(operation, broker, `no answer within ${TIMEOUT_MS / 1000} seconds`)),
      },
    )))
}
