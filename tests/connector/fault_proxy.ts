/** A TCP proxy in front of a server, which breaks connections and refuses them. It passes on bytes unseen. */

/** A running proxy. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number
  /** Cuts all open connections, wherever they are in a message. */
  readonly cut: () => void
  /** Cuts all open connections, and closes new ones at once. */
  readonly refuse: () => void
  /** Ends `refuse`. */
  readonly accept: () => void
  /** How many connections of clients are open. */
  readonly connections: () => number
  /** From now on no bytes pass in either direction, and connections stay open; until `go`. */
  readonly stall: () => void
  readonly go: () => void
}

/** Forwards connections to a port of this machine. Listens on a free port unless it is given one. */
export const faultProxy = (port: () => number, ownPort = 0): FaultProxy => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: ownPort })
  const clients = new Set<Deno.Conn>()
  const open = new Set<Deno.Conn>()
  let isRefusing = false
  let stalled: Promise<void> | undefined
  let go = () => {}
  const close = (...connections: ReadonlyArray<Deno.Conn>) => {
    for (const connection of connections) {
      clients.delete(connection)
      if (open.delete(connection)) connection.close()
    }
  }
  const pump = async (from: Deno.Conn, into: Deno.Conn) => {
    const buffer = new Uint8Array(16_384)
    try {
      for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
        await stalled
        for (let at = 0; at < n;) at += await into.write(buffer.subarray(at, n))
      }
    } catch {
      // One of the connections was closed.
    }
    close(from, into)
  }
  const serve = async (client: Deno.Conn) => {
    open.add(client)
    clients.add(client)
    const server = await Deno.connect({ hostname: "127.0.0.1", port: port() }).catch(() => undefined)
    if (server === undefined || !open.has(client)) {
      server?.close()
      return close(client)
    }
    open.add(server)
    await Promise.all([pump(client, server), pump(server, client)])
  }
  const serving = (async () => {
    const all: Array<Promise<void>> = []
    for await (const client of listener) {
      if (isRefusing) client.close()
      else all.push(serve(client))
    }
    await Promise.all(all)
  })()
  return {
    port: listener.addr.port,
    cut: () => close(...open),
    refuse: () => {
      isRefusing = true
      close(...open)
    },
    accept: () => {
      isRefusing = false
    },
    connections: () => clients.size,
    stall: () => {
      stalled = new Promise((resolve) => {
        go = resolve
      })
    },
    go: () => {
      stalled = undefined
      go()
    },
    [Symbol.asyncDispose]: async () => {
      go()
      listener.close()
      close(...open)
      await serving
    },
  }
}
