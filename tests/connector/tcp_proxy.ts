/** A TCP proxy in front of a server, to cut connections. */

/** What the proxy does with bytes: pass them on, drop them, or cut the connection before or after it passes them on. */
export type Verdict = "pass" | "lose" | "cut" | "pass, then cut when answered"

/** A running proxy. */
export interface Proxy extends AsyncDisposable {
  readonly port: number
  /** Cuts all open connections. */
  readonly cut: () => void
}

/** Forwards connections. `judge` decides about each message of a client. */
export const tcpProxy = (to: { hostname: string; port: number }, judge: (sent: string) => Verdict): Proxy => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  const open = new Set<Deno.Conn>()
  const close = (...connections: ReadonlyArray<Deno.Conn>) => {
    for (const connection of connections) if (open.delete(connection)) connection.close()
  }
  const serve = async (client: Deno.Conn) => {
    open.add(client)
    const server = await Deno.connect(to)
    open.add(server)
    let cutting = false
    const pump = async (from: Deno.Conn, into: Deno.Conn, verdict: (bytes: Uint8Array) => Verdict) => {
      const buffer = new Uint8Array(65_536)
      try {
        for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
          const bytes = buffer.slice(0, n)
          const found = verdict(bytes)
          if (found === "cut") break
          if (found === "lose") continue
          if (found !== "pass") cutting = true
          for (let at = 0; at < n;) at += await into.write(bytes.subarray(at))
        }
      } catch {
        // One of the connections was closed.
      }
      close(client, server)
    }
    await Promise.all([
      pump(client, server, (bytes) => judge(new TextDecoder().decode(bytes))),
      pump(server, client, () => cutting ? "cut" : "pass"),
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
