/** A TCP proxy in front of a server, to cut connections. */

/** What the proxy does with bytes: pass them on, drop them, or cut the connection before or after it passes them on. */
export type Verdict = "pass" | "lose" | "cut" | "pass, then cut when answered"

/** A running proxy. */
export interface Proxy extends AsyncDisposable {
  readonly port: number
  /** Cuts all open connections. */
  readonly cut: () => void
}

/** What the proxy does with bytes of the server: pass them on, or half of them and cut the connection then. */
export type AnswerVerdict = "pass" | "half"

/** Forwards connections. `judge` decides about each message of a client. Listens on a free port unless it is given one. */
export const tcpProxy = (
  to: { hostname: string; port: number },
  judge: (sent: string) => Verdict,
  { answers = () => "pass", port = 0 }: { readonly answers?: () => AnswerVerdict; readonly port?: number } = {},
): Proxy => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port })
  const open = new Set<Deno.Conn>()
  const close = (...connections: ReadonlyArray<Deno.Conn>) => {
    for (const connection of connections) if (open.delete(connection)) connection.close()
  }
  const serve = async (client: Deno.Conn) => {
    open.add(client)
    const server = await Deno.connect(to).catch(() => undefined)
    if (server === undefined) return close(client)
    open.add(server)
    let cutting = false
    const pump = async (from: Deno.Conn, into: Deno.Conn, verdict: (bytes: Uint8Array) => Verdict | "half") => {
      const buffer = new Uint8Array(65_536)
      try {
        for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
          const bytes = buffer.slice(0, n)
          const found = verdict(bytes)
          if (found === "cut") break
          if (found === "lose") continue
          if (found === "pass, then cut when answered") cutting = true
          const end = found === "half" ? n >> 1 : n
          for (let at = 0; at < end;) at += await into.write(bytes.subarray(at, end))
          if (found === "half") break
        }
      } catch {
        // One of the connections was closed.
      }
      close(client, server)
    }
    await Promise.all([
      pump(client, server, (bytes) => judge(new TextDecoder().decode(bytes))),
      pump(server, client, () => cutting ? "cut" : answers()),
    ])
  }
  const serving = (async () => {
    const all: Array<Promise<void>> = []
    for await (const client of listener) all.push(serve(client))
    await Promise.all(all)
  })()
  return {
    port: (listener.addr as Deno.NetAddr).port,
    cut: () => close(...open),
    [Symbol.asyncDispose]: async () => {
      listener.close()
      close(...open)
      await serving
    },
  }
}
